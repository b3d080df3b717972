"""The jumps of a gradient norm -> what the training losses do at them."""

from __future__ import annotations

import numpy as np

from gradlint.curves.jump import Jump
from gradlint.relations.learning_rate import raised_before
from gradlint.relations.loss_jumps import is_warm_restart, loss_excursions
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

DOUBLED = 2.0
"""Factor over all that it was before by which a loss confirms a norm that jumps within its first
points, whose noise is not known yet."""

JUMP = 1.3
"""Factor over the highest of the last values that is a jump of a loss, at a jump of the norm."""

FALL = 0.1
"""Share of its level that a loss loses while a network leaves a plateau, at least."""

ABOUT = 16
"""Points of a loss that make its level before and after."""

LEAST = 3
"""Points of a loss before a jump, at least, to say what it had been."""

CLOSE = 10
"""Points within which a loss that leaves its history has followed the gradients."""


def loss_follows(run: Run, norm: Curve, jump: Jump) -> bool:
    """Whether a loss leaves its history at a jump of the norm or shortly after it."""
    low = norm.step(jump.start)
    high = norm.step(min(jump.end + CLOSE, len(norm.level) - 1))
    for loss in _losses(run, norm.axis):
        if loss.role.adversarial:
            continue
        for it in loss.measured(loss_excursions):
            near = loss.step(it.start) <= high and loss.step(it.end) >= low
            if near and not is_warm_restart(run, loss, it):
                return True
        if _rises(loss, low, high) and not raised_before(run, norm, jump.start):
            return True
        wrong = loss.steps[~loss.finite]
        if np.any((wrong >= low) & (wrong <= high)):
            return True
    return False


def loss_doubles(run: Run, norm: Curve, jump: Jump) -> bool:
    """Whether a loss is at least doubled with the norm, against all that it was before."""
    low, high = norm.step(jump.start), norm.step(jump.end)
    for loss in _losses(run, norm.axis):
        steps = loss.steps[loss.points]
        first = max(int(np.searchsorted(steps, low)), 1)
        during = loss.level[first : int(np.searchsorted(steps, high, "right"))]
        if len(during) and float(during.max()) >= DOUBLED * float(loss.level[:first].max()):
            return True
    return False


def loss_falls(run: Run, norm: Curve, start: int, end: int) -> bool:
    """Whether a loss is lower after points `start` to `end` of the norm than before."""
    low, high = norm.step(start), norm.step(end)
    for loss in _losses(run, norm.axis):
        steps = loss.steps[loss.points]
        first = max(int(np.searchsorted(steps, low)), 1)
        last = min(int(np.searchsorted(steps, high, "right")), len(steps) - 1)
        before = float(np.median(loss.level[max(first - ABOUT, 0) : first]))
        after = float(np.median(loss.level[last : last + ABOUT]))
        if loss.finite[-1] and after < (1.0 - FALL) * before:
            return True
    return False


def _losses(run: Run, axis: str) -> list[Curve]:
    """The training losses that are counted as the gradient norm is."""
    return [
        it for it in run.of(Kind.LOSS) if it.role.trained_on and it.axis == axis and len(it.level)
    ]


def _rises(loss: Curve, low: int, high: int) -> bool:
    """Whether a loss goes out of what it had been shortly before, between two steps."""
    steps = loss.steps[loss.points]
    first, last = int(np.searchsorted(steps, low)), int(np.searchsorted(steps, high, "right"))
    before = loss.level[max(first - ABOUT, 0) : first]
    during = loss.level[first:last]
    if len(before) < LEAST or not len(during) or before.min() <= 0:
        return False
    return bool(during.max() >= JUMP * before.max())
