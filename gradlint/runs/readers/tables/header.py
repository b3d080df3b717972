"""Which line of a table is its header, and the names of the columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gradlint.runs.readers.tables.cells import TEXT, is_number, number
from gradlint.runs.readers.tables.dialect import Dialect, find_dialect
from gradlint.runs.readers.tables.unnamed import guessed_names
from gradlint.runs.run import UNNAMED

_JUDGED_ROWS = 40
"""Rows below a header by which it is judged; as for the dialect."""

_LONGEST_PREAMBLE = 20
"""Lines of other text that may stand above a header: a banner, not a log."""

_NAME = re.compile(r"(?:% |[%@])?[^\W\d_][^{}<>=!?\"\\]{0,99}|_\w{1,99}")
"""A column's name: begins with a letter, which a sign may precede (`%Iter`, Torch7's `% accuracy`),
or with `_` as in wandb's `_step`."""

_DRAWN = re.compile(r"[-=+|:\s\u2500-\u257f]+")
_DASHES = ("--", "==", "\u2500\u2500", "\u2501\u2501", "\u2550\u2550")
"""What a rule is drawn with, below a header or between rows, and what each has two of."""

_GAP = re.compile(r"\s{2,}|\t")
"""Between names of several words each, above columns that single blanks may part."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table is and how it is written.

    Attributes:
        dialect: how rows are cut.
        header: the cells of the header; empty where there is none.
        first: index of the line (from 0) with the first row of data.
        width: cells of a row.
        indexed: whether rows have one cell more in front than the header has names.
        preamble: index of the lines above the header that are neither blank nor comments.
        guessed: whether `header` is not in the file: it says what the columns of a table without
            one are, as far as their numbers tell.
    """

    dialect: Dialect
    header: tuple[str, ...]
    first: int
    width: int
    indexed: bool = False
    preamble: tuple[int, ...] = ()
    guessed: bool = False


def is_comment(line: str) -> bool:
    """Whether a line is a comment."""
    return line.lstrip().startswith("#")


def is_empty(line: str) -> bool:
    """Whether a line holds no cells: a comment, or a rule."""
    return is_comment(line) or is_rule(line)


def is_rule(line: str) -> bool:
    """Whether a line is drawn, and holds no text."""
    return any(mark in line for mark in _DASHES) and _DRAWN.fullmatch(line) is not None


def find_layout(lines: Sequence[str]) -> Layout:
    """The layout of the table that begins with `lines` (without line ends)."""
    numbered = [(at, line) for at, line in enumerate(lines) if line.strip()]
    filled = [(at, line) for at, line in numbered if not is_empty(line)]
    if not filled:
        return Layout(Dialect(","), (), len(lines), 0)
    dialect = find_dialect([line for _, line in filled[: _LONGEST_PREAMBLE + _JUDGED_ROWS]])
    rows = [(at, dialect.cells(line)) for at, line in filled[: _LONGEST_PREAMBLE + _JUDGED_ROWS]]
    rows = [(at, row) for at, row in rows if row]
    width = _width([row for _, row in rows])
    start = _start(rows, width)
    at, cells = rows[start]
    data = [dialect.row(lines[other]) for other, _ in rows[start + 1 :]][:_JUDGED_ROWS]
    preamble = tuple(other for other, _ in rows[:start])
    if not dialect.delimiter and len(cells) != width:
        apart = _GAP.split(lines[at].strip())
        cells = apart if len(apart) == width else cells
    if is_header(cells, data):
        second = rows[start + 1] if start + 1 < len(rows) else (0, [])
        if dialect.fenced and goes_on(cells, second[1]):
            at, below = second
            cells = [f"{one} {other}".strip() for one, other in zip(cells, below, strict=True)]
        indexed = len(cells) == width - 1 and _is_indexed(data, width)
        header = tuple(cells)
        return Layout(dialect, header, at + 1, len(cells) + indexed, indexed, preamble)
    commented = _commented_header(dialect, lines[:at], width)
    if commented:
        return Layout(dialect, commented, at, width, False, preamble)
    guessed = guessed_names([dialect.row(lines[at]), *data], width)
    return Layout(dialect, guessed, at, width, False, preamble, guessed=True)


