"""The learning rate of a run: where it was raised."""

from __future__ import annotations

import numpy as np

from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

SPENT = 1e-4
"""Share of its maximum at which a learning rate moves nothing that a log would show."""

RAISED = 2.0
"""Factor from one logged point to the next that is a warm restart and no warm-up."""

ANEW = 1.5
"""Times the highest learning rate before, up to which it is raised once more: a restart goes back
to what the network was trained with."""

NEAR = 4
"""Logged points of the learning rate within which it was raised "right before"."""


SEARCH = 1_000.0
"""Factor by which a learning rate that only rises is being searched for (the range test of Smith,
2017, Cyclical learning rates); a warm-up from nothing ends in a decay."""


def searches_rate(run: Run) -> bool:
    """Whether the run is a search for the learning rate, which ends in divergence on purpose."""
    for rate in run.of(Kind.LEARNING_RATE):
        values = rate.level
        at = np.flatnonzero(values > 0)
        searched = len(at) > 2 and values[at[-1]] >= SEARCH * values[at[0]]
        if searched and np.all(np.diff(values[at]) >= 0):
            return True
    return False


def rate_is_spent(run: Run) -> bool:
    """Whether the learning rate has come down to nothing at the end: nothing can move any more."""
    return any(
        len(rate.level) > 1 and rate.level[-1] <= SPENT * rate.level.max()
        for rate in run.of(Kind.LEARNING_RATE)
    )


def raised_before(run: Run, curve: Curve, first: int, last: int | None = None) -> bool:
    """Whether the learning rate was raised right before a finite value of `curve`, `first`.

    Or since the value before it; or until `last`, where one is given.
    """
    low, high = curve.step(max(first - 1, 0)), curve.step(first if last is None else last)
    for rate in run.of(Kind.LEARNING_RATE):
        if rate.axis != curve.axis:
            continue
        before = int(np.searchsorted(rate.steps, low, "right")) - 1
        at = int(np.searchsorted(rate.steps, curve.step(first), "right"))
        end = int(np.searchsorted(rate.steps, high, "right"))
        begin = max(min(at - NEAR, before), 0)
        near = rate.values[begin : end + 2]
        highest = float(rate.values[: begin + 1].max(initial=0.0))
        raised = near[1:] >= RAISED * np.maximum(near[:-1], 1e-30)
        if np.any(raised & (near[1:] <= ANEW * highest)):
            return True
    return False
