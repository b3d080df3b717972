"""Rows of progress marks -> the steps of every series, known only when the whole log is read."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.readers.text.line.words import is_evaluated, mark_of, measures
from gradlint.runs.readers.text.points.duplicate_series import Found, one_of_each_rank
from gradlint.runs.readers.text.points.epoch_lengths import (
    LONGEST_EPOCH,
    Epochs,
    epochs_of,
    length_of,
    passes_counted,
)
from gradlint.runs.readers.text.points.epochs_said_after import take_epochs_said_after
from gradlint.runs.readers.text.points.fractional_epochs import settled
from gradlint.runs.readers.text.points.pending_points import (
    NONE,
    Form,
    Ints,
    Marks,
    PendingPoints,
    Series,
)
from gradlint.runs.readers.text.points.printed_before import join_headings, prepend_measured_before
from gradlint.runs.readers.text.settings import Settings

_FEWEST_BARE = 3
"""Points of a series without any mark: a setting is printed once or twice, a metric goes on."""

_FEWEST_STILL = 20
"""The same, if they are all equal: a configuration may say `LOSS_WEIGHT: 1.0` for each head."""

_PROGRAM_LINES = 5
"""Lines of source code from which on a log is taken to contain its program, whose assignments
(`lr = 0.1`, three branches of them) look like metrics without a mark."""

_FALLS_OF_TOTAL = 0.1
"""Share of the epochs that begin with a lower step from which on `step 3/7` of a training counts
within the epoch. Of epochs with one print or none, many begin with a higher one (`1/7`, `4/7`,
then `2/7`); a step over all epochs does not fall as they rise, but where ranks overtake others."""

_RESULT = re.compile(r"\b(?:best|final|test|average|overall|total)\b", re.IGNORECASE)

_UNMARKED = (Form.INHERITED, Form.ROW)
"""Lines that do not say themselves where the training is."""

_POINTS_OF_A_BAR = 1.5
"""Points an epoch below which a series is taken to have one an epoch: a library's message in the
middle of a bar prints it twice, now and then; a series of batches has at least two each."""


@dataclass(frozen=True, slots=True)
class _Ranks:
    """The epochs of each rank: of those whose steps start anew `within` each, and of batches."""

    within: dict[int, Epochs]
    batches: dict[int, Epochs]


class Placed:
    """The steps that the rows got."""

    def __init__(self, record: Ints) -> None:
        self._record = record
        self._steps: dict[str, Ints] = {}
        self._points: Counter[str] = Counter()
        self._rows: Ints | None = None

    def put(self, axis: str, rows: Ints, steps: Ints) -> None:
        """Rows whose points have these steps on an axis."""
        if axis not in self._steps:
            self._steps[axis] = np.full(len(self._record), NONE, np.int64)
        self._steps[axis][rows] = steps
        self._points[axis] += len(rows)

    @property
    def axis(self) -> str:
        """What most points are counted by, `step` or `epoch`; "" if none is."""
        return max(self._points, key=lambda axis: self._points[axis], default="")

    def before(self, line: int) -> int | None:
        """The step of the last point up to `line`, None if there is none.

        On the axis of most points: a summary of the epoch says nothing of the steps before it.
        """
        if not self._steps:
            return None
        step = self._steps[self.axis]
        if self._rows is None:
            self._rows = np.flatnonzero(step != NONE)
            self._rows = self._rows[np.argsort(self._record[self._rows], kind="stable")]
        at = int(np.searchsorted(self._record[self._rows], line, side="right"))
        return int(step[self._rows[at - 1]]) if at else None


def resolve(pending: PendingPoints, builder: RunBuilder, settings: Settings) -> Placed:
    """Add every series of `pending` that is one to `builder`; the others become settings."""
    rows = pending.rows
    columns = (rows.record, rows.epoch, rows.step, rows.total, rows.header)
    marks = Marks(*(_ints(column) for column in columns))
    if pending.rounded:
        marks.step = _spread(marks.step, _ints(pending.rounded))
    placed = Placed(marks.record)
    all_series = settled(series for series in pending if series.values)
    join_headings(all_series, marks)
    all_series = [series for series in all_series if series.values]
    prepend_measured_before(all_series, marks)
    take_epochs_said_after(all_series, marks)
    first = _first_epochs(all_series, marks)
    epochs = _Ranks(
        _steps_within_epochs(all_series, marks, first), _epochs_of_batches(all_series, marks, first)
    )
    ordinals = _ordinals(all_series, len(marks.record))
    fewest = _FEWEST_BARE if pending.code < _PROGRAM_LINES else _FEWEST_STILL
    resolved = [(one, _resolved(one, marks, epochs, ordinals, fewest)) for one in all_series]
    told = {id(one) for one, curve in resolved if _is_metric(one, curve, fewest)}
    told = told or {id(one) for one in all_series if _is_result(one)}
    told_rows = np.zeros(len(marks.record), np.bool_)
    known = set()
    for one in all_series:
        if id(one) in told:
            known.add((one.rank, one.tag))
            told_rows[_ints(one.rows)] |= one.form in _UNMARKED
    found: dict[int, dict[str, list[Found]]] = {}
    for series, curve in resolved:
        new = (series.rank, series.tag) not in known
        if id(series) in told or (new and _stands_beside(series, told_rows)):
            found.setdefault(series.rank, {}).setdefault(series.tag, []).append(curve)
        elif len(set(series.values)) == 1:
            settings.add(series.tag, f"{series.values[0]:g}")
    for tag, curve in one_of_each_rank(found, marks.record):
        if curve.axis != "row":
            placed.put(curve.axis, curve.rows, curve.steps)
        records = marks.record[curve.rows]
        builder.add(tag, curve.steps, curve.values, records=records, axis=curve.axis)
    return placed


def _resolved(
    series: Series,
    marks: Marks,
    epochs: _Ranks,
    ordinals: dict[int, Ints],
    fewest: int,
) -> Found:
    """`series` with steps, if it is a metric."""
    rows = _ints(series.rows)
    values = np.frombuffer(series.values, np.float64)
    form = series.form
    axis, steps = "row", np.arange(len(rows))
    within = epochs.within.get(series.rank)
    passes = _passes(series, marks, rows, values, within is not None)
    if passes is not None:
        rows, values = rows[passes], values[passes]
        steps = np.arange(len(rows))
        if (marks.epoch[rows] != NONE).all():
            axis, steps = "epoch", marks.epoch[rows]
    elif form is Form.STEP:
        axis, steps = "step", marks.step[rows]
        if within is not None:
            steps = within.joined(rows, marks.epoch[rows], steps)
    elif form in (Form.BATCH, Form.ANONYMOUS):
        axis, steps, kept = _batches(series, marks, rows, epochs.batches[series.rank])
        rows, values = rows[kept], values[kept]
    elif form is Form.EPOCH:
        axis, steps = "epoch", marks.epoch[rows]
    elif form is Form.INHERITED:
        axis, steps = _inherited(rows, marks, within)
        if len(steps) >= fewest and (steps == steps[0]).all():
            # A counter that never counts: `Epoch: 0` over each line.
            axis, steps = "row", np.arange(len(steps))
    else:
        steps = ordinals[id(series)]
    if axis == "epoch" and len(steps) > 1 and (steps == steps[0]).all():
        # `fit(epochs=1)` in a loop: every header says `Epoch 1/1`.
        axis, steps = "row", np.arange(len(steps))
    progress = axis == "epoch" and passes is not None
    return Found(series.form, axis, rows, steps.astype(np.int64), values, progress)


def _is_result(series: Series) -> bool:
    """Whether it is a final result, which a log may tell alone (`Best val loss 3.7`)."""
    final = _RESULT.search(series.tag) is not None or is_evaluated(series.tag)
    return series.strong and final and measures(series.tag)


def _stands_beside(series: Series, told: NDArray[np.bool_]) -> bool:
    """Whether a measure stands on lines alone of which something is `told`: then all of it is."""
    unmarked = series.form in _UNMARKED and series.strong and measures(series.tag)
    return unmarked and bool(told[_ints(series.rows)].all())


def _is_metric(series: Series, curve: Found, fewest: int) -> bool:
    """A key that comes again with a step that moves, or on a line that has a mark of its own."""
    steps, values = curve.steps, curve.values
    moves = len(values) >= _FEWEST_STILL or bool((values != values[:1]).any())
    unmarked = series.form in _UNMARKED or not series.strong
    if series.form is Form.ROW or (unmarked and curve.axis == "row"):
        return series.strong and moves and len(values) >= fewest and measures(series.tag)
    if unmarked:
        again = len(steps) > 1 and bool((steps != steps[0]).any())
        return again and (series.strong or moves)
    return True


def _steps_within_epochs(
    all_series: list[Series], marks: Marks, first: Mapping[int, int]
) -> dict[int, Epochs]:
    """The epochs of the ranks whose steps start anew with each."""
    rises: Counter[int] = Counter()
    falls: Counter[int] = Counter()
    of_total: Counter[int] = Counter()
    rows_of: dict[int, list[tuple[bool, Ints]]] = {}
    for series in all_series:
        if series.form in (Form.STEP, Form.INHERITED):
            rows = _ints(series.rows)
            rows = rows[(marks.epoch[rows] != NONE) & (marks.step[rows] != NONE)]
            rose = np.diff(marks.epoch[rows]) > 0
            fell = int((np.diff(marks.step[rows])[rose] <= 0).sum())
            evaluated = is_evaluated(series.tag)
            rises[series.rank] += int(rose.sum())
            falls[series.rank] += fell
            if not evaluated and (marks.total[rows] > 0).all():
                of_total[series.rank] += fell
            if len(rows):
                rows_of.setdefault(series.rank, []).append((evaluated, rows))
    return {
        rank: epochs_of(marks, _trained(rows_of[rank]), first.get(rank, 0))
        for rank, count in falls.items()
        if 2 * count > rises[rank] or of_total[rank] > _FALLS_OF_TOTAL * rises[rank]
    }


def _trained(rows_of: list[tuple[bool, Ints]]) -> Ints:
    """The rows of what is not an evaluation, or all if everything is one."""
    trained = [rows for evaluated, rows in rows_of if not evaluated]
    return np.unique(np.concatenate(trained or [rows for _, rows in rows_of]))


def _spread(steps: Ints, rows: Ints) -> Ints:
    """`steps`, in which `rows` of one rounded step are spread evenly up to the next one."""
    rounded = steps[rows]
    first = np.flatnonzero(np.append(True, np.diff(rounded) != 0))
    lengths = np.diff(np.append(first, len(rows)))
    gaps = np.maximum(np.diff(rounded[first]), 0)
    gaps = np.append(gaps, gaps[-1:] if len(gaps) else 0) // lengths
    run = np.repeat(np.arange(len(first)), lengths)
    spread = steps.copy()
    spread[rows] = rounded + (np.arange(len(rows)) - first[run]) * gaps[run]
    return spread


def _first_epochs(all_series: list[Series], marks: Marks) -> dict[int, int]:
    """Whether the epochs of each rank count from 0 or from 1, by those that have batches."""
    first: dict[int, int] = {}
    for series in all_series:
        if series.form in (Form.STEP, Form.BATCH, Form.ANONYMOUS):
            epoch = marks.epoch[_ints(series.rows)]
            lowest = int(epoch[epoch != NONE].min(initial=1))
            first[series.rank] = max(min(lowest, first.get(series.rank, 1)), 0)
    return first


def _epochs_of_batches(
    all_series: list[Series], marks: Marks, first: Mapping[int, int]
) -> dict[int, Epochs]:
    """The epochs of the ranks that print positions within them; an evaluation's are none."""
    rows_of: dict[int, list[tuple[bool, Ints]]] = {}
    for one in all_series:
        if one.form in (Form.BATCH, Form.ANONYMOUS):
            found = is_evaluated(one.tag), _ints(one.rows)
            rows_of.setdefault(one.rank, []).append(found)
    return {rank: epochs_of(marks, _trained(rows), first[rank]) for rank, rows in rows_of.items()}


