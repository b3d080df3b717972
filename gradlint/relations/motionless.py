"""A run in which nothing moves at all, whatever its series mean: no weight is changed."""

from __future__ import annotations

import numpy as np

from gradlint.curves.robust import Values
from gradlint.relations.progress import LATE
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

LEAST = 8
"""Points of a loss, at least."""

LEAST_OTHER = 6
"""Points of what is looked at beside it, at least."""

PARTS = 8
"""Parts of a run whose medians are compared: single batches differ."""

MOVED = 0.015
"""Share of its first level by which something has moved. Of 939 healthy files none stays within
0.038 in all of its series; files whose learning rate is nothing reach 0.013."""

FEWEST = 2
"""Series that do not move, at least."""

FEWEST_OF_GAME = 3
"""The same where all losses are of a game, whose two may be at their balance from the start."""

_ALIKE = (Kind.LOSS, Kind.ERROR, Kind.SCORE, Kind.RETURN, Kind.OTHER)
"""What moves with the weights. Norms and what an agent is like may not."""


def motionless(run: Run) -> Curve | None:
    """The loss of a run of which no series leaves its first level; None if one does."""
    looked_at = [it for it in run.of(*_ALIKE, parts=True) if len(it.level) >= LEAST_OTHER]
    losses = [it for it in looked_at if it.role.kind is Kind.LOSS and len(it.level) >= LEAST]
    told = [it for it in looked_at if it.role.kind is not Kind.OTHER or np.ptp(it.level) > 0.0]
    game = all(it.role.adversarial for it in losses)
    fewest = FEWEST_OF_GAME if game else FEWEST
    if not losses or len(told) < fewest or any(map(_begins_late, losses)):
        return None
    if any(it.measured(_moves) for it in told):
        return None
    return max(losses, key=len)


def _begins_late(curve: Curve) -> bool:
    """Whether a log does not begin with its run, be it counted in steps or in epochs."""
    return bool(curve.steps[0] > max(LATE * curve.steps[-1], 1))


def _moves(values: Values) -> bool:
    parts = np.array_split(values, min(PARTS, len(values)))
    levels = np.array([np.median(part) for part in parts])
    return bool(np.abs(levels - levels[0]).max() > MOVED * abs(levels[0]))
