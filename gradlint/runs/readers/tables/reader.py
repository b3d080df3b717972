"""The reader of tables: bytes in pieces -> a `Reading`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradlint.runs.readers.file_names import held_out_split, lone_series_name
from gradlint.runs.readers.protocol import HEAD, too_many_series
from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.readers.tables.blocks import PATIENCE, WORTH, BlockReader
from gradlint.runs.readers.tables.columns import Column, Table, append_array
from gradlint.runs.readers.tables.faults import Faults
from gradlint.runs.readers.tables.header import Layout, find_layout
from gradlint.runs.readers.tables.lines import Lines, Piece
from gradlint.runs.readers.tables.long_form import by_split, run_and_series
from gradlint.runs.readers.tables.rows import RowReader
from gradlint.runs.readers.tables.several_runs import (
    Rows,
    is_chart,
    is_list_of_runs,
    may_tell_runs_apart,
    run_and_metric,
    runs_apart,
)
from gradlint.runs.readers.tables.steps import StepColumn, find_steps, find_times
from gradlint.runs.roles.names import role_of
from gradlint.runs.run import BLANK_COLUMNS, TEXT_COLUMNS, Problem, Reading, Run, Steps, Values

FORMAT = "csv"

_NOTABLE_NUMBERS = 0.1
"""Share of numbers from which on a column of text is worth a word: below it are the hashes that
happen to be made of digits."""


class TableReader:
    """Reads one table; see `gradlint.runs.readers.protocol.Reader`."""

    def __init__(self, path: str, name: str, *, size: int | None = None) -> None:
        """`size`: the bytes to come, where known; it decides how they are read, never what."""
        self._path = path
        self._name = name
        self._worth = PATIENCE if size is None else 0 if size >= WORTH else size + 1
        self._lines = Lines()
        self._table = Table()
        self._faults = Faults()
        self._metadata: dict[str, str] = {}
        self._rows: RowReader | None = None
        self._blocks: BlockReader | None = None

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        for block in self._lines.feed(data):
            self._read(block)

    def finish(self) -> Reading:
        """The end of the input: the runs and problems."""
        for block in self._lines.finish():
            self._read(block, final=True)
        self._settle()
        if self._rows is not None:
            self._rows.end()
        for line, lost in self._lines.cut:
            self._faults.add("cut", line, lost=lost)
        problems = list(self._faults.problems(self._path))
        if is_list_of_runs(self._table.columns):
            said = "is a list of runs with their last values, not the log of one run"
            problems.append(Problem(self._path, said, help="export the history of the runs"))
            self._table = Table()
        steps, apart = self._steps()
        series = self._series(steps, problems)
        times = find_times(self._table)
        if times is not None:
            series.pop(times[0], None)
        if not self._long:
            series = by_split(self._table, series)
        return Reading(list(self._runs(steps, times and times[1], series, apart)), problems)

    def _steps(self) -> tuple[StepColumn, dict[str, Rows]]:
        """The step of each row; and the rows of each run, where a column tells several apart."""
        columns, rows = self._table.columns, self._table.rows
        if not self._long and any(map(may_tell_runs_apart, columns)):
            steps = find_steps(columns, rows, ordered=False)
            others = {name: one for name, one in columns.items() if name != steps.name}
            names, apart = runs_apart(others, steps.steps)
            if apart:
                for name in names:
                    del columns[name]
                return steps, apart
        return find_steps(columns, rows, ordered=not self._long), {}

    def _read(self, piece: Piece, *, final: bool = False) -> None:
        if self._rows is None:
            piece = self._begin(piece)
        assert self._rows is not None
        data, line, newlines = piece
        end = data.rfind(b"\n") + 1 if final else len(data)
        tail = data[end:]
        if newlines and not self._read_block(data[:end] if tail else data, line, newlines):
            self._rows.read(self._decoded(data[: end - 1], line), line)
        if tail:
            self._settle()
            self._rows.last(self._decoded(tail, line + newlines), line + newlines)

    def _begin(self, piece: Piece) -> Piece:
        """Find the layout; give back what is below the header."""
        data = piece.data
        end = len(data) if len(data) <= HEAD else data.rfind(b"\n", 0, HEAD) + 1
        end = end or data.find(b"\n") + 1 or len(data)
        text = data[:end].decode(errors="replace").replace("\0", "")
        lines = [line.removesuffix("\r") for line in text.split("\n")]
        layout = find_layout(lines)
        self._note_preamble(layout, lines)
        self._rows = RowReader(layout.dialect, self._table, self._faults)
        self._rows.start(layout.header, layout.width, layout.indexed)
        delimiter = layout.dialect.delimiter
        if delimiter and not layout.dialect.fenced and self._rows.long is None:
            self._blocks = BlockReader(delimiter, layout.dialect.decimal_comma, self._worth)
        at = 0
        for _ in range(layout.first):
            at = data.find(b"\n", at) + 1 or len(data)
        skipped = data.count(b"\n", 0, at)
        return Piece(data[at:], piece.line + skipped, piece.newlines - skipped)

    def _note_preamble(self, layout: Layout, lines: list[str]) -> None:
        for at in layout.preamble:
            self._faults.add("stray", at + 1, lines[at])
        for line in lines[: layout.first]:
            # Stable-Baselines' monitor files begin with a comment of JSON.
            if line.startswith("#{"):
                try:
                    facts = json.loads(line[1:])
                except (ValueError, RecursionError):
                    continue
                self._metadata.update((str(key), str(value)) for key, value in facts.items())

    def _settle(self) -> None:
        """Append all rows that came so far."""
        if self._blocks is not None:
            self._blocks.settle()

    def _read_block(self, data: bytes, line: int, newlines: int) -> bool:
        """Whether the lines are a regular block and were read as such."""
        rows = self._rows
        if self._blocks is None or rows is None or rows.busy or len(rows.columns) != rows.width:
            return False
        lines = range(line, line + newlines)
        if not self._blocks.read(data, lines, rows.columns, self._table.rows):
            return False
        append_array(self._table.records, np.arange(lines.start, lines.stop, dtype=np.int64))
        return True

    def _decoded(self, data: bytes, line: int) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            text = data.decode(errors="replace")
        for at, content in enumerate(text.split("\n"), line):
            if "\ufffd" in content:
                self._faults.add("undecodable", at)
        return text

    def _series(self, steps: StepColumn, problems: list[Problem]) -> dict[str, Column]:
        """The columns that are series, and what is to be said of the others."""
        series: dict[str, Column] = {}
        texts: list[str] = []
        blanks: list[str] = []
        for name, column in self._table.flat():
            if len(column) >= max(column.texts, 1) and name != steps.name:
                series[name] = column
            elif column.texts:
                texts.append(name)
            elif not column.parts and name != steps.name:
                blanks.append(name)
            if column.texts and len(column) >= _NOTABLE_NUMBERS * column.texts:
                problems.append(self._text_problem(name, column))
        for key, names, between in ((TEXT_COLUMNS, texts, ", "), (BLANK_COLUMNS, blanks, "\n")):
            if names:
                self._metadata[key] = between.join(names)
        dropped = self._rows.dropped if self._rows else ()
        if dropped:
            problems.append(too_many_series(self._path, f"{len(dropped)} columns were"))
        return series

    def _text_problem(self, name: str, column: Column) -> Problem:
        line, text = column.text
        cells = f"{column.texts} of {column.texts + len(column)} cells"
        said = f"column `{name}` has text in {cells}, such as `{text}`"
        if len(column) < column.texts:
            said += ", and is not read as a series"
        return Problem(self._path, said, line=line)

    @property
    def _long(self) -> bool:
        return self._rows is not None and self._rows.long is not None

    def _places(self, series: dict[str, Column], chart: bool) -> dict[str, tuple[str, str]]:
        """The run and the name of each series, by its column."""
        if self._long or chart:
            split = run_and_metric if chart else run_and_series
            found = {name: split(name) for name in series}
            return {name: place for name, place in found.items() if place is not None}
        return {name: ("", shown) for name, shown in self._names(series).items()}

    def _names(self, series: dict[str, Column]) -> dict[str, str]:
        """What each column is called, with what only the name of the file says."""
        names = {name: name for name in series}
        if len(names) == 1:
            names = {name: lone_series_name(name, self._path) for name in names}
        split = held_out_split(self._path)
        if split and not any(role_of(name).split for name in names.values()):
            names = {name: f"{split}/{shown}" for name, shown in names.items()}
        return names

    def _runs(
        self,
        steps: StepColumn,
        walls: Values | None,
        series: dict[str, Column],
        apart: dict[str, Rows],
    ) -> Iterator[Run]:
        rows = _Rows(
            steps.steps,
            np.frombuffer(self._table.records, np.int64),
            walls,
            steps.axis,
        )
        self._table = Table()
        builders: dict[str, RunBuilder] = {}
        chart = not self._long and is_chart(series, steps.name)
        places = self._places(series, chart)
        if not places:
            builders[self._name] = RunBuilder()
        several = chart or len({run for run, _ in places.values()}) > 1
        for name, (run, metric) in places.items():
            key = f"{self._name}/{run}" if several else self._name
            column = series.pop(name)
            if not apart:
                rows.extend(builders.setdefault(key, RunBuilder()), metric, column)
            for label, chosen in apart.items():
                builder = builders.setdefault(f"{key}/{label}", RunBuilder())
                rows.extend(builder, metric, column.within(chosen))
        for key, builder in builders.items():
            builder.metadata.update(self._metadata)
            builder.counter = (steps.name or "").strip().lower()
            yield builder.build(key, self._path, FORMAT)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What belongs to the rows rather than to a column; each has shape (rows,)."""

    steps: Steps
    records: Steps
    walls: Values | None
    axis: str

    def extend(self, builder: RunBuilder, tag: str, column: Column) -> None:
        """Add a column as a curve. The arrays of the rows serve all columns without blanks."""
        steps, records, walls = self.steps, self.records, self.walls
        if not (column.complete and len(column) == len(steps)):
            at = column.rows() if not column.complete else slice(0, len(column))
            steps, records = steps[at], records[at]
            walls = None if walls is None else walls[at]
        builder.add(tag, steps, column.values(), walls=walls, records=records, axis=self.axis)
