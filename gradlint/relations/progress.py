"""What a run measures, side by side -> whether any of it is better at the end than at the start."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from gradlint.curves.constancy import frozen_tail
from gradlint.curves.levels import Progress, levels, progress, rise
from gradlint.curves.robust import Values
from gradlint.relations.schedules import weight_raised
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

LEAST_SCORES = 8
"""Evaluations of a score, at least, to compare their end with their start."""

LEAST = 20
"""Points of a loss or a return, at least: a warm-up of the learning rate may take the first ten."""

LEAST_EPOCHS = 8
"""The same for the means of epochs."""

LEAST_HELD_OUT = 4
"""Evaluations of a held-out loss, at least."""

SIGMAS = 5.0
"""Deviations of a level by which something has got better. Healthy runs of all families that were
looked at measure 10 and more in at least one series."""

SURE = 10.0
"""The same for a score beside losses that stand: levels of few answers wander further than
their noise says."""

MATERIAL = 0.04
"""Share of its level that a loss must have gained, and of its range a score, to have moved at all.
Networks that cannot learn gain up to 2% by learning how often each answer is right; of 2%, 3%, 4%
and 8% all tell the same runs of the families looked at, but for three files of 750."""

SLIGHT = 0.025
"""Share by which the first level of a loss may be above the last where noise may explain it."""

FIRST_GAIN = 0.2
"""Share of its level that a loss may gain without a look at its input: it learns how often each
answer is right, and stands."""

ROOM = 0.2
"""Share of what was left to gain, up to 1, that a score has gained at least where it has learnt."""

LOUD = 0.05
"""Deviation of the last quarter of a run, as a share of its level, at which a fifth could have been
gained unseen."""

KNOWN = 0.6
"""Share of the highest score from which a network that begins with it was trained before, or has an
easy task; half is what guessing between two answers gives."""

DOUBLED = 0.5
"""Share of its first level by which something without a scale is better for certain."""

WARM = 0.1
"""Share of the run after which a loss is asked whether it still falls: the first steps bring any
network to what it can say without a look at its input."""

STILL = 0.02
"""Share of its level that a loss has gained at the end since its first tenth, and that is its noise
at most, in a run that stands where no score bears it out. Of 636 healthy files without a score none
gains as little, nor 3%; of 842 sick ones 51."""

LEARNT = 0.9
"""Share of its start that a training loss has gained where the set is learnt by heart: held-out
scores that have not moved by then will not."""

LATE = 0.1
"""Share of the last step from which a log does not begin with the run: it was resumed, and may
stand where a long training had arrived."""

WORSE = 1.15
"""Times its start up to which a loss stands where it began; beyond it has diverged."""

GUESS = {"r2": 0.0, "mcc": 0.0, "kappa": 0.0, "auc": 0.5, "rocauc": 0.5, "auroc": 0.5}
"""What scores are that are made to be the same for every answer that does not look at the input."""

DECIBELS = ("psnr", "snr", "sdr")
"""How the names of scores end that have no highest value."""

MOVING = ("winrate",)
"""Scores that are taken against an opponent who gets better as well."""

OVERLAPS = ("bleu", "rouge", "meteor", "chrf", "sacrebleu")
"""How the names of scores begin that compare texts word by word."""

OVERLAP = 0.5
"""The highest of these that is met in practice: two people write the same in different words."""

BEYOND = 0.05
"""Height over that by which such a score is no guess."""

EXCESS = 0.2
"""Nats by which a cross-entropy may differ from that of guessing as often right as the network is:
-ln of its accuracy."""


@dataclass(frozen=True, slots=True)
class Unimproved:
    """A run in which nothing got better.

    Attributes:
        curve: the series that tells it: a score, a return, or a loss where there is neither.
        start: where it began.
        final: its level in the last quarter of the run.
        since: the point from which nothing was gained: 0, or the end of the first tenth.
        guess: what the score would be without a look at the input, where that is known.
        guesses: an accuracy by which the loss is that of guessing.
    """

    curve: Curve
    start: float
    final: float
    since: int = 0
    guess: float | None = None
    guesses: Curve | None = None


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
    # What is weighed anew is another sum, in which nothing can be compared.
    losses = [it for it in losses if not weight_raised(run, it, 0, len(it.level) - 1)]
    if aims:
        return _by_heart(run, losses) or _of_aims(run, aims, losses) or _of_standstill(run)
    if not losses or run.of(Kind.RETURN):
        return None
    found = _by_heart(run, losses) or _of_losses(run, losses, witnessed=False)
    return found or _of_standstill(run)


def _by_heart(run: Run, losses: list[Curve]) -> Unimproved | None:
    """A run whose training loss comes down to nothing, and nothing held out ever gets better."""
    if not losses or run.of(Kind.RETURN) or not all(map(_is_learnt, losses)):
        return None
    held_out = [it for it in run.of(Kind.LOSS, Kind.ERROR) if it.role.held_out]
    held_out = [it for it in held_out if len(it.level) >= LEAST_SCORES and not it.role.adversarial]
    scores = [it for it in run.of(Kind.SCORE) if it.role.held_out]
    if not any(it.role.kind is Kind.LOSS for it in held_out):
        return None
    if any(it.level.max() <= 0.0 or _falling(it).at_best.share >= MATERIAL for it in held_out):
        return None
    if any(_is_better(it, SIGMAS) or _may_be_better(it) for it in scores):
        return None
    curve = max(held_out, key=len)
    whole = _falling(curve)
    return Unimproved(curve, whole.start, whole.final)


def _of_standstill(run: Run) -> Unimproved | None:
    """A run in which nothing has moved since its first steps, whatever they brought."""
    losses = [it for it in run.of(Kind.LOSS, Kind.ERROR) if not it.role.adversarial]
    losses = [it for it in losses if len(it.level) >= LEAST_HELD_OUT]
    trained = [it for it in losses if it.role.kind is Kind.LOSS and it.role.trained_on]
    trained = [it for it in trained if len(it.level) >= LEAST_EPOCHS]
    if any(weight_raised(run, it, 0, len(it.level) - 1) for it in trained):
        return None
    if not trained or run.of(Kind.RETURN) or any(map(_is_frozen, trained)):
        return None
    scores = [it for it in run.of(Kind.SCORE) if len(it.level) >= LEAST_HELD_OUT]
    if not all(map(_stays_low, scores)):
        return None
    if not all(_stood_still(it, bool(scores)) for it in losses):
        return None
    curve = max(trained, key=len)
    whole = _falling(curve)
    return Unimproved(curve, whole.start, whole.final, max(int(WARM * len(curve.level)), 1))


def _stood_still(curve: Curve, beside_scores: bool) -> bool:
    """Whether a loss or an error has gained nothing after the first steps, nor lost what it had."""
    found, late = _falling(curve), curve.measured(_late)
    if curve.level.min() <= 0.0 or found.final > WORSE * found.start:
        return False
    if late.at_best.share >= MATERIAL and late.at_best.sigmas >= SIGMAS:
        return False
    quiet = late.deviation_of_end < STILL * late.final
    return late.share < STILL and (beside_scores or quiet)


def _is_high(curve: Curve) -> bool:
    """Whether a score ends at a share that only a trained network has, or one with an easy task."""
    top = _top(curve)
    return top is not None and -_rising(curve).final >= KNOWN * top


def _stays_low(curve: Curve) -> bool:
    """Whether a score has not risen after the first steps, from a share that is not high."""
    top, late = _top(curve), curve.measured(_late_rise)
    guess = GUESS.get(curve.role.metric)
    if top is None or (guess is not None and -late.final >= guess + BEYOND):
        return False
    return late.at_best.gained < MATERIAL * top and -late.final < KNOWN * top


def _of_aims(run: Run, aims: list[Curve], losses: list[Curve]) -> Unimproved | None:
    if any(_is_better(it, SURE) for it in aims):
        return None
    for loss in losses:
        for score in aims:
            if _guesses(loss, score):
                whole = _falling(loss)
                return Unimproved(loss, whole.start, whole.final, guesses=score)
    # What is frozen is another fault, and bears out losses that stand.
    moved = [it for it in aims if not _is_frozen(it)]
    found = _of_moved(run, moved, losses)
    silent = run.of(Kind.RETURN) or any(map(_is_frozen, losses)) or any(map(_is_high, moved))
    if found is None and losses and not silent:
        found = _of_losses(run, losses, witnessed=len(moved) < len(aims))
    return found


def _of_moved(run: Run, aims: list[Curve], losses: list[Curve]) -> Unimproved | None:
    if not aims or any(_is_better(it, SIGMAS) or _may_be_better(it) for it in aims):
        return None
    guessed = [it for it in aims if it.role.metric in GUESS]
    if not guessed and not run.of(Kind.RETURN) and any(map(_still_falls, losses)):
        # By heart, perhaps: then what is held out will not get better any more.
        if not all(it.role.held_out for it in aims) or not all(map(_is_learnt, losses)):
            return None
    curve = max(guessed or aims, key=len)
    whole = _rising(curve)
    return Unimproved(curve, -whole.start, -whole.final, guess=GUESS.get(curve.role.metric))


def _is_frozen(curve: Curve) -> bool:
    return frozen_tail(curve.level) <= len(curve.level) // 2


def _of_losses(run: Run, losses: list[Curve], *, witnessed: bool) -> Unimproved | None:
    held_out = [it for it in run.of(Kind.LOSS) if it.role.held_out and not it.role.adversarial]
    held_out = [it for it in held_out if len(it.level) >= LEAST_HELD_OUT]
    if any(_falling(it).at_best.share >= MATERIAL for it in held_out):
        return None
    if not all(_stands(it, bool(held_out) or witnessed) for it in losses):
        return None
    curve = max(losses, key=len)
    found = _falling(curve)
    fell, certain = found.share >= MATERIAL, found.sigmas >= SIGMAS
    if fell and not certain and curve.measured(levels).start > (1.0 + SLIGHT) * found.final:
        return None  # too loud to tell
    since = int(WARM * len(curve.level)) if fell and certain else 0
    return Unimproved(curve, found.start, found.final, since)


def _of(run: Run, *kinds: str) -> list[Curve]:
    found = [it for it in run.of(*kinds) if not it.role.adversarial]
    return [it for it in found if it.role.metric not in MOVING and len(it.level) >= _least(it)]


def _least(curve: Curve) -> int:
    if curve.role.kind is Kind.SCORE:
        return LEAST_SCORES
    return LEAST_EPOCHS if curve.axis == "epoch" else LEAST


def is_resumed(curve: Curve) -> bool:
    """Whether a log does not begin with its run, which had been trained before."""
    return curve.axis == "step" and bool(curve.steps[0] > LATE * curve.steps[-1])


def _falling(curve: Curve) -> Progress:
    return progress(curve.level, curve.measured(levels))


def _rising(curve: Curve) -> Progress:
    return curve.measured(rise)


def _is_better(curve: Curve, sigmas: float) -> bool:
    """Whether a score or a return has risen by so many deviations, if only for a while."""
    if curve.level.max() == curve.level.min() and curve.role.kind is Kind.RETURN:
        return True  # of an episode that always ends in the same way; at its best, perhaps
    found, top = _rising(curve), _top(curve)
    best = found.at_best
    seen = best.share >= DOUBLED or best.gained >= MATERIAL * (top or abs(found.start))
    return best.sigmas >= sigmas and seen and not _is_guess(curve)


def _may_be_better(curve: Curve) -> bool:
    """Whether it was high from the start, or may have risen in noise that does not tell."""
    found, top = _rising(curve), _top(curve)
    if curve.role.metric in GUESS:
        return -found.final >= GUESS[curve.role.metric] + BEYOND
    if top is None:
        hidden = found.deviation_of_end > LOUD * abs(found.start)
        return hidden or found.gained >= DOUBLED * abs(found.start)
    return -found.start >= KNOWN * top or found.gained >= ROOM * (top + found.start)


def _is_guess(curve: Curve) -> bool:
    """Whether a score that is known for every answer without a look at the input is that."""
    guess = GUESS.get(curve.role.metric)
    return guess is not None and -_rising(curve).at_best.final < guess + BEYOND


def _top(curve: Curve) -> float | None:
    """The highest value that a score can have, if its values show that it is a share."""
    if curve.role.kind is not Kind.SCORE or curve.role.metric.endswith(DECIBELS):
        return None
    low, high = float(curve.level.min()), float(curve.level.max())
    if low < -1.0 or high > 100.0:
        return None
    share = OVERLAP if curve.role.metric.startswith(OVERLAPS) else 1.0
    return share if high <= 1.0 else 100.0 * share


def _late(values: Values) -> Progress:
    """The progress after the first steps, from the level there: its first value is one of many."""
    later = values[max(int(WARM * len(values)), 1) :]
    found = levels(later)
    return replace(progress(later, found), start=found.start, deviation=found.deviation)


def _late_rise(values: Values) -> Progress:
    return _late(-values)


def _second_half(values: Values) -> Progress:
    return _progress(values[len(values) // 2 :])


def _progress(values: Values) -> Progress:
    return progress(values, levels(values))


def _is_learnt(loss: Curve) -> bool:
    """Whether a training loss has come down to next to nothing."""
    return _falling(loss).at_best.share >= LEARNT


def _still_falls(loss: Curve) -> bool:
    """Whether a training loss goes on falling in the second half of the run."""
    found = loss.measured(_second_half)
    return found.sigmas >= SIGMAS and found.share >= MATERIAL


def _guesses(loss: Curve, score: Curve) -> bool:
    """Whether a cross-entropy ends at that of guessing as often right as an accuracy is."""
    if "acc" not in score.role.metric or loss.role.split != score.role.split:
        return False
    right = float(-_rising(score).final) / (_top(score) or 1.0)
    final = _falling(loss).final
    return 0.0 < right < KNOWN and abs(final + math.log(right)) <= EXCESS


def _stands(curve: Curve, beside_held_out: bool) -> bool:
    """Whether a training loss has gained nothing since its first steps, and would have shown it.

    `beside_held_out`: whether a held-out loss says so as well. Where none does, what it gained in
    its first steps must be no more than any network gains.
    """
    if curve.level.min() <= 0.0:
        return False
    found, late = _falling(curve), curve.measured(_late)
    if late.deviation_of_end > LOUD * late.final or found.final > WORSE * found.start:
        return False
    gained = min(found.share, late.share)
    return gained < MATERIAL and (beside_held_out or found.at_best.share < FIRST_GAIN)
