"""The columns of a table as they grow: numbers in C arrays, and which rows they stand in."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.tables.cells import BLANK, TEXT, number, numbers
from gradlint.runs.run import Steps, Values

MOST_GROUPS = 100
"""Texts of a column that may say what its rows are of: which split, or which run (a search has
some dozens of trials); what has more names each row."""

_SHOWN = 40
"""Characters of a text cell that are quoted in a problem."""


def append_array(growing: array[float] | array[int], values: Values | Steps) -> None:
    """Append a numpy array of the same 8-byte type."""
    growing.frombytes(np.ascontiguousarray(values).data.cast("B"))


class Column:
    """The points of one column.

    Attributes:
        texts: cells that are neither numbers, lists of numbers nor blanks.
        text: line number and text of the first of them.
        parts: columns of the elements, for cells that are lists of numbers.
        groups: the rows of each such text, as long as there are few; then none.
    """

    __slots__ = ("_rows", "_values", "groups", "parts", "text", "texts")

    def __init__(self) -> None:
        self._values = array("d")
        # None as long as no row is without a number, which saves 8 bytes a point.
        self._rows: array[int] | None = None
        self.texts = 0
        self.text: tuple[int, str] = (0, "")
        self.parts: list[Column] = []
        self.groups: dict[str, array[int]] = {}

    def __len__(self) -> int:
        return len(self._values)

    @property
    def complete(self) -> bool:
        """Whether the column has a number in each row from the first to its last."""
        return self._rows is None

    def add(self, row: int, cell: str, line: int) -> None:
        """Add the cell of one row."""
        value = number(cell)
        if value is TEXT:
            self._add_text(row, line, cell)
        elif value is not BLANK:
            self._place(row, 1)
            self._values.append(value)

    def extend(self, row: int, cells: Sequence[str], lines: Sequence[int], plain: bool) -> None:
        """Add the cells of consecutive rows from `row`, which stand on `lines`.

        `plain` says that `float` and `cells.number` agree on every cell that `float` takes.
        """
        if plain:
            try:
                values = array("d", map(float, cells))
            except ValueError:
                pass
            else:
                self._place(row, len(values))
                self._values.extend(values)
                return
        if not any(cells):
            return
        rows = array("q")
        values = array("d")
        for at, cell in enumerate(cells):
            if not cell:
                continue
            value = number(cell)
            if value is TEXT:
                self._add_text(row + at, lines[at], cell)
            elif value is not BLANK:
                rows.append(row + at)
                values.append(value)
        if len(values) == len(cells):
            self._place(row, len(values))
            self._values.extend(values)
        else:
            self._extend_sparse(values, rows)

    def extend_array(self, row: int, values: Values, present: NDArray[np.bool_] | None) -> None:
        """Add the values of consecutive rows from `row`; `present` is None if all are there."""
        if present is None:
            self._place(row, len(values))
            append_array(self._values, values)
        else:
            rows = (np.flatnonzero(present) + row).astype(np.int64, copy=False)
            self._extend_sparse(array("d", values[present].tobytes()), array("q", rows.tobytes()))

    def values(self) -> Values:
        """Values of the points, float64, shape (n,)."""
        return np.frombuffer(self._values, np.float64)

    def rows(self) -> Steps:
        """Rows (from 0) of the points, int64, shape (n,)."""
        if self._rows is None:
            return np.arange(len(self._values), dtype=np.int64)
        return np.frombuffer(self._rows, np.int64)

    def within(self, chosen: NDArray[np.bool_]) -> Column:
        """The points in the chosen rows; `chosen` is bool, shape (rows of the table,)."""
        rows, values = self.rows(), self.values()
        here = chosen[rows]
        part = Column()
        part._extend_sparse(array("d", values[here].tobytes()), array("q", rows[here].tobytes()))
        return part

    def _place(self, row: int, count: int) -> None:
        """Note that the next `count` values stand in the rows from `row`."""
        if self._rows is None and row != len(self._values):
            self._rows = self._all_rows()
        if self._rows is not None:
            self._rows.extend(range(row, row + count))

    def _extend_sparse(self, values: array[float], rows: array[int]) -> None:
        if not values:
            return
        if self._rows is None:
            self._rows = self._all_rows()
        self._rows.extend(rows)
        self._values.extend(values)

    def _all_rows(self) -> array[int]:
        return array("q", range(len(self._values)))

    def _add_text(self, row: int, line: int, cell: str) -> None:
        elements = numbers(cell)
        if elements:
            self.parts.extend(Column() for _ in range(len(elements) - len(self.parts)))
            for part, element in zip(self.parts, elements, strict=False):
                part.add(row, element, line)
            return
        if not self.texts:
            self.text = (line, cell.strip()[:_SHOWN])
        self.texts += 1
        if self.texts == 1 or self.groups:
            self.groups.setdefault(cell.strip(), array("q")).append(row)
            if len(self.groups) > MOST_GROUPS:
                self.groups.clear()


class Table:
    """Rows of columns, in order of first appearance.

    Attributes:
        columns: by name.
        records: line number (from 1) of each row.
    """

    def __init__(self) -> None:
        self.columns: dict[str, Column] = {}
        self.records = array("q")

    def flat(self) -> Iterator[tuple[str, Column]]:
        """Names and columns, with `name[0]`, `name[1]` ... for the elements of lists."""
        for name, column in self.columns.items():
            yield name, column
            for at, part in enumerate(column.parts):
                yield f"{name}[{at}]", part

    @property
    def rows(self) -> int:
        """Rows so far."""
        return len(self.records)
