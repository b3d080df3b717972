"""A series that begins anew at equal distances: another network, or the same one from the start."""

from __future__ import annotations

import numpy as np

from gradlint.curves.robust import Values

FEWEST = 3
"""Times it begins anew, at least. Of 10,000 series of noise of 16 points 48 do that by chance, of
40 points 3."""

SHORTEST = 4
"""Points of a round, at least: two to fall in, besides the first and the last."""

MOST = 256
"""Rounds looked for."""


def round_length(values: Values) -> int | None:
    """The points of a round, where the highest rises of a series are at equal distances to its end.

    A round begins with the rise and falls from there: its second point is above the last of the
    round before as well, unlike the point after a single bad batch that comes in every epoch.

    Args:
        values: float64, shape (n,), all finite.
    """
    if len(values) < (FEWEST + 1) * SHORTEST:
        return None
    rises = np.diff(values)
    highest = np.argpartition(-rises, MOST)[:MOST] if len(rises) > MOST else np.arange(len(rises))
    highest = highest[np.argsort(-rises[highest], kind="stable")] + 1
    for many in range(FEWEST, len(highest) + 1):
        length = int(highest[:many].min())
        if length * (many + 1) < len(values) or length < SHORTEST:
            continue
        starts = np.sort(highest[:many])
        if np.array_equal(starts, length * np.arange(1, many + 1)):
            seconds = starts[starts + 1 < len(values)]
            return length if np.all(values[seconds + 1] > values[seconds - 1]) else None
    return None
