"""The setback of a short series: a climb like no other of it, that undoes what had been gained.

A table of ten rows has no history to know its noise from, but as a whole it has one: every other
climb of it.
"""

from __future__ import annotations

import numpy as np

from gradlint.curves.jump import Jump, followed
from gradlint.curves.robust import Values

FEWEST = 8
"""Points of a series, at least: of fewer, one in six of noise has a climb like no other."""

MOST = 40
"""Points, at most: of more, the noise is known."""

UNDONE = 1 / 3
"""Share of what had been gained before that a setback undoes, as of a jump of a loss (TL201)."""

UNLIKE = 5.0
"""Times the next highest climb that it is high. Two series of a run whose noise is their own do
this at the same points in one of two hundred runs of 8 to 20 points, those of 767 healthy files in
none."""

LEAST = 0.05
"""Least height that the next highest climb counts with: 5% in logarithms, or of the range of what
is not positive. The rounding of what is nearly constant is smaller."""


def setback(values: Values) -> Jump | None:
    """The highest climb of a series above its lowest point until then, if there is none like it.

    Args:
        values: float64, shape (n,), all finite; lower is better.
    """
    if not FEWEST <= len(values) <= MOST:
        return None
    with np.errstate(over="ignore"):
        if not np.isfinite(np.ptp(values)):
            return None
    positive = bool(values.min() > 0.0)
    scaled = np.log(values) if positive else values
    floor = LEAST if positive else LEAST * float(np.ptp(values))
    lowest = np.minimum.accumulate(scaled)
    peak = int(np.argmax(scaled - lowest))
    height = float(scaled[peak] - lowest[peak])
    low = peak - 1 - int(np.argmin(scaled[:peak][::-1])) if peak else 0
    gained = float(scaled[:2].max() - scaled[low]) if low else 0.0
    unlike = UNLIKE * max(_next_highest(scaled, low, peak), floor)
    if height <= 0.0 or height < max(UNDONE * gained, unlike):
        return None
    start = low + 1 + int(np.argmax(scaled[low + 1 :] > scaled[low] + floor))
    peak, end, recovered = followed(values, peak, float(values[low]))
    return Jump(start, peak, end, float(values[low]), float(values[peak]), recovered)


def _next_highest(scaled: Values, low: int, peak: int) -> float:
    """The highest climb from point to point outside `low` to `peak`, or fall within."""
    steps = np.diff(scaled)
    inside = -steps[low:peak]
    starts = np.flatnonzero(steps > 0.0)
    legs = np.split(starts, np.flatnonzero(np.diff(starts) > 1) + 1) if len(starts) else []
    climbs = [
        float(scaled[leg[-1] + 1] - scaled[leg[0]])
        for leg in legs
        if leg[-1] + 1 <= low or leg[0] >= peak
    ]
    return max(0.0, *climbs, *map(float, inside), 0.0)