def _batches(
    series: Series, marks: Marks, rows: Ints, epochs: Epochs
) -> tuple[str, Ints, NDArray[np.intp]]:
    """Axis and steps of a series with positions in the epoch, and which points stay."""
    epoch, at = marks.epoch[rows], np.clip(marks.step[rows], 0, LONGEST_EPOCH)
    if (epoch == NONE).any():
        epoch = passes_counted(marks, rows) + (0 if epochs.counted else epochs.first)
    everything = np.arange(len(rows))
    if series.bar:
        ends = np.flatnonzero(np.append(np.diff(epoch) != 0, True))
        if len(rows) <= _POINTS_OF_A_BAR * len(ends):
            # Such a bar is kept of each epoch, and its text is what the epoch came to.
            return "epoch", epoch[ends], ends
    if is_evaluated(series.tag):
        total = marks.total[rows]
        own = np.where(total > 0, np.maximum(total, at), length_of(marks, rows))
        at = at * epochs.lengths_at(rows, epoch) // own
    return "step", epochs.joined(rows, epoch, at), everything


def _passes(
    series: Series, marks: Marks, rows: Ints, values: NDArray[np.float64], within: bool
) -> NDArray[np.intp] | None:
    """Of the progress that an evaluation prints, the point that stands for each pass.

    It is the last one, or the first that is not finite. None if the series is nothing of the kind.
    """
    progress = series.form in (Form.BATCH, Form.ANONYMOUS) or (series.form is Form.STEP and within)
    epoch, at, total = marks.epoch[rows], marks.step[rows], marks.total[rows]
    if not progress or not is_evaluated(series.tag):
        return None
    if series.form is not Form.BATCH and not (total > 0).all():
        return None
    ends = (np.diff(at) <= 0) | (np.diff(epoch) != 0) | (np.diff(total) != 0)
    last = np.flatnonzero(np.append(ends, True))
    if 1 < len(last) == len(rows) and (epoch == NONE).any() and (np.diff(at) > 0).all():
        return None  # the counter is not within a pass: it counts the passes
    found = last.copy()
    odd = np.flatnonzero(~np.isfinite(values))[::-1]
    found[np.searchsorted(last, odd)] = odd
    return found


