"""Series whose names tell nothing -> what their values and the series beside them tell.

A wrong role may cost an alarm and must not cause one: there have to be enough points, and the trend
must be clear.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gradlint.runs.kinds import Kind, Role
from gradlint.runs.roles.names import own_words, role_of, words_of
from gradlint.runs.run import TEXT_COLUMNS, UNNAMED, Curve, Run

Roles = dict[str, Role]

LEAST = 10
"""Points that show a trend, at least: two in each fifth."""

CLEAR = 3.0
"""Usual differences of neighbouring points by which the first fifth and the last must differ. Of
10,000 series of normal noise 99 have a trend in ten points, and none in a hundred."""

FALLEN = 0.8
"""Share of its first level that a loss has come down to, at most: other measurements drift, but
seldom by a fifth of their level towards 0."""

MOSTLY = 0.9
"""Share of the pairs of its fifths that follow the trend, at least: one may not, at a plateau."""

LEAST_LOST = 2
"""Points at the end of a series that are not finite, from which on it broke off."""

HIGHEST_CHANCE = 13.0
"""The cross-entropy of guessing among the 262,144 words of the largest usual vocabulary is 12.5."""

_NEAR = 0.1
"""Share by which an evaluation on training data may differ from the loss of single batches, in the
middle of its points: that falls by more within a run."""

_BESIDE_IT = 0.25
"""Share of the fall of a held-out loss by which that of the training may differ meanwhile, in the
middle of its points: they begin at one level, and what is not a loss does not."""

_MOST_COLUMNS = 32
"""Columns of which a sum is looked for."""

_FEWEST_TERMS = 2

_NEAR_ZERO = 1e-6
"""What a sum in single precision may be off by."""

_SPLITS = frozenset(("learn",))
"""CatBoost's word for what was trained on."""

_EITHER = frozenset("top1 top5 per score exact normeditdis".split())
"""Names that are a score in one program and an error in another: `top1`, SpeechBrain's `PER`."""

_JUDGED = frozenset((Kind.LOSS, Kind.SCORE, Kind.ERROR, Kind.RETURN, Kind.AGENT))

_PLACE = frozenset("value values metricvalue y".split())
"""Headings that say no more than that there is a number."""

_BESIDE = frozenset(
    (
        Kind.CLOCK,
        Kind.SYSTEM,
        Kind.LEARNING_RATE,
        Kind.GRADIENT_NORM,
        Kind.LOSS_SCALE,
        Kind.SCHEDULE,
    )
)
"""What may stand beside the only measure of a run."""


def inferred(run: Run, roles: Roles) -> Roles:
    """The roles with those of series that only their values tell."""
    found = dict(roles)
    for refine in (
        _directed,
        _named_by_split,
        _counterpart,
        _only_measure,
        _falling_beside_score,
        _sum_of_columns,
    ):
        found |= {tag: replace(role, inferred=True) for tag, role in refine(run, found)}
    return found


_Found = Iterator[tuple[str, Role]]


def trend(curve: Curve) -> int:
    """1 if a series rises, -1 if it falls, 0 if it does neither clearly or is too short to tell."""
    values = curve.level
    if len(values) < LEAST:
        return 0
    with np.errstate(over="ignore", invalid="ignore"):  # a median of two values adds them
        fifths = np.array([np.median(it) for it in np.array_split(values, 5)])
        usual = float(np.median(np.abs(np.diff(values))))
        way = float(fifths[-1] - fifths[0])
    if way == 0.0 or not np.isfinite(way) or abs(way) < CLEAR * usual:
        return 0
    upper = np.triu_indices(5, 1)
    signs = np.sign(fifths[upper[1]] - fifths[upper[0]])
    for sign in (1, -1):
        if np.count_nonzero(signs == sign) >= MOSTLY * len(signs):
            return sign
    return 0


def breaks_off(curve: Curve) -> bool:
    """Whether a series is finite up to some point, and not from there on, twice at least."""
    finite = curve.finite
    lost = int(np.count_nonzero(~finite))
    return LEAST_LOST <= lost < len(curve) and not bool(finite[-lost:].any())


def _is_share(curve: Curve) -> bool:
    """Whether all values lie within 0 and 1."""
    values = curve.level
    return len(values) > 0 and bool(values.min() >= 0.0 and values.max() <= 1.0)


