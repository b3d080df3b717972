"""Tables within printed text whose rows stand aligned below their names.

The names may have several words, as in scikit-learn's and spaCy's tables, and rules may part them
from the rows and the rows from one another, as in Markdown and the tables of `tabulate` and `rich`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gradlint.runs.readers.tables.cells import number
from gradlint.runs.readers.tables.header import is_rule
from gradlint.runs.readers.tables.steps import rank
from gradlint.runs.readers.text.line.words import column_names
from gradlint.runs.readers.text.pending_points import Form

_BAR = re.compile("[|\u2502\u2503]")
_EDGE = "|\u2502\u2503 \t"
_PHRASE = re.compile(r"\S+(?: \S+)*")
_WORD = re.compile(r"\S+")
_NAME = re.compile(r"(?:[%#]?[^\W\d_]|_)[^=<>{}\"\\]{0,59}|#")
"""The name of a column: a letter first, or the sign for a number."""

_SIGNS = {"#": "step", "e": "epoch"}
"""Names too short to be words: spaCy counts steps under `#` and epochs under `E`."""

_EMPHASIS = "*`"

_LONGEST = 1_000
"""Characters of a row; a terminal has some hundred."""

_APART = 3
"""Lines, rules among them, between a row and the next one at most."""


@dataclass(frozen=True, slots=True)
class _Header:
    """Names of columns, and where each begins and ends.

    Attributes:
        line: its number, or that of the rule below it.
        barred: whether bars part the cells, and not blanks.
        ruled: whether a rule stands below it.
    """

    names: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    line: int
    barred: bool
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its step, what that counts, and the other numbers by the names above them."""

    step: int
    form: Form
    values: dict[str, float]


class AlignedColumns:
    """Follows the lines of a text, and knows the rows among them."""

    def __init__(self) -> None:
        self._header: _Header | None = None
        self._rows_of: _Header | None = None
        self._counter = (0, Form.STEP)
        self._others: tuple[int, ...] = ()
        self._last = 0

    def take(self, number: int, line: str) -> Row | None:
        """The row that `line` is; None if it is another line, which may be a header."""
        if self._rows_of is not None:
            row = self._row(self._rows_of, line) if number - self._last <= _APART else None
            if row is not None:
                self._last = number
                return row
        header = self._header
        if header is not None:
            self._header = None
            if header.line == number - 1:
                if len(line) <= _LONGEST and is_rule(line):
                    spans = tuple(match.span() for match in _WORD.finditer(line))
                    same = len(spans) == len(header.names)
                    self._header = _Header(
                        header.names, spans if same else header.spans, number, header.barred, True
                    )
                    return None
                return self._first(header, number, line)
        self._header = _header(number, line)
        return None

    def _first(self, header: _Header, number: int, line: str) -> Row | None:
        """The row right below a header, with which its table begins."""
        ranked = {at: rank(_SIGNS.get(name.lower(), name)) for at, name in enumerate(header.names)}
        counters = {at: found for at, found in ranked.items() if found is not None}
        if not counters or (header.barred and not header.ruled):
            return None
        best = min(counters, key=lambda at: counters[at][:2])
        self._counter = (best, Form.EPOCH if counters[best][2] == "epoch" else Form.STEP)
        self._others = tuple(at for at in ranked if at not in counters)
        row = self._row(header, line) if header.ruled or _is_aligned(header, line) else None
        if row is None:
            self._header = _header(number, line)
            return None
        self._rows_of, self._last = header, number
        return row

    def _row(self, header: _Header, line: str) -> Row | None:
        cells = _cells(line, header.barred)
        if len(cells) != len(header.names):
            return None
        at, form = self._counter
        step = number(cells[at])
        if not isinstance(step, float) or not step.is_integer():
            return None
        found = {header.names[at]: number(cells[at]) for at in self._others}
        values = {name: value for name, value in found.items() if isinstance(value, float)}
        return Row(int(step), form, values) if values else None


def _header(number: int, line: str) -> _Header | None:
    """The names in a line, if it is nothing but names."""
    start = line.lstrip()[:1]
    if not start or start in "0123456789.[({<" or len(line) > _LONGEST:
        return None
    barred = _BAR.search(line) is not None
    if barred:
        names = tuple(_cells(line, True))
        spans: tuple[tuple[int, int], ...] = ()
    else:
        phrases = list(_PHRASE.finditer(line))
        names = tuple(phrase[0] for phrase in phrases)
        spans = tuple(phrase.span() for phrase in phrases)
    if len(names) < 2 or len(set(names)) < len(names) or not all(map(_NAME.fullmatch, names)):
        return None
    if not barred and len(column_names(" ".join(line.split()))) == len(names):
        return None  # `NamedColumns` reads it
    return _Header(names, spans, number, barred)


def _cells(line: str, barred: bool) -> list[str]:
    if not barred:
        return line.split()
    cells = _BAR.split(line.strip(_EDGE)) if _BAR.search(line) else []
    return [cell.strip().strip(_EMPHASIS) for cell in cells]


def _is_aligned(header: _Header, line: str) -> bool:
    """Whether each cell begins or ends where its name does."""
    cells = [match.span() for match in _WORD.finditer(line[:_LONGEST])]
    return len(cells) == len(header.spans) and all(
        cell[0] == name[0] or cell[1] == name[1]
        for cell, name in zip(cells, header.spans, strict=True)
    )
