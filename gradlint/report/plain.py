"""Lines and tables -> plain text, for files, pipes and the log of a CI job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from gradlint.report.characters import width
from gradlint.report.layout import Line, Piece, Table

COLUMNS = 100
"""Columns of a page, whatever the environment says: a report in a file is the same everywhere."""

_NARROWEST = 20
"""Columns that are left for text beside a long lead, at least."""

_GAP = "  "


class Plain:
    """A stream that lines and tables are written to."""

    columns = COLUMNS

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:
        """The encoding of the stream."""
        return self._stream.encoding or "utf-8"

    def draw(self, parts: Iterable[Line | Table]) -> None:
        """Write lines and tables, one below the other."""
        self._stream.write(text(parts))

    def document(self, markdown: str) -> None:
        """Write a document as it is: Markdown is plain text."""
        self._stream.write(markdown)


def text(parts: Iterable[Line | Table], columns: int = COLUMNS) -> str:
    """Lines and tables as text of `columns` columns; a longer word stays whole."""
    return "".join(
        row.rstrip() + "\n"
        for part in parts
        for row in (_table(part) if isinstance(part, Table) else _rows(part, columns))
    )


def _rows(line: Line, columns: int) -> Iterator[str]:
    lead, body, hang = _joined(line.lead), _joined(line.text), _joined(line.hang)
    room = columns - max(width(lead), width(hang))
    rows = [body]
    if width(body) > room:
        import textwrap  # most lines are short enough

        wide = max(room, _NARROWEST)
        rows = textwrap.wrap(body, wide, break_long_words=False, break_on_hyphens=False)
    yield lead + "".join(rows[:1])
    for row in rows[1:]:
        yield hang + row


def _joined(pieces: Sequence[Piece]) -> str:
    return "".join(text for text, _ in pieces)


def _table(table: Table) -> Iterator[str]:
    rows = [*([table.heads] if table.heads else []), *table.rows]
    sizes = [max(map(width, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = []
        for column, (cell, size) in enumerate(zip(row, sizes, strict=True)):
            space = " " * (size - width(cell))
            cells.append(space + cell if column in table.right else cell + space)
        yield " " * table.indent + _GAP.join(cells)
