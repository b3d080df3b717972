"""A layout and the numbers of a line -> rows and points, with what earlier lines said in mind."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gradlint.runs.readers.text.line.layouts import Layout
from gradlint.runs.readers.text.line.numbers import count_of, value_of
from gradlint.runs.readers.text.line.words import split_in
from gradlint.runs.readers.text.points.pending_points import NONE, Form, PendingPoints

_MOST_RANKS = 1024
"""Ranks told apart; the largest public multi-rank logs have 512."""

Sink = list[tuple[int, int, float, Callable[[int], None], Callable[[float], None]]]


@dataclass(slots=True)
class _Context:
    """What one rank said last of where the training is.

    Attributes:
        epoch, step: the last marks, `NONE` if there were none.
        header: counts the marks, so that lines which inherit the same one are known.
        section, announced: the split that was announced since.
        count, total, line: where the progress line stands, and its number.
        longest: batches of the longest pass since the epoch began.
        recalled: the line that repeats the best place there was, 0 if none does.
        running: what it said last: line, form, header and value of each tag.
    """

    epoch: int = NONE
    step: int = NONE
    header: int = 0
    section: str = ""
    announced: str = ""
    count: int = NONE
    total: int = NONE
    line: int = 0
    longest: int = NONE
    recalled: int = 0
    running: dict[str, tuple[int, Form, int, float]] = field(default_factory=dict)


class StepContexts:
    """Puts the numbers of each line where they belong.

    Attributes:
        ranked: whether lines began with a bare number that is a rank.
        marked: the line that said its step last, and that step.
    """

    def __init__(self, pending: PendingPoints) -> None:
        self._pending = pending
        self._contexts: dict[int, _Context] = {}
        self._sinks: dict[tuple[int, int, Form, str], Sink] = {}
        self.ranked = False
        self.marked = (0, NONE)

    def forget_layouts(self) -> None:
        """Layouts that were learnt are given up, and with them what is kept for each."""
        self._sinks.clear()

    def finish(self) -> None:
        """The log has ended: what the last progress lines said stands."""
        for rank, context in self._contexts.items():
            self._flush(rank, context)

    def take(self, number: int, layout: Layout, numbers: Sequence[str]) -> None:
        """Take line `number`, whose numbers are laid out as `layout` says."""
        rank = layout.rank
        if layout.rank_index >= 0:
            rank = min(count_of(numbers[layout.rank_index]) or 0, 2**31)
            self.ranked = True
        context = self._contexts.get(rank)
        if context is None:
            if len(self._contexts) >= _MOST_RANKS:
                return
            context = self._contexts[rank] = _Context()
        if layout.recalls:
            context.recalled = number + 1
        elif number == context.recalled and _is_behind(layout, numbers, context):
            return
        if layout.running:
            self._progress(number, layout, numbers, rank, context)
        elif layout.marked:
            self._marked(number, layout, numbers, rank, context)
        elif layout.metrics:
            known = context.epoch != NONE or context.step != NONE
            form = Form.INHERITED if known else Form.ROW
            row = self._pending.rows.add(number, context.epoch, context.step, NONE, context.header)
            self._points(row, layout, numbers, rank, form, context.section)
        else:
            context.section = layout.section or context.section
            context.announced = layout.announced or context.announced

    def record(
        self,
        number: int,
        step: int | None,
        values: Mapping[str, float],
        form: Form = Form.STEP,
        rounded: bool = False,
        sectioned: bool = False,
    ) -> None:
        """Take a whole record, such as a table; `step` counts what `form` says.

        Without a step and an epoch before it, a record that is `Form.ROW` has to come again to be
        believed. `rounded`: the step was printed with too few digits. `sectioned`: the values
        are of the split that was announced.
        """
        rank = 0
        context = self._contexts.setdefault(rank, _Context())
        epoch, at = NONE, NONE
        if step is None:
            unmarked = Form.ROW if form is Form.ROW else Form.ORDINAL
            form = unmarked if context.epoch == NONE else Form.EPOCH
            epoch = context.epoch
        elif form is Form.EPOCH:
            epoch = context.epoch = step
            context.header += 1
        else:
            at = context.step = step
            context.header += 1
        row = self._pending.rows.add(number, epoch, at, NONE, context.header)
        if rounded:
            self._pending.rounded.append(row)
        section = context.section if sectioned else ""
        for name, value in values.items():
            tag = f"{section}/{name}" if section and not split_in(name) else name
            series = self._pending.series(tag, form, rank)
            if series is not None:
                series.strong = True
                series.rows.append(row)
                series.values.append(value)

    def _marked(
        self, number: int, layout: Layout, numbers: Sequence[str], rank: int, context: _Context
    ) -> None:
        """A line that says where the training is."""
        epoch = _mark(numbers, layout.epoch)
        step = _mark(numbers, layout.step, layout.step_unit)
        batch = _mark(numbers, layout.batch)
        total = _mark(numbers, layout.total)
        if epoch != NONE or step != NONE:
            if layout.begins or epoch != context.epoch:
                self._flush(rank, context)
                context.header += 1
                context.count = context.total = NONE
            if epoch != NONE and epoch != context.epoch:
                context.longest = NONE
            context.section = context.announced = ""
            if epoch != NONE:
                context.epoch = epoch
            if step != NONE:
                self.marked = (number, step)
            if step != NONE and step != context.step:
                context.step = step
                context.header += 1
            elif step == NONE:
                context.step = NONE
        if not layout.metrics:
            return
        section = ""
        if epoch == NONE and total != NONE:
            section = context.announced or self._shorter(total, context)
        if epoch == NONE and step == NONE and batch != NONE:
            # What is printed between the progress of an evaluation belongs to it, too.
            context.section = layout.evaluated
        if step != NONE:
            form, at = Form.STEP, step
        elif batch != NONE:
            form, at = (Form.ANONYMOUS if epoch == NONE else Form.BATCH), batch
            section = section or (context.announced if epoch == NONE else "")
        elif epoch != NONE:
            form, at = Form.EPOCH, NONE
        else:
            form, at = (Form.ORDINAL if layout.epoch < 0 else Form.FRACTION), NONE
        if epoch == NONE:
            epoch = context.epoch
        row = self._pending.rows.add(number, epoch, at, total, context.header)
        self._points(row, layout, numbers, rank, form, section)

    @staticmethod
    def _shorter(total: int, context: _Context) -> str:
        """The split of a pass over `total` batches: after a longer one, it is an evaluation."""
        shorter = context.epoch != NONE and total < context.longest
        context.longest = max(context.longest, total)
        return "evaluate" if shorter else ""

    def _points(
        self, row: int, layout: Layout, numbers: Sequence[str], rank: int, form: Form, section: str
    ) -> None:
        key = (id(layout), rank, form, section)
        sink = self._sinks.get(key)
        if sink is None:
            purges = self._pending.purges
            sink = self._sink(layout, rank, form, section)
            if purges != self._pending.purges:
                self._sinks.clear()
            self._sinks[key] = sink
        for index, divisor, factor, add_row, add_value in sink:
            try:
                value = float(numbers[index])
            except ValueError:
                value = value_of(numbers[index])
            if divisor >= 0:
                whole = value_of(numbers[divisor])
                if not whole:
                    continue
                value /= whole
            add_row(row)
            add_value(value * factor)

    def _sink(self, layout: Layout, rank: int, form: Form, section: str) -> Sink:
        sink: Sink = []
        for metric in layout.metrics:
            tag = metric.tag
            if section and not split_in(tag):
                tag = f"{section}/{tag}"
            series = self._pending.series(tag, form, rank)
            if series is not None:
                series.strong = series.strong or metric.strong
                series.bar = series.bar or layout.bar
                series.clock = series.clock or metric.clock
                sink.append(
                    (
                        metric.index,
                        metric.divisor,
                        metric.factor,
                        series.rows.append,
                        series.values.append,
                    )
                )
        return sink

    def _progress(
        self, number: int, layout: Layout, numbers: Sequence[str], rank: int, context: _Context
    ) -> None:
        """A progress line with means so far: the last one of its kind stands."""
        count = _mark(numbers, layout.batch)
        total = _mark(numbers, layout.total)
        back = count < context.count
        if number == context.line and context.count < total:
            back = False  # updates of one line may overtake each other: `2/12`, then `1/12`
        fell = context.count != NONE and (back or total != context.total)
        section = context.announced
        if fell:
            # A second pass without a header is an evaluation, or a loop that prints no header.
            self._flush(rank, context)
            context.announced = section = section or ("evaluate" if context.epoch != NONE else "")
        context.count, context.total, context.line = count, total, number
        form = Form.INHERITED if section else Form.EPOCH
        for metric in layout.metrics:
            tag = f"{section}/{metric.tag}" if section else metric.tag
            value = value_of(numbers[metric.index]) * metric.factor
            context.running[tag] = (number, form, context.header, value)

    def _flush(self, rank: int, context: _Context) -> None:
        """Make points of what a progress line said last."""
        rows = self._pending.rows
        made: dict[int, int] = {}
        for tag, (number, form, header, value) in context.running.items():
            if number not in made:
                made[number] = rows.add(number, context.epoch, NONE, NONE, header)
            here = Form(form) if context.epoch != NONE else Form.ROW
            series = self._pending.series(tag, here, rank)
            if series is not None:
                series.strong = True
                series.rows.append(made[number])
                series.values.append(value)
        context.running.clear()


def _is_behind(layout: Layout, numbers: Sequence[str], context: _Context) -> bool:
    """Whether a line says of a place that it was reached before."""
    marks = ((layout.epoch, context.epoch), (layout.step, context.step))
    return any(at >= 0 and NONE != _mark(numbers, at) <= now for at, now in marks)


def _mark(numbers: Sequence[str], index: int, unit: int = 1) -> int:
    if index < 0:
        return NONE
    if unit > 1:
        value = value_of(numbers[index]) * unit
        return round(value) if math.isfinite(value) else NONE
    count = count_of(numbers[index])
    return NONE if count is None else count
