"""Series of one name, printed in several ways or by several ranks -> one series each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.text.points.pending_points import Form

Ints = NDArray[np.int64]

_SAME = 1e-4
"""Relative difference up to which two values of one step are one value, printed with other digits:
four digits are the fewest that frameworks print."""

_SAME_VALUE = 5e-3
"""The same for values of one epoch that were printed in two ways: one may have three digits."""

_POINTS_OF_AN_EPOCH = 2.5
"""Points an epoch above which a series is one of batches, whose values may be equal in earnest; a
value of an epoch may be printed twice with different digits."""

_AXES = ("step", "epoch", "row")


@dataclass(slots=True)
class Found:
    """A series with its steps; its rows tell the order of its points.

    `progress`: each point is the last that one evaluation printed of its progress.
    """

    form: Form
    axis: str
    rows: Ints
    steps: Ints
    values: NDArray[np.float64]
    progress: bool = False


def one_of_each_rank(
    found: dict[int, dict[str, list[Found]]], record: Ints
) -> Iterator[tuple[str, Found]]:
    """Every series under its tag; a rank that repeats what another one printed is left out.

    The series of a rank that differ from the first rank's have its number in their tags.
    """
    first: dict[str, Found] | None = None
    for rank, by_tag in found.items():
        series = dict(_named(by_tag, record))
        if first is None:
            first = series
            yield from series.items()
            continue
        for tag, one in series.items():
            other = first.get(tag)
            if other is None:
                first[tag] = one
                yield tag, one
            elif not _repeats(one, other):
                yield f"rank{rank}/{tag}", one


def _named(by_tag: dict[str, list[Found]], record: Ints) -> Iterator[tuple[str, Found]]:
    for tag, curves in by_tag.items():
        named = [one for one in curves if one.form is not Form.ANONYMOUS]
        unnamed = [one for one in curves if one.form is Form.ANONYMOUS]
        if any(one.form is Form.BATCH for one in named):
            # Batches of another pass than the one that prints its epoch: most often an evaluation.
            yield from ((f"{tag}_pass", one) for one in unnamed)
        else:
            named = curves
        others = [one for one in named if _measures_again(one, named)]
        if others:
            # `cur metric, acc: 0.5` below lines that have a step: not the accuracy of their batch.
            named = [one for one in named if all(one is not other for other in others)]
            yield from ((f"{tag}_unmarked", one) for one in others)
        main = ""
        for axis in _AXES:
            same = [one for one in named if one.axis == axis]
            if same:
                yield f"{tag}_{axis}" if main else tag, _merged(same, record)
                main = main or axis


def _measures_again(one: Found, named: list[Found]) -> bool:
    """Whether lines without a mark tell other values of the steps that marked lines tell of."""
    marked = [each for each in named if each.form is not Form.INHERITED and each.axis == "step"]
    if one.form is not Form.INHERITED or one.axis != "step" or not marked:
        return False
    known = np.isin(one.steps, np.concatenate([each.steps for each in marked])).all()
    return bool(known) and not any(_repeats(one, each) for each in marked)


def _merged(curves: list[Found], record: Ints) -> Found:
    """One series in the order of the lines, each step's value once where it was printed twice."""
    curves = _without_progress(curves)
    rows = np.concatenate([one.rows for one in curves])
    order = np.argsort(record[rows], kind="stable")
    rows = rows[order]
    steps = np.concatenate([one.steps for one in curves])[order]
    values = np.concatenate([one.values for one in curves])[order]
    axis = curves[0].axis
    if axis == "row" and len(curves) > 1:
        steps = np.arange(len(rows))  # each counted for itself
    if axis != "row" and len(rows) > 1:
        same = _equal(values[1:], values[:-1])
        if axis == "epoch" and len(curves) > 1:
            way = np.repeat(np.arange(len(curves)), [len(one.rows) for one in curves])[order]
            near = np.isclose(values[1:], values[:-1], rtol=_SAME_VALUE, atol=0.0)
            same |= near & (way[1:] != way[:-1])
        within = steps[1:] == steps[:-1]
        again = within & same
        kept = np.flatnonzero(np.append(True, ~again))
        # Where few values of an epoch are equal, it has several, which may be so by chance.
        twice = 2 * again.sum() >= within.sum()
        if axis == "step" or (twice and len(kept) <= _POINTS_OF_AN_EPOCH * len(np.unique(steps))):
            rows, steps, values = rows[kept], steps[kept], values[kept]
    return Found(curves[0].form, axis, rows, steps, values)


def _without_progress(curves: list[Found]) -> list[Found]:
    """The progress of an evaluation is left out where its result follows."""
    results = [one.steps for one in curves if not one.progress]
    if not results or len(results) == len(curves):
        return curves
    told = np.concatenate(results)
    kept = []
    for one in curves:
        if one.progress:
            without = ~np.isin(one.steps, told) | ~np.isfinite(one.values)
            one = replace(
                one, rows=one.rows[without], steps=one.steps[without], values=one.values[without]
            )
        kept.append(one)
    return kept


def _repeats(one: Found, other: Found) -> bool:
    """Whether `one` says nothing that `other` does not."""
    if one.axis != other.axis:
        return False
    order = np.argsort(other.steps, kind="stable")
    at = np.searchsorted(other.steps[order], one.steps)
    inside = at < len(order)
    near = order[np.minimum(at, len(order) - 1)]
    same = inside & (other.steps[near] == one.steps) & _equal(one.values, other.values[near])
    return bool(same.all())


def _equal(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.bool_]:
    with np.errstate(over="ignore", invalid="ignore"):  # near the ends of float64
        return np.isclose(one, other, rtol=_SAME, atol=0.0, equal_nan=True)
