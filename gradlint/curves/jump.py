"""What a jump of a series is: where it begins and ends, from what, how high."""

from __future__ import annotations

from dataclasses import dataclass


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
