"""The learning rate of a run: where it was raised."""

from __future__ import annotations

import numpy as np

from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

SPENT = 1e-4
"""Share of its maximum at which a learning rate moves nothing that a log would show."""

RAISED = 2.0
"""Factor from one logged point to the next that is a warm restart and no warm-up."""

NEAR = 4
"""Logged points of the learning rate within which it was raised "right before"."""


SEARCH = 1_000.0
"""Factor by which a learning rate that only rises is being searched for (the range test of Smith,
2017, Cyclical learning rates); a warm-up from nothing ends in a decay."""


def searches_rate(run: Run) -> bool:
    """Whether the run is a search for the learning rate, which ends in divergence on purpose."""
    for rate in run.of(Kind.LEARNING_RATE):
        values = rate.level[rate.level > 0]
        if len(values) > 2 and values[-1] >= SEARCH * values[0] and np.all(np.diff(values) >= 0):
            return True
    return False


def rate_is_spent(run: Run) -> bool:
    """Whether the learning rate has come down to nothing at the end: nothing can move any more."""
    return any(
        len(rate.level) > 1 and rate.level[-1] <= SPENT * rate.level.max()
        for rate in run.of(Kind.LEARNING_RATE)
    )


def raised_before(run: Run, curve: Curve, point: int) -> bool:
    """Whether the learning rate was raised right before the `point`-th finite value of `curve`."""
    step = curve.step(point)
    for rate in run.of(Kind.LEARNING_RATE):
        if rate.axis != curve.axis:
            continue
        at = int(np.searchsorted(rate.steps, step, "right"))
        near = rate.values[max(at - NEAR, 0) : at + 2]
        if len(near) >= 2 and np.any(near[1:] >= RAISED * np.maximum(near[:-1], 1e-30)):
            return True
    return False
