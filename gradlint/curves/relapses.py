"""Where a series stands above where it began: what a network says before it has learnt anything is
its worst, as far as learning goes, and needs no history to compare with."""

from __future__ import annotations

import numpy as np

from gradlint.curves.jump import BRIEF, DIPS, Jump, dips, followed
from gradlint.curves.levels import OUT_OF_NOISE
from gradlint.curves.robust import RESOLVED, Values, median, medians_of_three, noise, wander

LEARNT = 0.5
"""Share of its start that the series had come down to, at most."""

SIGMAS = 8.0
"""Least way back in deviations of noise that may wander, in logarithms. The training losses of
healthy runs of 60 families reach 6.3 where they come back to their start at all, one in a hundred
runs of noise of seven families 8; those of sick ones 8 to 100 and more."""

FIRST = 0.1
"""Share of a series that is its beginning."""

LEAST_EARLY = 4
"""Points of it, at least."""

LEAST = 12
"""Points of a series, at least, to know the noise of its second half."""

SETTLED = 65_536
"""Points, at most, that tell the noise of the second half: the last."""

RISEN = 1.25
"""Factor over the first value that is no beginning. Of healthy runs one in a hundred reaches it,
and none with a tenth of the deviations."""

EARLY_SIGMAS = 5.0
"""The same in deviations of the noise between points, in logarithms. Healthy runs that rise by a
quarter reach 1.7, sick ones 6 to 40."""

MOST = 100
"""Points above the start that are looked at, the first: a series with more has no calm past."""

RECENT = 3
"""Points whose median is the level before."""


def relapses(values: Values) -> list[Jump]:
    """The jumps of a positive series that undo all it had gained, in order; they do not overlap.

    What it had gained is half of its start at least.
    """
    if len(values) < 4 or values.min() <= 0.0:
        return []
    start = float(values[:2].max())
    # One wild point is no level: the lowest median of the points before.
    lowest = np.minimum.accumulate(medians_of_three(values))[:-1]
    learnt = 3 + int(np.searchsorted(-lowest, -LEARNT * start))
    above = learnt + np.flatnonzero(values[learnt:] >= start)
    found: list[Jump] = []
    if not len(above):
        return found
    scaled = np.log(values)
    far = float(np.exp(min(SIGMAS * wander(scaled), _LOG_MOST)))
    above = above[values[above] >= far * lowest[above - 3]]
    if not len(above):
        return found
    noisy = float(np.exp(min(OUT_OF_NOISE * noise(scaled), _LOG_MOST))) * lowest
    # Told when the next point is known.
    deepest = np.maximum.accumulate(np.concatenate(([0.0, 0.0], dips(scaled))))
    for index in above[:MOST].tolist():
        if found and index <= found[-1].end:
            continue
        lately = median(values[max(index - RECENT, 0) : index])
        if values[index] <= lately:
            continue
        left = _left(values, index, noisy, found[-1].end + 1 if found else learnt)
        base = min(median(values[max(left - RECENT, 0) : left]), lately)
        peak, end, recovered = followed(values, index, base)
        height = float(np.log(values[peak] / lately))
        if end - index >= BRIEF or height >= DIPS * float(deepest[index - 1]):
            found.append(Jump(left, peak, end, base, float(values[peak]), recovered))
    return found


def _left(values: Values, index: int, noisy: Values, first: int) -> int:
    """Where the climb to `index` begins, point by point, `first` at the earliest.

    What was learnt may be lost over several points, of which only a late one stands above the
    start. `noisy[i]` is how high the noise about the lowest level before point `i + 3` reaches.
    """
    while index > first and noisy[index - 4] < values[index - 1] < values[index]:
        index -= 1
    return index


def false_start(values: Values) -> Jump | None:
    """The jump of a positive series that rises in its first tenth, before it ever fell for good.

    Two neighbours have to stand above the first value, by more than the noise of the second half of
    the series explains: of its first points nobody can tell.
    """
    if len(values) < LEAST or values.min() <= 0.0:
        return None
    if float(values[1 : int(FIRST * len(values)) + LEAST_EARLY].max()) < RISEN * values[0]:
        return None
    early = values[1 : max(int(FIRST * len(values)), LEAST_EARLY) + 1]
    pairs = np.minimum(early[:-1], early[1:])
    settled = np.log(values[len(values) // 2 :][-SETTLED:])
    deviation = max(wander(settled), RESOLVED)
    far = float(np.exp(min(EARLY_SIGMAS * deviation, _LOG_MOST)))
    if float(pairs.max()) < max(RISEN, far) * float(values[0]):
        return None
    start = 1 + int(np.argmax(early >= RISEN * values[0]))
    peak, end, recovered = followed(values, start, float(values[0]))
    return Jump(start, peak, end, float(values[0]), float(values[peak]), recovered)


_LOG_MOST = 700.0
