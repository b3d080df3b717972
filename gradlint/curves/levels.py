"""The level of a series over the whole run: where it began, what it reached, where it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gradlint.curves.robust import Indices, Values, block_medians, noise

BLOCKS = 40
"""Stretches a run is cut into: 2.5% of it each, so that levels that hold for a tenth of the run
show in four of them."""

LEAST_BLOCK = 3
"""Points of a stretch: a median needs three to shake off one wild point."""

CERTAIN = 12
"""Stretches from which their own noise is known; of fewer, one step makes half of the differences,
and the noise of the points has to do."""

TAIL = 3
"""Stretches at an end that make the level there: one may hold an early spike."""

OUT_OF_NOISE = 6.0
"""Deviations of the noise between points by which a point stands above a level that it has left:
those that a spike of a loss must measure."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The medians of consecutive stretches of a series.

    Attributes:
        medians: float64, shape (b,).
        edges: first index of each stretch and, last, the number of points; intp, shape (b + 1,).
        deviation: standard deviation of a stretch's median about its neighbours.
    """

    medians: Values
    edges: Indices
    deviation: float

    @property
    def start(self) -> float:
        """The level of the first stretch."""
        return float(self.medians[0])

    @property
    def final(self) -> float:
        """The level of the last stretches."""
        return float(np.median(self.medians[-TAIL:]))

    @property
    def best(self) -> int:
        """The stretch with the lowest level."""
        return int(np.argmin(self.medians))

    @property
    def lowest(self) -> float:
        """The lowest level."""
        return float(self.medians[self.best])

    def rises_from(self, least: float) -> int:
        """The first point after the lowest level from which all levels are `least` above it."""
        above = self.medians >= self.lowest + least
        below = np.flatnonzero(~above)
        return int(self.edges[int(below[-1]) + 1]) if len(below) else 0


def levels(values: Values) -> Levels:
    """The levels of a series of at least one point."""
    blocks = max(min(BLOCKS, len(values) // LEAST_BLOCK), 1)
    medians, edges = block_medians(values, blocks)
    deviation = noise(medians)
    if blocks < CERTAIN:
        # The spread of a median is sqrt(pi / 2) that of a mean.
        size = len(values) / blocks
        deviation = noise(values) * float(np.sqrt(np.pi / 2.0 / size))
    return Levels(medians, edges, deviation)


def left(values: Values, found: Levels, rise: float) -> int:
    """The point at which a series of the levels `found` left its lowest one for good, by `rise`.

    Levels say from which stretch on it stands half of that above; of the points right before it,
    those are of the way up that are out of the noise already.
    """
    at = min(found.rises_from(0.5 * rise), len(values) - 1)
    noisy = found.lowest + OUT_OF_NOISE * noise(values)
    while at > 0 and values[at - 1] > noisy:
        at -= 1
    return at


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a series that should fall is below where it began.

    Attributes:
        start: where it began: its first value, or the level of its first stretch if that is higher.
        final: the level of the last quarter of the run.
        lowest: the lowest level.
        deviation: standard deviation of where it began, and of a level.
        deviation_of_end: standard deviation of the last quarter.
    """

    start: float
    final: float
    lowest: float
    deviation: float
    deviation_of_end: float

    @property
    def gained(self) -> float:
        """How far it has come down."""
        return self.start - self.final

    @property
    def at_best(self) -> Progress:
        """The progress that it had made at its lowest."""
        return replace(self, final=self.lowest)

    @property
    def sigmas(self) -> float:
        """The same in deviations of a level."""
        return self.gained / max(self.deviation, _TINY)

    @property
    def share(self) -> float:
        """The same as a share of the higher of its two levels."""
        return self.gained / max(abs(self.start), abs(self.final), _TINY)


def progress(values: Values, found: Levels) -> Progress:
    """The progress of a series of at least one point, whose levels are `found`."""
    last = found.medians[-max(len(found.medians) // 4, 1) :]
    first, deviation = float(values[0]), found.deviation
    if first > found.start:
        deviation = float(np.hypot(deviation, noise(values)))
    end = found.deviation / float(np.sqrt(len(last)))
    return Progress(max(first, found.start), float(np.median(last)), found.lowest, deviation, end)


def rise(values: Values) -> Progress:
    """The progress of a series that should rise: that of its negative."""
    return progress(-values, levels(-values))


_TINY = 1e-300
