"""Two curves -> whether one is a copy of the other, and where its steps are on the other's axis.

Files of one run print one number with different digits, at different intervals, and count in
different steps: from 0 or from 1, in epochs, or not at all. So the values decide: a curve is a copy
if its steps can be placed on the other's so that no value differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.run import Curve, Steps, Values

_ANCHORS = 24
"""Points, evenly spread, whose values are looked for in the other curve. Two that occur there only
once pin the curves together; of noise and of slopes nearly all do."""

_OFFSETS = (0, 1, -1)
"""Steps are counted from 0 or from 1."""

_FEW = 2
"""Points of a summary, which are compared in their order: not every log says at which step."""

_END = 0.1
"""Share of the steps by which a copy may begin later or end earlier: a log that was not flushed,
or logs rarely. What covers half of a run may be another that began like it, or its continuation."""

_BETWEEN = 1e-3
"""Steps by which a step that was placed may be off a whole one: the error of its scale."""

_STILL = 0.5
"""Share of the steps of a still curve at which it may move: rarely, or only until it is NaN."""

_DIGITS_A_POINT = 3.0
"""Digits of evidence that one point can give, so that no single coincidence decides."""


@dataclass(frozen=True, slots=True)
class Copy:
    """That a curve is a copy of another one.

    Attributes:
        scale, offset: its step `s` is the other's step `scale * s + offset`.
        evidence: decimal digits in which both agree and which could not be guessed from the
            neighbours of their points.
        own: intp, the points at steps that the other curve does not have.
        whole: both count from 0 or from 1, and begin and end at the same steps, but for a point; if
            one counts in other units, each of its points is one of the other's.
        still: neither moves at most of its points: they stay where they were, or are not finite.
    """

    scale: float
    offset: float
    evidence: float
    own: NDArray[np.intp]
    whole: bool = False
    still: bool = False

    @property
    def rank(self) -> tuple[float, int]:
        """Sorts the best placing to the end: of equal evidence, the one that leaves least out."""
        return self.evidence, -len(self.own)

    def placed(self, steps: Steps) -> Steps | None:
        """`steps` of the copy as steps of the other curve; None if some are between them."""
        placed = self.scale * steps.astype(np.float64) + self.offset
        whole: Steps = np.rint(placed).astype(np.int64)
        far = np.abs(placed - whole) > 1e-6 * (1 + np.abs(placed))
        return None if far.any() else whole


def copy_of(curve: Curve, other: Curve) -> Copy | None:
    """How `curve` is a copy of `other`; None if it is none, or if nothing can be compared.

    NaN and infinities contradict a number, but not the lack of one: many formats leave them blank.
    """
    allowed = curve.rounding, other.rounding
    if len(curve) == len(other) <= _FEW:
        same = _equal(curve.values, other.values, np.maximum(*allowed)).all()
        return Copy(1.0, 0.0, 0.0, np.arange(0), whole=True) if same else None
    kept = _kept(curve, other)
    if min(map(len, kept)) < 2:
        return None
    one, two = curve.steps[kept[0]], other.steps[kept[1]]
    best: Copy | None = None
    for scale, offset in _placings(curve, other, allowed, kept):
        if _same_extent(scale * one.astype(np.float64) + offset, two):
            found = _compared(curve, other, allowed, scale, offset)
            if found is not None and (best is None or found.rank > best.rank):
                best = found
                if not len(found.own):
                    break
    return best


_Points = tuple[NDArray[np.intp], NDArray[np.intp]]


def _kept(curve: Curve, other: Curve) -> _Points:
    """The points of both that every format keeps; all, where one has hardly any finite ones."""
    finite = np.flatnonzero(curve.finite), np.flatnonzero(other.finite)
    if min(map(len, finite)) >= 2:
        return finite
    return np.arange(len(curve)), np.arange(len(other))


_Allowed = tuple[Values, Values]


def _placings(
    curve: Curve, other: Curve, allowed: _Allowed, kept: _Points
) -> Iterator[tuple[float, float]]:
    """Scales and offsets that are worth a comparison, the simplest first."""
    yield from ((1.0, float(offset)) for offset in _OFFSETS)
    points, others = kept
    yield from _line(curve, other, [(points[0], others[0]), (points[-1], others[-1])])
    pinned = []
    for at in points[np.linspace(0, len(points) - 1, min(_ANCHORS, len(points))).astype(int)]:
        with np.errstate(over="ignore", invalid="ignore"):
            far = np.abs(other.values - curve.values[at])
        near = far <= np.maximum(allowed[0][at], allowed[1])
        found = np.flatnonzero(near)
        if len(found) == 1:
            pinned.append((at, found[0]))
    yield from _line(curve, other, pinned)
    yield from _line(curve, other, pinned[1:-1])


def _line(
    curve: Curve, other: Curve, pinned: list[tuple[np.intp, np.intp]]
) -> Iterator[tuple[float, float]]:
    """The line through the first and the last pair of points."""
    if len(pinned) < 2:
        return
    begin, end = (int(curve.steps[pinned[at][0]]) for at in (0, -1))
    first, last = (int(other.steps[pinned[at][1]]) for at in (0, -1))
    if end > begin and last > first:
        scale = (last - first) / (end - begin)
        yield scale, first - scale * begin


def _same_extent(steps: Values, others: Steps) -> bool:
    """Whether both begin and end at nearly the same steps."""
    begin, end = float(others[0]), float(others[-1])
    interval = max((steps[-1] - steps[0]) / (len(steps) - 1), (end - begin) / (len(others) - 1))
    slack = max(_END * (end - begin), interval) * (1 + 1e-9)
    return bool(abs(steps[0] - begin) <= slack and abs(steps[-1] - end) <= slack)


def copy_at(curve: Curve, other: Curve, placing: Copy) -> Copy | None:
    """How `curve` is a copy of `other`, where another series places their steps."""
    allowed = curve.rounding, other.rounding
    return _compared(curve, other, allowed, placing.scale, placing.offset)


def differ(curve: Curve, other: Curve, placing: Copy) -> bool:
    """Whether the two have different values at the same steps, as another series places them."""
    allowed = curve.rounding, other.rounding
    shared = _shared(curve, other, allowed, placing.scale, placing.offset)
    return len(shared.points) > _FEW and not shared.equal.all()


def _compared(
    curve: Curve, other: Curve, allowed: _Allowed, scale: float, offset: float
) -> Copy | None:
    shared = _shared(curve, other, allowed, scale, offset)
    # Intervals may differ on one axis; an axis that was guessed must fit.
    guessed = scale != 1 and 2 * len(shared.points) < len(curve)
    if len(shared.points) <= _FEW or guessed or not shared.equal.all():
        return None
    evidence = _evidence(curve.values[shared.points], shared.slack)
    own = np.setdiff1d(np.arange(len(curve)), shared.points, assume_unique=True)
    covered = len(shared.points) == len(curve) == len(other)
    whole = abs(offset) <= max(scale, 1.0) and (
        covered or (scale == 1 and _same_ends(curve.steps.astype(np.float64) + offset, other.steps))
    )
    still = _is_still(curve.values[shared.points]) and _is_still(shared.others)
    return Copy(scale, offset, evidence, own, whole, still)


def _same_ends(steps: Values, others: Steps) -> bool:
    interval = max((it[-1] - it[0]) / (len(it) - 1) for it in (steps, others))
    return bool(abs(steps[0] - others[0]) + abs(steps[-1] - others[-1]) < 2 * interval)


def _is_still(values: Values) -> bool:
    moves = np.isfinite(values[1:]) & (values[1:] != values[:-1])
    return bool(np.mean(moves) <= _STILL)


@dataclass(frozen=True, slots=True)
class _Shared:
    """The points at whose steps both have a value, whether it is the same, and its rounding.

    Beside them the last value of the other at each.
    """

    points: NDArray[np.intp]
    equal: NDArray[np.bool_]
    slack: Values
    others: Values


def _shared(curve: Curve, other: Curve, allowed: _Allowed, scale: float, offset: float) -> _Shared:
    placed = scale * curve.steps + offset
    left = np.searchsorted(other.steps, placed - _BETWEEN, side="left")
    right = np.searchsorted(other.steps, placed + _BETWEEN, side="right") - 1
    points = np.flatnonzero(left <= right)
    equal = np.zeros(len(points), bool)
    slack = np.zeros(len(points))
    # A step may have several values: those of its batches, or a running mean.
    for at in (left[points], right[points]):
        slack = np.maximum(allowed[0][points], allowed[1][at])
        equal |= _equal(curve.values[points], other.values[at], slack)
    return _Shared(points, equal, slack, other.values[right[points]])


def _equal(one: Values, other: Values, slack: Values) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        near = np.abs(one - other) <= slack
    equal: NDArray[np.bool_] = near | (one == other) | (np.isnan(one) & np.isnan(other))
    return equal


def _evidence(values: Values, slack: Values) -> float:
    """Digits in which the values differ from what their neighbours would let expect.

    Each value counts once: what repeats itself, or goes along a straight line, proves nothing.
    """
    known = np.isfinite(values)
    values, slack = values[known], slack[known]
    if len(values) < 3 or not slack.all():
        return 0.0
    inner, slack = values[1:-1], slack[1:-1]
    with np.errstate(over="ignore"):  # a loss may grow to the ends of float64
        surprise = np.abs(inner - (values[:-2] / 2 + values[2:] / 2)) / slack
        _, once = np.unique(np.round(inner / np.median(slack)), return_index=True)
    digits = np.log10(np.clip(surprise[once], 1.0, 10.0**_DIGITS_A_POINT))
    return float(digits.sum())
