"""How the lines of a table are cut into cells, and how that is found from some of its lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gradlint.runs.readers.tables.cells import BLANK, is_number, number

_DELIMITERS = ("\t", ",", ";", "|", "")
"""In order of preference where several fit equally well; the empty one is any run of spaces, which
also fits what is cut by tabs."""

_JUDGED_ROWS = 40
"""Rows by which a dialect is judged: enough to outvote a few broken ones, and 2 ms of work."""

_JUDGED_CELLS = 64
"""Cells of a row that are judged, so that 10,000 columns cost no more than 64."""

_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")

_UNQUOTED_TENSOR = re.compile(r"(tensor\([^(),\[\]]*),[^()]*\)")
"""`tensor(0.5, device='cuda:0')` printed into a row without quotes, with a comma of its own."""

_FENCE = re.compile(r"\s*\|[\s:|+-]*\|\s*")
"""The line below the header of a Markdown table."""

_EMPHASIS = "*`"
"""What stands around the best value of a Markdown table."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How rows are written.

    Attributes:
        delimiter: the character between cells; empty for runs of spaces and tabs.
        decimal_comma: whether numbers are written `0,5`.
        fenced: whether rows also begin and end with the delimiter, as in Markdown.
    """

    delimiter: str
    decimal_comma: bool = False
    fenced: bool = False

    def cells(self, line: str) -> list[str]:
        """The cells of a row, without quotes."""
        if not self.delimiter:
            return line.split()
        if '"' in line:
            cells = self._quoted(line)
        else:
            if "tensor(" in line:
                line = _UNQUOTED_TENSOR.sub(r"\1)", line)
            cells = line.split(self.delimiter)
        if self.fenced:
            if _FENCE.fullmatch(line):
                return []
            inner = cells[1:-1] if len(cells) > 2 else cells
            cells = [cell.strip().strip(_EMPHASIS) for cell in inner]
        return cells

    def row(self, line: str) -> list[str]:
        """The cells of a row of data: as `cells`, with decimal points."""
        cells = self.cells(line)
        return [cell.replace(",", ".") for cell in cells] if self.decimal_comma else cells

    def opens(self, line: str) -> bool:
        """Whether a quoted cell begins in `line` and does not end in it."""
        if not self.delimiter or line.count('"') % 2 == 0:
            return False
        return line.lstrip().startswith('"') or self.delimiter + '"' in line.replace(" ", "")

    def _quoted(self, line: str) -> list[str]:
        try:
            rows = csv.reader([line], delimiter=self.delimiter, skipinitialspace=True)
            return next(rows, [])
        except csv.Error:  # a cell above the field limit of the module
            return line.split(self.delimiter)


def find_dialect(lines: Sequence[str]) -> Dialect:
    """The dialect in which most rows have equally many cells and most cells are numbers.

    `lines` are some first lines without blanks and comments. Where none makes two columns the
    answer is a comma, by which a line is a single cell.
    """
    best, best_score = Dialect(","), 0.0
    for delimiter in _DELIMITERS:
        if delimiter and not any(delimiter in line for line in lines):
            continue
        for dialect in _variants(delimiter, lines):
            score = _score(dialect, lines)
            if score > best_score + 1e-9:
                best, best_score = dialect, score
    return best


def _variants(delimiter: str, lines: Sequence[str]) -> list[Dialect]:
    if delimiter == "|":
        edged = [line.strip() for line in lines]
        if all(line.startswith("|") and line.endswith("|") for line in edged):
            return [Dialect("|", fenced=True)]
    if delimiter == "," or not any("," in line for line in lines):
        return [Dialect(delimiter)]
    return [Dialect(delimiter), Dialect(delimiter, decimal_comma=True)]


def _score(dialect: Dialect, lines: Sequence[str]) -> float:
    """From 0 to 1: the share of regular rows times that of cells that say something as numbers."""
    rows = [dialect.cells(line) for line in lines[: _JUDGED_ROWS + 1]]
    rows = [row for row in rows if row]
    data = rows[1:] or rows
    counts = Counter(map(len, data))
    width, regular = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    if width < 2:
        return 0.0
    cells = [cell for row in data if len(row) == width for cell in row[:_JUDGED_CELLS]]
    if dialect.decimal_comma:
        commas = sum(1 for cell in cells if _DECIMAL_COMMA.fullmatch(cell.strip()))
        points = sum(1 for cell in cells if "." in cell and is_number(cell))
        if not commas or points:
            return 0.0
        cells = [cell.replace(",", ".") for cell in cells]
    filled = [cell for cell in cells if number(cell) is not BLANK]
    numeric = sum(map(is_number, filled)) / len(filled) if filled else 0.0
    header = len(rows[0]) / max(len(rows[0]), width)
    # Names alone, or cells that are all text, still tell the delimiter by their regularity.
    return regular / len(data) * (0.1 + 0.8 * numeric + 0.1 * min(header, 1.0))