def _inherited(rows: Ints, marks: Marks, within: Epochs | None) -> tuple[str, Ints]:
    """Axis and steps of a series on lines without marks."""
    epoch, step, header = marks.epoch[rows], marks.step[rows], marks.header[rows]
    headers = 1 + int((np.diff(header) != 0).sum())
    if len(rows) <= _POINTS_OF_A_BAR * headers:
        if (step != NONE).all():
            if within is None:
                return "step", step
            if len(rows) > _POINTS_OF_A_BAR * len(np.unique(epoch)):
                return "step", within.joined(rows, epoch, step)
        if (epoch != NONE).all():
            return "epoch", epoch
    return "row", _numbered(epoch)


def _numbered(epoch: Ints) -> Ints:
    """The number of each point, from 0 anew where the epochs begin again: there a run does."""
    begun = (np.diff(epoch) < 0) & (epoch[1:] <= epoch[:1])
    numbers = np.arange(len(epoch))
    return numbers - np.maximum.accumulate(np.where(np.append(False, begun), numbers, 0))


def _ordinals(all_series: list[Series], count: int) -> dict[int, Ints]:
    """The ordinals of the series that have no steps: lines that share a key are counted together.

    A key that is absent from a line has a gap there. Marks such as `epoch`, which stand on every
    kind of line, join nothing.
    """
    label = np.full(count, -1, np.int64)
    parent: list[int] = []
    bare = [one for one in all_series if one.form in (Form.ROW, Form.ORDINAL)]
    rows_of = {id(one): _ints(one.rows) for one in bare}
    for series in bare:
        if mark_of(series.tag) is not None:
            continue
        rows = rows_of[id(series)]
        here = len(parent)
        parent.append(here)
        for other in np.unique(label[rows]):
            if other >= 0:
                parent[_root(parent, int(other))] = here
        label[rows] = here
    roots = np.array([_root(parent, one) for one in range(len(parent))] + [-1], np.int64)
    label = roots[label]
    ordinals = {}
    for series in bare:
        rows = rows_of[id(series)]
        if mark_of(series.tag) is None:
            mine = np.flatnonzero(label == label[rows[0]])
            ordinals[id(series)] = np.searchsorted(mine, rows)
        else:
            ordinals[id(series)] = np.arange(len(rows))
    return ordinals


def _ints(column: array[int]) -> Ints:
    """`column` as an array over the same memory."""
    return np.frombuffer(column, f"i{column.itemsize}") if column else np.zeros(0, np.int64)


def _root(parent: list[int], one: int) -> int:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one
