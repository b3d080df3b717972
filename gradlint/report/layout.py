"""What a report consists of, before it is known what it is drawn on: lines and tables.

Nothing here is wrapped or coloured yet. `plain` turns it into text, `console` draws it on a
terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

Piece = tuple[str, str]
"""Text without control characters, and how it is shown: the label of a severity, `strong`, `frame`
(line numbers, bars and arrows), `note`, `code` (Python) or nothing in particular (empty)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a report; what is too long for the page goes on in further rows.

    Attributes:
        lead: what the line begins with; it is never broken.
        text: what follows and may be broken between words.
        hang: what further rows begin with.
    """

    lead: Sequence[Piece] = ()
    text: Sequence[Piece] = ()
    hang: Sequence[Piece] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells without control characters, in aligned columns.

    Attributes:
        rows: the cells, equally many in each row.
        heads: what stands above the columns; empty for none.
        right: the columns, from 0, that are aligned on the right: numbers.
        indent: columns that the table stands in from the left.
        narrowest: columns below which a terminal breaks the rows, so that numbers stay whole.
    """

    rows: Sequence[Sequence[str]]
    heads: Sequence[str] = ()
    right: Sequence[int] = ()
    indent: int = 0
    narrowest: int = 0


class Screen(Protocol):
    """What a report is drawn on."""

    @property
    def columns(self) -> int:
        """Columns to fill."""

    @property
    def encoding(self) -> str:
        """The encoding whose characters can be drawn."""

    def draw(self, parts: Iterable[Line | Table]) -> None:
        """Write lines and tables, one below the other."""

    def document(self, markdown: str) -> None:
        """Write a Markdown document (without control characters)."""
