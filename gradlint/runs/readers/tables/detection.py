"""Whether the beginning of a file is that of a table; logs, JSON and source code are not."""

from __future__ import annotations

import codecs
import re

from gradlint.runs.readers.protocol import HEAD
from gradlint.runs.readers.tables.cells import BLANK, TEXT, is_number, number
from gradlint.runs.readers.tables.header import Layout, find_layout, is_empty, looks_named
from gradlint.runs.readers.tables.steps import rank
from gradlint.runs.readers.tables.unnamed import NAME, STEP

_REGULAR = 0.9
"""Share of the lines that have to be rows of equal width."""

_NUMERIC = 0.5
"""Share of the filled cells that have to be numbers; a table of runs has fewer, a log with a date
and two metrics more."""

_JUDGED_ROWS, _JUDGED_CELLS = 60, 64
"""Rows, taken evenly from the head, and cells of each that are looked into: 1 ms of work."""

_FEWEST_THINGS = 2
"""Rows from which on it can be told whether they name things."""

_COUNTED = re.compile(r"(?:epoch|step|iter|iteration|round|episode)s?\b|\d{4}-\d\d-\d\d")
"""A place in a training, as a text."""

_TABLE_NAMES = (".csv", ".tsv")


def sniff(head: bytes, name: str) -> bool:
    """Whether a file that begins with `head` is a table of numbers.

    `name` helps only where the data leave it open: a header without rows, a column of numbers
    without a name.
    """
    lines = _lines(head[:HEAD])
    filled = [line for line in lines if line.strip() and not is_empty(line)]
    if not filled or filled[0].lstrip()[:1] in "{[<":
        return False
    named_table = name.lower().endswith(_TABLE_NAMES)
    layout = find_layout(lines)
    dialect = layout.dialect
    if layout.preamble:
        return False
    below = [line for line in lines[layout.first :] if line.strip() and not is_empty(line)]
    rows = [row for row in map(dialect.row, below) if row]
    header = () if layout.guessed else layout.header
    if header and not (looks_named(header) or named_table):
        return False
    if not rows:
        return _is_lone_header(header, named_table)
    if len(head) < HEAD and head[-1:] != b"\n" and len(rows) > 1:
        rows.pop()
    if dialect.fenced and header and _lists_things(header[0], [row[0] for row in rows]):
        return False
    regular = sum(len(row) == layout.width for row in rows)
    judged = rows[:: 1 + len(rows) // _JUDGED_ROWS]
    filled_cells = [cell for row in judged for cell in row[:_JUDGED_CELLS]]
    of_width = [row[:_JUDGED_CELLS] for row in judged if len(row) == layout.width]
    cells = [cell for cell in filled_cells if number(cell) is not BLANK]
    numeric = sum(map(is_number, cells))
    if regular < _REGULAR * len(rows) or numeric < _NUMERIC * len(cells) or not cells:
        return False
    if named_table:
        return True
    if layout.guessed and NAME in layout.header:
        return True
    return _is_certain(layout, bool(header), of_width)


def _is_certain(layout: Layout, header: bool, rows: list[list[str]]) -> bool:
    """The stricter tests for tables that other files could be mistaken for."""
    plain = not any(number(cell) is TEXT for row in rows for cell in row)
    if layout.width < 2:
        # Whole numbers, a line each, are indexes or labels.
        return plain and (header or not all(row[0].strip().isdecimal() for row in rows))
    if header and layout.dialect.fenced and layout.width == 2:
        return plain  # else a box of keys and their values
    if header:
        return plain or bool(layout.dialect.delimiter) or _counts(layout, rows)
    return plain and (bool(layout.dialect.delimiter) or STEP in layout.header)


def _lists_things(name: str, cells: list[str]) -> bool:
    """Whether the first column of a drawn table names what is compared, each row another thing.

    A log's rows begin with a count or a time, or with one word again and again.
    """
    if len(cells) < _FEWEST_THINGS or rank(name) is not None:
        return False
    things = {cell.strip().lower() for cell in cells}
    return len(things) == len(cells) and not any(
        number(cell) is not TEXT or _COUNTED.match(cell) or ":" in cell for cell in things
    )


def _counts(layout: Layout, rows: list[list[str]]) -> bool:
    """Whether the first column of a table that blanks part counts, by its name and its cells."""
    return rank(layout.header[0]) is not None and all(is_number(row[0]) for row in rows)


def _is_lone_header(header: tuple[str, ...], named_table: bool) -> bool:
    if len(header) < 2:
        return False
    return named_table or any(rank(cell) for cell in header)


def _lines(head: bytes) -> list[str]:
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        text = head.decode("utf-16", "replace")
    else:
        text = head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    lines = text.split("\n")
    if len(head) >= HEAD and len(lines) > 1:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]
