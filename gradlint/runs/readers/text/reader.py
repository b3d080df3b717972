"""The text reader: lines -> layouts -> rows and series -> a run."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gradlint.runs.readers.protocol import MOST_SERIES, too_many_series
from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.readers.text.line.glued_records import records_in
from gradlint.runs.readers.text.line.layout_learner import learn
from gradlint.runs.readers.text.line.layouts import Layout
from gradlint.runs.readers.text.line.numbers import PLAIN, SPLIT, Units
from gradlint.runs.readers.text.line.programs import is_code
from gradlint.runs.readers.text.line.progress_bars import BAR, is_drawn, without_bars
from gradlint.runs.readers.text.line.wordings import in_common_words
from gradlint.runs.readers.text.lines import Lines
from gradlint.runs.readers.text.messages import Messages, may_mean
from gradlint.runs.readers.text.points.pending_points import Form, PendingPoints
from gradlint.runs.readers.text.points.step_context import StepContexts
from gradlint.runs.readers.text.points.steps import resolve
from gradlint.runs.readers.text.printed_tables import (
    RULE_OF_TWO,
    BoxTable,
    NamedColumns,
    Record,
)
from gradlint.runs.readers.text.records import Matrix, PrintedObject, SplitTable
from gradlint.runs.readers.text.settings import Settings
from gradlint.runs.run import Problem, Reading

_MOST_TEXT = 4 << 20
"""Characters of line texts that are remembered with their layouts; a log repeats some 20 of them,
and one whose lines are all different must not fill the memory."""

_WORTH_A_PATTERN = 8
"""Lines of one layout after which a pattern is compiled for it (0.3 ms, 3 us saved a line)."""

_LONGEST_PATTERN = 2_000
"""Characters of a line for which a pattern is compiled: the cost of compiling grows with it."""

_MOST_NUMBERS = 2 * MOST_SERIES
"""Numbers of one line that are looked at, so that a dump of data does not fill the memory."""

_GARBLED = 0.01
"""Share of undecodable characters above which the lines that have them are reported: a log in
Latin-1 has an accent here and there."""

_BINARY = 0.2
"""Share above which a file is said not to be text: a binary one has a third."""

_UNKNOWN = Layout()


class TextReader:
    """Reads whatever a training printed."""

    def __init__(self, path: str, name: str) -> None:
        self._path, self._name = path, name
        self._lines = Lines()
        self._units = Units()
        self._pending = PendingPoints(MOST_SERIES)
        self._contexts = StepContexts(self._pending)
        self._layouts: dict[str, Layout | None] = {}
        self._text = 0
        self._last: Layout | None = None
        self._messages = Messages()
        self._settings = Settings()
        self._table = BoxTable()
        self._columns = NamedColumns()
        self._matrix = Matrix()
        self._splits = SplitTable()
        self._object = PrintedObject()
        self._counter = ""
        self._bytes = 0

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        self._bytes += len(data)
        for block in self._lines.feed(data):
            self._block(block)

    def finish(self) -> Reading:
        """What was read."""
        for block in self._lines.finish():
            self._block(block)
        for number, text in self._object.close():
            self._line(number, text)
        self._close_table()
        self._take_row(self._columns.close())
        self._contexts.finish()
        builder = RunBuilder()
        placed = resolve(self._pending, builder, self._settings)
        builder.messages.extend(self._messages.finish(placed))
        builder.metadata.update(self._settings.texts)
        builder.counter = self._counter
        speaks = builder.messages or not builder.empty
        runs = [builder.build(self._name, self._path, "text")] if speaks else []
        return Reading(runs, self._problems(bool(runs)))

    def _block(self, block: Sequence[tuple[int, str]]) -> None:
        messages, table, contexts = self._messages, self._table, self._contexts
        printed = self._object
        for number, line in block:
            # Most lines are laid out as the one before: a single match tells all their numbers.
            if printed.open:
                for at, text in printed.take(number, line):
                    self._line(at, text)
                continue
            last = self._last
            if last is not None and not messages.listening and not table.open:
                match = last.pattern.fullmatch(line)  # type: ignore[union-attr]
                if match is not None:
                    contexts.take(number, last, match.groups())
                    continue
            if (messages.listening or "raceback" in line) and messages.trace(number, line):
                continue
            if "|" in line or is_drawn(line):
                self._drawn(number, line)
            elif line[0] != "{" or not printed.begins(number, line):
                self._line(number, line)

    def _drawn(self, number: int, line: str) -> None:
        """A line with vertical bars: a table's, a progress bar's, or a plain one."""
        if self._table.take(number, line):
            return
        if is_drawn(line):
            for text in without_bars(line):
                self._line(number, text)
        elif (values := self._splits.take(line)) is None:
            self._line(number, line)
        elif values:
            self._contexts.record(number, None, values, Form.ROW)

    def _line(self, number: int, line: str) -> None:
        if self._table.open:
            if self._table.take_plain(line):
                return
            self._close_table()
        if line[0] == "-" and RULE_OF_TWO.fullmatch(line):
            self._table.begin(number)
            return
        raw = line
        if "  " in line or "\t" in line:
            line = " ".join(line.split())
        line = in_common_words(line)
        if self._columns.named and self._row(number, line):
            return
        if self._matrix.named and (row := self._matrix.row(number, line)):
            step, values = row
            self._contexts.record(number, step, values, sectioned=True)
            return
        parts = SPLIT(line, _MOST_NUMBERS)
        text = "\0".join(parts[::2])
        layout = self._layouts.get(text, _UNKNOWN)
        if layout is _UNKNOWN:
            glued = records_in(parts)
            if glued:
                for record in glued:
                    self._line(number, record)
                return
            layout = self._learn(line, raw, parts, text)
        if layout is None:
            return
        if layout.columns:
            self._columns.announce(layout.columns)
            return
        if layout.matrix:
            self._matrix.announce(number, layout.matrix)
        self._contexts.take(number, layout, parts[1::2])
        if layout.speaks:
            self._messages.take(number, line, self._contexts.marked)
        elif layout.pattern is not None:
            self._last = layout
        elif layout.metrics and not layout.running:
            layout.seen += 1
            if layout.seen == _WORTH_A_PATTERN and len(line) < _LONGEST_PATTERN:
                layout.pattern = self._last_pattern(parts)
                self._last = layout

    def _row(self, number: int, line: str) -> bool:
        """Whether the line is a row of columns; a bar behind it is not part of it."""
        taken, done = self._columns.row(number, line.partition(BAR)[0])
        self._take_row(done)
        return taken

    def _take_row(self, row: Record | None) -> None:
        if row is not None:
            self._contexts.record(*row)

    @staticmethod
    def _last_pattern(parts: Sequence[str]) -> re.Pattern[str]:
        """What matches the lines of the same text, whatever their padding."""
        texts = (re.escape(text).replace("\\ ", "[ \\t]+") for text in parts[::2])
        return re.compile("[ \\t]*" + PLAIN.join(texts) + "[ \\t]*", re.ASCII)

    def _learn(self, line: str, raw: str, parts: list[str], text: str) -> Layout | None:
        layout = None
        if not self._settings.take(line):
            self._pending.code += is_code(line)
            layout = learn(line, raw, parts, self._units, self._contexts.ranked)
            if may_mean(line, parts[::2]):
                layout = layout or Layout()
                layout.speaks = True
        if layout is not None and layout.counter and layout.metrics:
            self._counter = layout.counter
        self._text += len(text)
        if self._text > _MOST_TEXT:
            self._layouts.clear()
            self._contexts.forget_layouts()
            self._text = len(text)
        self._layouts[text] = layout
        return layout

    def _close_table(self) -> None:
        table = self._table.close()
        if table is not None:
            self._contexts.record(*table, rounded=self._table.rounded)

    def _problems(self, read: bool) -> list[Problem]:
        problems = []
        lines, path = self._lines, self._path
        if lines.lost:
            message = "a line is longer than 1 MiB: its end was not read"
            problems.append(Problem(path, message, line=lines.first_lost, lost=lines.lost))
        odd = lines.undecoded + lines.nuls
        if lines.undecoded > _BINARY * self._bytes or (odd > _GARBLED * self._bytes and not read):
            problems.append(Problem(path, "is not text: it has bytes that are not UTF-8"))
        elif odd > _GARBLED * self._bytes:
            message = f"{lines.garbled} of {lines.count} lines have bytes that are not UTF-8"
            if not lines.garbled:
                message = f"{lines.nuls} NUL bytes were skipped"
            problems.append(Problem(path, message, line=lines.first_garbled or None))
        if self._pending.refused:
            problems.append(too_many_series(path, f"{len(self._pending.refused)} were"))
        if self._messages.left_out:
            message = f"{self._messages.left_out} more messages of trouble were left out"
            problems.append(Problem(path, message))
        if not read and not problems:
            problems.append(Problem(path, f"no metric was found in {lines.count} lines of text"))
        return problems