def is_header(cells: Sequence[str], data: Sequence[Sequence[str]]) -> bool:
    """Whether a row names the columns of the rows below it.

    It has a name above a column of numbers, or names alone; a number in it is the label that a
    data frame gives to a column without a name: 0, 1, 2 ...
    """
    numeric = [cell.strip() for cell in cells if is_number(cell)]
    if not all(map(str.isdecimal, numeric)):
        return False
    if not cells[0].strip() and numeric == [str(at) for at in range(len(cells) - 1)]:
        return bool(numeric)
    if not any(number(cell) is TEXT for cell in cells):
        return False
    return not numeric or any(
        number(cell) is TEXT and any(is_number(row[at]) for row in data if at < len(row))
        for at, cell in enumerate(cells)
    )


def goes_on(cells: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a drawn header goes on in the row `below`: words under names, none under the first.

    MATLAB writes `Mini-batch` twice, and below it `Accuracy` and `Loss`.
    """
    if len(below) != len(cells) or below[0].strip() or len(set(cells)) == len(cells):
        return False
    filled = [cell for cell in below if cell.strip()]
    return bool(filled) and all(number(cell) is TEXT for cell in filled)


def is_later_header(cells: Sequence[str], known: Sequence[str]) -> bool:
    """Whether a row in mid-table is a new header: only names, all different, one of them known."""
    names = [cell.strip() for cell in cells]
    return (
        len(names) >= 2
        and len(set(names)) == len(names)
        and not set(names).isdisjoint(known)
        and all(_NAME.fullmatch(name) for name in names)
        and not any(map(is_number, names))
    )


def looks_named(cells: Sequence[str]) -> bool:
    """Whether all cells could be the names of columns."""
    return all(_NAME.fullmatch(cell.strip()) for cell in cells if cell.strip())


def column_names(header: Sequence[str], width: int) -> list[str]:
    """Names of `width` columns: `column_3` where there is none, `loss.1` for a second `loss`."""
    names: list[str] = []
    seen: Counter[str] = Counter()
    for at in range(width):
        name = header[at].strip().strip('"').strip() if at < len(header) else ""
        name = name or f"{UNNAMED}{at + 1}"
        while name in seen:
            seen[name] += 1
            name = f"{name}.{seen[name] - 1}"
        seen[name] += 1
        names.append(name)
    return names


def _width(rows: Sequence[Sequence[str]]) -> int:
    counts = Counter(len(row) for row in rows[1:] or rows)
    return max(counts.items(), key=lambda item: (item[1], item[0]))[0]


def _start(rows: Sequence[tuple[int, list[str]]], width: int) -> int:
    """Index in `rows` of the first row of the table: its header, where there is one."""
    first = rows[0][1]
    named = len(first) > 1 and not any(map(is_number, first))
    if len(first) == width or (named and len(rows) > 1 and len(rows[1][1]) == len(first)):
        return 0
    for at, (_, cells) in enumerate(rows[1 : _LONGEST_PREAMBLE + 1], 1):
        if len(cells) == width and looks_named(cells) and not any(map(is_number, cells)):
            return at
    if named:
        return 0
    fitting = [at for at, (_, cells) in enumerate(rows) if len(cells) >= width]
    return fitting[0] if fitting and fitting[0] <= _LONGEST_PREAMBLE else 0


def _is_indexed(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether the first cells are 0, 1, 2 ... or 1, 2, 3 ... and the last are not all blank."""
    cells = [row[0].strip() for row in rows if row]
    digits = [int(cell) for cell in cells if cell.isdecimal() and len(cell) < 18]
    counted = bool(digits) and digits == list(range(digits[0], digits[0] + len(cells)))
    return counted and any(row[-1].strip() for row in rows if len(row) == width)


def _commented_header(dialect: Dialect, above: Sequence[str], width: int) -> tuple[str, ...]:
    """Names in the comment right above the first row, as `numpy.savetxt` writes them."""
    for line in reversed(above):
        if not line.strip():
            continue
        cells = dialect.cells(line.lstrip().lstrip("#").strip()) if is_comment(line) else []
        fits = len(cells) == width and looks_named(cells) and all(cell.strip() for cell in cells)
        return tuple(cells) if fits else ()
    return ()