def falls_away(curve: Curve) -> bool:
    """Whether a series is positive, falls clearly, and by much of its level."""
    values = curve.level
    if trend(curve) >= 0 or values.min() <= 0.0:
        return False
    third = len(values) // 3
    return bool(np.median(values[-third:]) <= FALLEN * np.median(values[:third]))


def _falls_from_above_1(curve: Curve) -> bool:
    return falls_away(curve) and float(curve.level[0]) > 1.0


def _directed(run: Run, roles: Roles) -> _Found:
    """A name that may be a score or an error is what its direction says.

    The only score, if it falls from above 1, is what was minimised (Deeplearning4j).
    """
    falling = not any(role.kind in _JUDGED for role in roles.values())
    for tag, role in roles.items():
        words = own_words(words_of(tag))
        if role.kind is Kind.OTHER and len(words) == 1 and words[0] in _EITHER:
            way = trend(run.curves[tag])
            if words[0] == "score" and falling and _falls_from_above_1(run.curves[tag]):
                yield tag, replace(role, kind=Kind.LOSS)
                continue
            score = words[0] != "score" or _is_share(run.curves[tag])
            if way and score:
                yield tag, replace(role, kind=Kind.SCORE if way > 0 else Kind.ERROR)


def _named_by_split(run: Run, roles: Roles) -> _Found:
    """`train` beside `val`: losses if that of training falls, scores if it rises within 0 and 1.

    Beside a score they are losses if what training stands at may be a chance level; beside a loss,
    if the values of training are those of that loss.
    """
    if any(role.kind is Kind.RETURN for role in roles.values()):
        return
    losses = [tag for tag, role in roles.items() if role.kind is Kind.LOSS]
    named: dict[str, str] = {}
    for tag, role in roles.items():
        words = words_of(tag)
        if words and words[0] in _SPLITS and all(it.isdecimal() for it in words[1:]):
            named[tag] = "train"
        elif role.kind is Kind.OTHER and role.split and all(map(str.isdecimal, own_words(words))):
            named[tag] = role.split
    splits = set(named.values())
    if len(named) != len(splits) or "train" not in splits or len(splits) < 2:
        return
    trained = run.curves[next(tag for tag, split in named.items() if split == "train")]
    if losses:
        if any(_tells_of(trained, run.curves[tag]) for tag in losses if roles[tag].trained_on):
            for tag, split in named.items():
                yield tag, replace(role_of("loss"), split=split)
        return
    way = trend(trained)
    scored = any(role.kind is Kind.SCORE for role in roles.values())
    guessing = scored and way <= 0 and len(trained) >= LEAST and _may_be_chance(trained)
    falling = way < 0 and (float(trained.level[0]) > 1.0 or falls_away(trained))
    if guessing or falling:
        name = "loss"
    elif way > 0 and all(len(run.curves[tag]) and _is_share(run.curves[tag]) for tag in named):
        name = "accuracy"
    else:
        return
    for tag, split in named.items():
        yield tag, replace(role_of(name), split=split)


def _counterpart(run: Run, roles: Roles) -> _Found:
    """Of a run whose only losses are held out, the one other series that moves as one of them does
    is the loss of the training."""
    losses = {tag: role for tag, role in roles.items() if role.kind is Kind.LOSS}
    if any(role.trained_on for role in losses.values()):
        return
    unknown = [tag for tag, role in roles.items() if role.kind is Kind.OTHER and not role.split]
    for tag, role in losses.items():
        alike = [it for it in unknown if _moves_with(run.curves[it], run.curves[tag])]
        if len(alike) == 1:
            yield alike[0], replace(role, split="train")
            return


