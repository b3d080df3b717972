"""What a run measures, side by side -> whether any of it is better at the end than at the start."""

from __future__ import annotations

from dataclasses import dataclass

from gradlint.curves.constancy import frozen_tail
from gradlint.curves.levels import Progress, progress
from gradlint.curves.robust import Values
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

LEAST_SCORES = 8
"""Evaluations of a score, at least, to compare their end with their start."""

LEAST = 20
"""Points of a loss or a return, at least: a warm-up of the learning rate may take the first ten."""

LEAST_EPOCHS = 10
"""The same for the means of epochs."""

SIGMAS = 5.0
"""Deviations of a level by which something has got better. Healthy runs of all families that were
looked at measure 10 and more in at least one series."""

MATERIAL = 0.03
"""Share of its level that a loss must have gained, and of its range a score, to have moved at all.
Networks that cannot learn gain up to 2% by learning how often each answer is right; of 2%, 3%, 4%
and 8% all tell the same runs of the families looked at, but for three files of 750."""

FOR_A_WHILE = 0.2
"""Share of its level from which a loss that stands where it began had learnt in between."""

ROOM = 0.2
"""Share of what was left to gain, up to 1, that a score has gained at least where it has learnt."""

LOUD = 0.05
"""Deviation of a level, as a share of it, at which a loss could have gained a fifth unseen."""

KNOWN = 0.6
"""Share of the highest score from which a network that begins with it was trained before, or has an
easy task; half is what guessing between two answers gives."""

DOUBLED = 0.5
"""Share of its first level by which something without a scale is better for certain."""

WARM = 0.1
"""Share of the run after which a loss is asked whether it still falls: the first steps bring any
network to what it can say without a look at its input."""

LATE = 0.1
"""Share of the last step from which a log does not begin with the run: it was resumed, and may
stand where a long training had arrived."""

WORSE = 1.15
"""Times its start up to which a loss stands where it began; beyond it has diverged."""


@dataclass(frozen=True, slots=True)
class Unimproved:
    """A run in which nothing got better.

    Attributes:
        curve: the series that tells it: a score, a return, or a loss where there is neither.
        progress: how far it came; of what should rise, of its negative.
    """

    curve: Curve
    progress: Progress


def unimproved(run: Run) -> Unimproved | None:
    """What tells that a run has learnt nothing; None if anything got better, or nothing can tell.

    Scores and returns decide where there are any, unless a training loss still falls: a benchmark
    may stay at chance for long. Losses of games and agents say nothing, and what is frozen at one
    value is another fault.
    """
    if any(is_resumed(it) for it in _of(run, Kind.LOSS)):
        return None
    aims = _of(run, Kind.SCORE, Kind.RETURN)
    losses = [it for it in _of(run, Kind.LOSS) if it.role.trained_on]
    if any(not it.finite[-1] for it in losses):
        return None
    if aims:
        if any(_is_better(it) for it in aims) or any(map(_still_falls, losses)):
            return None
        moving = [it for it in aims if frozen_tail(it.level) > len(it.level) // 2]
        if not moving:
            return None
        curve = max(moving, key=len)
        return Unimproved(curve, _rising(curve))
    if not losses or run.of(Kind.RETURN) or not all(map(_stands, _of(run, Kind.LOSS))):
        return None
    curve = max(losses, key=len)
    return Unimproved(curve, curve.measured(progress))


def _of(run: Run, *kinds: str) -> list[Curve]:
    return [it for it in run.of(*kinds) if not it.role.adversarial and len(it.level) >= _least(it)]


def _least(curve: Curve) -> int:
    if curve.role.kind is Kind.SCORE:
        return LEAST_SCORES
    return LEAST_EPOCHS if curve.axis == "epoch" else LEAST


def is_resumed(curve: Curve) -> bool:
    """Whether a log does not begin with its run, which had been trained before."""
    return curve.axis == "step" and bool(curve.steps[0] > LATE * curve.steps[-1])


def _rising(curve: Curve) -> Progress:
    return curve.measured(_negated_progress)


def _negated_progress(values: Values) -> Progress:
    return progress(-values)


def _is_better(curve: Curve) -> bool:
    """Whether a score or a return has risen, if only for a while, or was high from the start."""
    if curve.level.max() == curve.level.min() and curve.role.kind is Kind.RETURN:
        return True  # of an episode that always ends in the same way; at its best, perhaps
    found, top = _rising(curve), _top(curve)
    best = found.at_best
    seen = best.share >= DOUBLED or best.gained >= MATERIAL * (top or abs(found.start))
    if best.sigmas >= SIGMAS and seen:
        return True
    if top is None:
        hidden = found.deviation > LOUD * abs(found.start)
        return hidden or found.gained >= DOUBLED * abs(found.start)
    return -found.start >= KNOWN * top or found.gained >= ROOM * (top + found.start)


def _top(curve: Curve) -> float | None:
    """The highest value that a score can have, if its values show that it is a share."""
    if curve.role.kind is not Kind.SCORE:
        return None
    low, high = float(curve.level.min()), float(curve.level.max())
    return None if low < -1.0 or high > 100.0 else 1.0 if high <= 1.0 else 100.0


def _still_falls(loss: Curve) -> bool:
    """Whether a training loss goes on falling after its first steps."""
    values = loss.level[int(WARM * len(loss.level)) :]
    found = progress(values)
    return found.sigmas >= SIGMAS and found.share >= MATERIAL


def _stands(curve: Curve) -> bool:
    """Whether a loss or an error ends where it began, and would have shown it otherwise."""
    if curve.level.min() <= 0.0:
        return False
    found = curve.measured(progress)
    if found.deviation > LOUD * found.final or found.final > WORSE * found.start:
        return False
    return found.share < MATERIAL and found.at_best.share < FOR_A_WHILE
