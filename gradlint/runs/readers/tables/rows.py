"""Lines of text -> rows of a `Table`: the careful path, which reads every table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from gradlint.runs.readers.protocol import MOST_SERIES
from gradlint.runs.readers.tables.cells import TEXT, is_number, number
from gradlint.runs.readers.tables.columns import Column, Table
from gradlint.runs.readers.tables.dialect import Dialect
from gradlint.runs.readers.tables.faults import Faults
from gradlint.runs.readers.tables.header import column_names, is_empty, is_later_header
from gradlint.runs.readers.tables.long_form import LongForm, find_long_form
from gradlint.runs.run import UNNAMED

_LONGEST_ROW = 100
"""Lines that one row with a quoted cell may span; behind them the quote is taken for a stray one,
which would otherwise swallow the rest of the file."""

_MOST_DROPPED = 100_000
"""Names of columns above MOST_SERIES that are counted."""

_NO_HEADER = frozenset("0123456789.+-")
"""What a row begins with that is certainly no header."""


class RowReader:
    """Appends the rows of text lines to a table, following the headers that it meets."""

    def __init__(self, dialect: Dialect, table: Table, faults: Faults) -> None:
        self.dialect = dialect
        self.columns: list[Column] = []
        self.long: LongForm | None = None
        self.dropped: set[str] = set()
        self._table = table
        self._faults = faults
        self._header: list[str] = []
        self._indexed = False
        self._names: list[str] = []
        self._unnamed = 0
        self._open: list[str] = []
        self._open_line = 0
        self._batch: list[list[str]] = []
        self._batch_lines: list[int] = []

    @property
    def width(self) -> int:
        """Cells of a regular row."""
        return len(self._names)

    @property
    def busy(self) -> bool:
        """Whether a row that spans lines has begun and not ended."""
        return bool(self._open)

    def start(self, header: Sequence[str], width: int, indexed: bool = False) -> None:
        """Begin a part of the table with its own header; empty names are made up.

        `indexed` says that each row has one cell in front for which the header has no name.
        """
        self._flush(False)
        self._header = list(header)
        self._indexed = indexed
        header = ("",) * indexed + tuple(header)
        self._names = column_names(header, width)
        self.long = find_long_form(self._names)
        self._unnamed = 0
        for name in reversed(header[:width]):
            if name.strip():
                break
            self._unnamed += 1
        self.columns = [self._column(name) for name in islice(self._names, MOST_SERIES)]
        self.dropped.update(islice(self._names, MOST_SERIES, MOST_SERIES + _MOST_DROPPED))

    def read(self, text: str, line: int) -> None:
        """Read whole lines; `line` is the number (from 1) of the first."""
        if "\0" in text:
            text = self._without_nul(text, line)
        plain = text.isascii() and "_" not in text
        for number_of, content in enumerate(text.split("\n"), line):
            if content.endswith("\r"):
                content = content[:-1]
            if self._open:
                self._continue(content, number_of)
            elif content and not content.isspace() and not is_empty(content):
                self._line(content, number_of)
        self._flush(plain)

    def last(self, text: str, line: int) -> None:
        """Read the last line, which has no newline: its last cell may be cut off."""
        cells = self.dialect.row(text.rstrip("\r"))
        short = len(cells) < len(self._names) - self._unnamed
        if self._open or not (short or (cells and number(cells[-1]) is TEXT)):
            self.read(text, line)
        elif not is_empty(text) and text.strip():
            self._faults.unfinished = line
            if any(map(is_number, cells[:-1])):
                self._single(cells[:-1], line)

    def end(self) -> None:
        """The end of the input: a quote that is still open was none."""
        while self._open:
            self._give_up_quote()
        self._flush(False)

    def _column(self, name: str) -> Column:
        columns = self._table.columns
        if name in columns or len(columns) < MOST_SERIES:
            return columns.setdefault(name, Column())
        self.dropped.add(name)
        return Column()

    def _without_nul(self, text: str, line: int) -> str:
        for at, content in enumerate(text.split("\n"), line):
            if "\0" in content:
                self._faults.add("nul", at, lost=content.count("\0"))
        return text.replace("\0", "")

    def _line(self, content: str, line: int) -> None:
        if '"' in content and self.dialect.opens(content):
            self._open, self._open_line = [content], line
        else:
            self._row(content, line)

    def _continue(self, content: str, line: int) -> None:
        self._open.append(content)
        if content.count('"') % 2:
            whole, self._open = "\n".join(self._open), []
            self._row(whole, self._open_line)
        elif len(self._open) > _LONGEST_ROW:
            self._give_up_quote()

    def _give_up_quote(self) -> None:
        """Read the line with the stray quote as it is, and those behind it anew."""
        lines, first = self._open, self._open_line
        self._open = []
        self._faults.add("stray", first, lines[0])
        for at, content in enumerate(lines[1:], first + 1):
            if self._open:
                self._continue(content, at)
            elif content.strip() and not is_empty(content):
                self._line(content, at)

    def _row(self, content: str, line: int) -> None:
        cells = self.dialect.row(content)
        if content[0] not in _NO_HEADER and self._take_header(cells):
            return
        width = len(self._names)
        if len(cells) != width:
            if not cells:
                return
            if len(cells) < width or any(cell.strip() for cell in cells[width:]):
                self._odd(cells, content, line)
                return
            del cells[width:]
        self._batch.append(cells)
        self._batch_lines.append(line)

    def _take_header(self, cells: list[str]) -> bool:
        """Whether the row is a header: the same again, or a new one that is followed from here."""
        if cells == self._header:
            return True
        if not self._header or not is_later_header(cells, self._names):
            return False
        self.start(cells, len(cells) + self._indexed, self._indexed)
        return True

    def _odd(self, cells: list[str], content: str, line: int) -> None:
        width = len(self._names)
        spaced = not self.dialect.delimiter
        if not any(map(is_number, cells[: 1 if spaced else width])):
            self._faults.add("stray", line, content)
            return
        if len(cells) < width:
            if len(cells) < width - self._unnamed:
                self._faults.add("short", line)
        else:
            self._faults.add("long", line)
        self._single(cells, line)

    def _single(self, cells: list[str], line: int) -> None:
        """Append one row that is not as wide as the table."""
        self._flush(False)
        row = self._table.rows
        self._table.records.append(line)
        for column, cell in zip(self.columns, cells, strict=False):
            if cell:
                column.add(row, cell, line)
        if self.long is not None and len(cells) >= len(self._names):
            self._long_values(self.long, [cells], row, [line])
        for at in range(len(self._names), min(len(cells), MOST_SERIES)):
            if cells[at].strip():
                self._column(f"{UNNAMED}{at + 1}").add(row, cells[at], line)

    def _long_values(
        self, form: LongForm, rows: list[list[str]], first: int, lines: list[int]
    ) -> None:
        for row, (cells, line) in enumerate(zip(rows, lines, strict=True), first):
            name = form.column(cells)
            if name is not None:
                self._column(name).add(row, cells[form.value], line)

    def _flush(self, plain: bool) -> None:
        if not self._batch:
            return
        row, lines = self._table.rows, self._batch_lines
        if self.long is not None:
            self._long_values(self.long, self._batch, row, lines)
        for column, cells in zip(self.columns, zip(*self._batch, strict=True), strict=False):
            column.extend(row, cells, lines, plain)
        self._table.records.extend(lines)
        self._batch, self._batch_lines = [], []
