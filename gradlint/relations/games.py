"""The two networks of a game, by their losses -> which of them has lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

PLAYERS = (
    frozenset("g gen generator netg".split()),
    frozenset("d dis disc discriminator netd critic".split()),
)
"""How the losses of the two are named, among other words."""

LEAST = 8
"""Points of each loss, at least."""

SHARE = 0.2
"""Share of a run, at its beginning and at its end, whose median is the level there."""

WON = 0.2
"""Share of its first level that the winner's loss is at, at most. In healthy games of 5 families it
keeps 0.7, in lost ones it falls to 0.19 and less."""

LOST = 2.0
"""Times its first level that the other one's loss is at, at least: 1.7 in healthy games."""


@dataclass(frozen=True, slots=True)
class LostGame:
    """A loss that has risen as that of the other network went to nothing.

    Attributes:
        start: its first level.
        final: its last.
        winner: the other one's loss.
        won_from: the first level of that.
        won_to: its last.
    """

    start: float
    final: float
    winner: Curve
    won_from: float
    won_to: float


def lost_game(run: Run, loss: Curve) -> LostGame | None:
    """What says that the network of this loss has lost against another; None if nothing does."""
    own = _player(loss)
    if own is None or not _is_positive(loss) or run.of(Kind.RETURN):
        return None
    start, final = _ends(loss)
    if final < LOST * start:
        return None
    for other in run.of(Kind.LOSS):
        rival = _player(other)
        if rival is None or rival == own or not _is_positive(other):
            continue
        won_from, won_to = _ends(other)
        if won_to <= WON * won_from:
            return LostGame(start, final, other, won_from, won_to)
    return None


def _player(loss: Curve) -> int | None:
    words = set(loss.role.metric.split("_"))
    held = [at for at, names in enumerate(PLAYERS) if names & words]
    return held[0] if loss.role.adversarial and len(held) == 1 else None


def _is_positive(loss: Curve) -> bool:
    return len(loss.level) >= LEAST and float(loss.level.min()) >= 0.0


def _ends(loss: Curve) -> tuple[float, float]:
    points = max(int(SHARE * len(loss.level)), 1)
    return float(np.median(loss.level[:points])), float(np.median(loss.level[-points:]))
