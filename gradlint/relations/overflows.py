"""Gradient norms that are not finite -> those whose steps training came through unharmed.

Dynamic loss scaling finds its scale by overflowing: it skips such a step and halves the scale. A
gradient that was skipped leaves the weights as they were, so that the next one is finite again and
no loss turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run, Steps

LASTING = 10
"""Steps in a row without a finite gradient that are not how a scale is found: ten halvings take it
from the usual 65,536 to 64."""

STARTING = 32
"""The same where no step before was finite: a scale that starts at 2 ** 32 may halve to 1."""

LEAST = 3
"""Logged points that make a row where only every so-many-th step is logged."""


_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Overflows:
    """What the overflows of one run mean.

    Attributes:
        scaled: whether dynamic loss scaling shows: a scale above 1, or a message of its own.
        broken: by axis, the steps at which a training loss is not finite, rising; int64.
    """

    scaled: bool
    broken: Mapping[str, Steps]

    def survived(self, curve: Curve) -> NDArray[np.bool_]:
        """Which non-finite values of a gradient norm did no harm; bool, shape (n,).

        Those are followed by a finite one before any loss is NaN or infinite. At the end of a log
        with loss scaling a few may still be on the way there.
        """
        harmless = ~curve.finite
        edges = np.flatnonzero(
            np.diff(np.concatenate(([False], harmless, [False])).astype(np.int8))
        )
        first, after = edges[::2], edges[1::2]
        if not len(first):
            return harmless
        until = np.append(curve.steps, np.iinfo(np.int64).max)[after]
        turned = self.broken.get(curve.axis, _NONE)
        since = np.searchsorted(turned, curve.steps[first])
        harmful = np.searchsorted(turned, until, "right") > since
        if after[-1] == len(curve):
            harmful[-1] |= not self.scaled or _is_lasting(curve, int(first[-1]))
        # A stretch reaches from its first point to the next one's; what is between is finite.
        lengths = np.diff(np.concatenate(([0], first, [len(curve)])))
        harmless &= ~np.repeat(np.append(False, harmful), lengths)
        return harmless


def overflows(run: Run) -> Overflows:
    """What shows of loss scaling in a run, and of losses that are not finite."""
    scaled = any(it.kind == "overflow" for it in run.messages) or any(
        len(curve.points) > 0 and float(curve.level.max()) > 1.0
        for curve in run.of(Kind.LOSS_SCALE)
    )
    broken: dict[str, list[Steps]] = {}
    for loss in run.of(Kind.LOSS):
        if not loss.role.held_out and not loss.finite.all():
            broken.setdefault(loss.axis, []).append(loss.steps[~loss.finite])
    return Overflows(scaled, {axis: np.sort(np.concatenate(it)) for axis, it in broken.items()})


def _is_lasting(curve: Curve, first: int) -> bool:
    """Whether the row that begins at point `first` and goes on to the end is a long one."""
    points = len(curve) - first
    steps = int(curve.steps[-1] - curve.steps[first]) + 1 if curve.axis == "step" else points
    return points >= LEAST and max(points, steps) >= (LASTING if first else STARTING)
