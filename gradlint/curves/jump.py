"""What a jump of a series is: where it begins and ends, from what, how high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradlint.curves.robust import Values

BRIEF = 2
"""Points up to which a jump may be a wild draw of noise: of three in a row none is."""

DIPS = 2.0
"""Height of a brief jump in units of the deepest dip of the run so far. Noise is about symmetric in
logarithms, whatever its tails, and trouble only goes up."""

BACK = 0.5
"""Share of the height below which a jump is over, where nothing else is said."""

CONFIRMED = 3
"""Values whose median has to be back."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A stretch in which a series stands above what it was; indices are of the array measured.

    Attributes:
        start: the first point outside.
        peak: the highest point.
        end: the last point outside.
        base: the level before it, the median of the last points of the history.
        top: the value at the peak.
        recovered: whether the series came back.
    """

    start: int
    peak: int
    end: int
    base: float
    top: float
    recovered: bool

    @property
    def height(self) -> float:
        """How far the peak stands above the base."""
        return self.top - self.base

    @property
    def points(self) -> int:
        """How many points it lasts."""
        return self.end - self.start + 1


def followed(level: Values, start: int, base: float, share: float = BACK) -> tuple[int, int, bool]:
    """The peak of the jump that begins at `start`, its last value, and whether it ends.

    Args:
        level: float64, shape (n,).
        start: where it begins.
        base: the level before it.
        share: of its height, below which it is over.
    """
    peak = start
    while True:
        back = base + share * (float(level[peak]) - base)
        end, recovered = _return(level, peak, back)
        higher = peak + int(np.argmax(level[peak : end + 1]))
        if higher == peak:
            return peak, end, recovered
        peak = higher


def dips(scaled: Values) -> Values:
    """How far each point but the first and the last lies below both its neighbours."""
    below: Values = np.minimum(scaled[:-2], scaled[2:]) - scaled[1:-1]
    return below


def _return(level: Values, start: int, back: float) -> tuple[int, bool]:
    """The last value before the level falls to `back` for good, and whether it ever does."""
    at, reach = start, 256
    while at < len(level):
        for offset in np.flatnonzero(level[at : at + reach] <= back).tolist():
            first = at + offset
            if np.mean(level[first : first + CONFIRMED] <= back) > 0.5:
                return first - 1, True
        at += reach
        reach *= 2
    return len(level) - 1, False
