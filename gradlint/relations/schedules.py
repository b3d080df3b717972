"""The schedules of a run -> where one raises what a loss weighs, and so the loss."""

from __future__ import annotations

import numpy as np

from gradlint.relations.learning_rate import NEAR, RAISED
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

MOST_TURNS = 0.2
"""Share of its points at which a schedule turns, at most; what is measured turns at every second or
third one. A weight that is raised anew every five epochs turns as often as that."""


def weight_raised(run: Run, curve: Curve, first: int, last: int) -> bool:
    """Whether a weight is raised from finite point `first` of a loss to point `last`.

    A weight that is raised by a factor, or from zero, makes another sum of the loss: what it was
    before says nothing of what it is after.
    """
    low, high = curve.step(first), curve.step(last)
    return any(
        schedule.axis == curve.axis and _rises(schedule, low, high)
        for schedule in run.measured(_planned)
    )


def weight_jumps(run: Run, curve: Curve, point: int) -> bool:
    """Whether a weight is raised right before the `point`-th finite value of a loss, or with it."""
    return weight_raised(run, curve, max(point - NEAR, 0), point)


def _planned(run: Run) -> list[Curve]:
    return [it for it in run.of(Kind.SCHEDULE) if len(it.level) > 1 and _is_planned(it)]


def _is_planned(curve: Curve) -> bool:
    """Whether a series keeps to its way, as what a program sets does."""
    steps = np.diff(curve.level)
    ways = np.sign(steps[steps != 0])
    return bool(np.count_nonzero(np.diff(ways)) <= MOST_TURNS * len(curve.level))


def _rises(schedule: Curve, low: int, high: int) -> bool:
    """Whether a later value between two steps is well above an earlier one."""
    steps = schedule.steps[schedule.points]
    begin = max(int(np.searchsorted(steps, low, "right")) - 1, 0)
    values = schedule.level[begin : int(np.searchsorted(steps, high, "right"))]
    if len(values) < 2 or values.min() < 0:
        return False
    lowest = np.minimum.accumulate(values)
    return bool(np.any((values > 0) & (values >= RAISED * lowest)))