def _moves_with(curve: Curve, loss: Curve) -> bool:
    """Whether a series falls as a loss does in the first half of it; then they may part."""
    half = slice((len(loss.level) + 1) // 2)
    if curve.axis != loss.axis or len(loss.level) < LEAST or trend(curve) >= 0:
        return False
    level = loss.level[half]
    expected = np.interp(loss.steps[loss.points][half], curve.steps[curve.points], curve.level)
    fall = float(level[0] - level.min())
    return fall > 0 and bool(np.median(np.abs(expected - level)) <= _BESIDE_IT * fall)


def _tells_of(curve: Curve, loss: Curve) -> bool:
    """Whether a series falls as a loss does, and has about its value at each of its steps."""
    if curve.axis != loss.axis or len(loss.level) < LEAST or not falls_away(curve):
        return False
    expected = np.interp(curve.steps[curve.points], loss.steps[loss.points], loss.level)
    return bool(np.median(np.abs(expected - curve.level) / curve.level) <= _NEAR)


def _may_be_chance(curve: Curve) -> bool:
    """Whether a series begins above 1 and where guessing does, at the logarithm of a number."""
    return 1.0 < float(curve.level[0]) <= HIGHEST_CHANCE and float(curve.level.min()) > 0.0


def _is_nameless(tag: str) -> bool:
    words = words_of(tag)
    return tag.startswith(UNNAMED) or (len(words) == 1 and words[0] in _PLACE)


def _only_measure(run: Run, roles: Roles) -> _Found:
    """The only number of each row, under a heading that tells nothing, is what was trained for.

    Not where a word of the row says which of several it is: those share their steps.
    """
    rest = [tag for tag, role in roles.items() if role.kind not in _BESIDE]
    if len(rest) != 1 or roles[rest[0]].kind is not Kind.OTHER or not _is_nameless(rest[0]):
        return
    curve = run.curves[rest[0]]
    several = run.metadata.get(TEXT_COLUMNS) or len(np.unique(curve.steps)) < len(curve)
    if run.axis != "row" and not several and falls_away(curve):
        yield rest[0], role_of("loss")


def _falling_beside_score(run: Run, roles: Roles) -> _Found:
    """Of columns without headings one falls while one rises within 0 and 1: loss and score."""
    if any(role.kind in (Kind.LOSS, Kind.SCORE) for role in roles.values()):
        return
    columns = [
        run.curves[tag]
        for tag, role in roles.items()
        if role.kind is Kind.OTHER and tag.startswith(UNNAMED) and len(run.curves[tag].level)
    ]
    falling = [it for it in columns if falls_away(it)]
    rising = [it for it in columns if _rises_as_score(it)]
    if len(falling) == len(rising) == 1:
        yield falling[0].tag, role_of("loss")
        yield rising[0].tag, role_of("accuracy")


def _sum_of_columns(run: Run, roles: Roles) -> _Found:
    """Of columns without headings, one is the sum of those beside it: a loss, and its terms.

    It falls away, and neither it nor they are ever below 0. What rises then within 0 and 1 is a
    score.
    """
    if any(role.kind is Kind.LOSS for role in roles.values()):
        return
    unnamed = [tag for tag, role in roles.items() if tag.startswith(UNNAMED)]
    curves = [run.curves[tag] for tag in unnamed[:_MOST_COLUMNS]]
    for at, total in enumerate(curves):
        if falls_away(total):
            for terms in (*_before(curves, at), *_behind(curves, at)):
                if _adds_up(total, terms):
                    yield total.tag, role_of("loss")
                    yield from ((it.tag, role_of(f"{it.tag} loss")) for it in terms)
                    scores = [it for it in curves if _rises_as_score(it)]
                    yield from ((it.tag, role_of(f"{it.tag} accuracy")) for it in scores)
                    return


def _before(curves: list[Curve], at: int) -> Iterator[list[Curve]]:
    return (curves[since:at] for since in range(at - _FEWEST_TERMS + 1))


def _behind(curves: list[Curve], at: int) -> Iterator[list[Curve]]:
    return (curves[at + 1 : until] for until in range(at + 1 + _FEWEST_TERMS, len(curves) + 1))


def _adds_up(total: Curve, terms: list[Curve]) -> bool:
    """Whether `total` is the sum of the terms, of which several are not 0, to its last digit."""
    if any(len(it) != len(total) or not it.finite.all() or it.values.min() < 0 for it in terms):
        return False
    if sum(bool(it.values.any()) for it in terms) < _FEWEST_TERMS or not total.finite.all():
        return False
    off = np.abs(total.values - np.sum([it.values for it in terms], axis=0))
    room = total.rounding + np.sum([it.rounding for it in terms], axis=0)
    return bool((off <= room + _NEAR_ZERO).all())


def _rises_as_score(curve: Curve) -> bool:
    return trend(curve) > 0 and _is_share(curve) and _is_noisy(curve)


def _is_noisy(curve: Curve) -> bool:
    """Whether a series goes up and down, as what is measured does and what is planned does not."""
    steps = np.diff(curve.level)
    return bool(np.any(steps > 0) and np.any(steps < 0))
