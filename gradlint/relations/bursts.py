"""Series of a run that leave, at the same time, everything they had ever been.

What each of them means need not be known: where all goes its usual way, no loss or gradient grows
to five times all before together with another series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradlint.curves.jump import Jump, followed
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

RECORD = 5.0
"""Times the largest size ever that a value has. Of 767 healthy files no two series of different
kinds do that together, at 3 neither; of 1,110 sick ones 141."""

HISTORY = 5
"""Points before it, at least: those of the first steps are small by themselves."""

TOGETHER = 0.02
"""Share of a run within which it is one event; two series that are logged seldom may be a point
apart."""

_TELLING = (Kind.LOSS, Kind.GRADIENT_NORM)
"""What has to be among them, upwards: of unknown series alone nobody knows what they should do."""

_UNTOLD = frozenset(
    (
        *(Kind.CLOCK, Kind.SYSTEM, Kind.IGNORE, Kind.LEARNING_RATE, Kind.LOSS_SCALE),
        *(Kind.SCHEDULE, Kind.SCORE, Kind.RETURN),
    )
)
"""What jumps by plan, or for the better."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A loss or a gradient norm that bursts, and what does with it.

    Attributes:
        curve: the series.
        jump: its jump.
        witnesses: the other series.
    """

    curve: Curve
    jump: Jump
    witnesses: tuple[Curve, ...]


def bursts(run: Run) -> list[Burst]:
    """The bursts of the losses and gradient norms of a run, the first of each."""
    return run.measured(_bursts)


def _bursts(run: Run) -> list[Burst]:
    first = {}
    for tag, curve in run.curves.items():
        at = None if curve.role.kind in _UNTOLD else curve.measured(_first_record)
        if at is not None:
            first[tag] = at
    found = []
    for tag, at in first.items():
        curve = run.curves[tag]
        if curve.role.kind not in _TELLING or curve.level[at] <= 0.0:
            continue
        others = [run.curves[it] for it in first if it != tag]
        witnesses = [it for it in others if _is_witness(curve, at, it, first[it.tag])]
        if witnesses:
            base = float(np.median(curve.level[max(at - HISTORY, 0) : at]))
            peak, end, recovered = followed(curve.level, at, base)
            jump = Jump(at, peak, end, base, float(curve.level[peak]), recovered)
            found.append(Burst(curve, jump, tuple(witnesses)))
    return found


def _first_record(values: np.ndarray) -> int | None:
    """The first value that is `RECORD` times as large as any before; None if none is."""
    if len(values) <= HISTORY:
        return None
    largest = np.maximum.accumulate(np.abs(values))[HISTORY - 1 : -1]
    above = np.flatnonzero(np.abs(values[HISTORY:]) >= RECORD * largest)
    at = int(above[0]) if len(above) else None
    return None if at is None or largest[at] == 0.0 else at + HISTORY


def _is_witness(curve: Curve, at: int, other: Curve, there: int) -> bool:
    """Whether another series bursts at the same time, and is not another name of the same."""
    same = other.role.kind is curve.role.kind and other.role.kind is not Kind.OTHER
    if same or other.axis != curve.axis:
        return False
    steps = curve.steps
    apart = abs(other.step(there) - curve.step(at))
    usual = max(_usual(curve), _usual(other))
    return apart <= max(TOGETHER * float(steps[-1] - steps[0]), usual)


def _usual(curve: Curve) -> float:
    return float(np.median(np.diff(curve.steps))) if len(curve) > 1 else 0.0
