"""Values under or beside their names, in a few lines that belong together -> one record."""

from __future__ import annotations

import re

from gradlint.runs.readers.text.line.numbers import count_of, value_of
from gradlint.runs.readers.text.line.prefixes import rank_of, text_start
from gradlint.runs.readers.text.line.words import is_split, mark_of

_NUMBER = re.compile(
    r"[-+]?(?:\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf)$", re.IGNORECASE
)
_EMPTY = re.compile(r"(?:n/?a|none|--?)?$", re.IGNORECASE)

_RULE = re.compile(r"[-=+|: ]+")


_BLANK_LINES = 3
"""Lines between the parts of a matrix that is wrapped."""


class Matrix:
    """A line of names above a line of their values, as ParlAI prints a data frame of one row.

    Where it is too wide, further names stand above further values below.
    """

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._line = 0
        self._step: int | None = None

    @property
    def named(self) -> bool:
        """Whether there was a line of names, whose values may be next."""
        return bool(self._names)

    def announce(self, number: int, names: tuple[str, ...]) -> None:
        """Take line `number`, which has the names."""
        if number > self._line + _BLANK_LINES:
            self._step = None
        self._names, self._line = names, number

    def row(self, number: int, line: str) -> tuple[int | None, dict[str, float]] | None:
        """Step and values of the line, None if it is not the one below the names."""
        names, self._names = self._names, ()
        cells = line.rstrip("\\ ").split()
        if number != self._line + 1 or len(cells) != len(names):
            return None
        if not all(map(_NUMBER.match, cells)):
            return None
        self._line = number
        values = dict(zip(names, cells, strict=True))
        for name in names:
            mark = mark_of(name)
            if mark and mark[0] == "step":
                self._step = count_of(values.pop(name))
                break
        return self._step, {name: value_of(cell) for name, cell in values.items()}


class SplitTable:
    """Rows of a metric's name and its values on splits of the data, which the header names.

    AllenNLP prints `Training | Validation`, and below it `loss | 0.5 | 0.6`.
    """

    def __init__(self) -> None:
        self._splits: tuple[str, ...] = ()

    def take(self, line: str) -> dict[str, float] | None:
        """The values of a row, none of the header or a rule; None if `line` is not of a table."""
        text = line[text_start(line, rank_of(line)[1]) :].strip().strip("|")
        cells = [cell.strip() for cell in text.split("|")]
        if (splits := _split_names(cells)) or not self._splits:
            self._splits = splits
            return {} if splits else None
        if len(cells) != 1 + len(self._splits):
            self._splits = ()
            return None
        name, *texts = cells
        if all(map(_EMPTY.match, texts)) or _RULE.fullmatch(text):
            return {}
        if not (name and all(_NUMBER.match(cell) or _EMPTY.match(cell) for cell in texts)):
            self._splits = ()
            return None
        found = zip(self._splits, texts, strict=True)
        return {f"{split}/{name}": value_of(cell) for split, cell in found if _NUMBER.match(cell)}


def _split_names(cells: list[str]) -> tuple[str, ...]:
    """The splits that the cells of a header name; the first may stand above the metrics' names."""
    splits = tuple(cell.lower() for cell in cells)
    if len(splits) > 1 and not is_split(splits[0]):
        splits = splits[1:]
    return splits if len(set(splits)) == len(splits) > 1 and all(map(is_split, splits)) else ()


_OPENS = re.compile(r"\{(?:['\"]\w[^'\"]{0,100}['\"]: [^{}]{1,200},)?\s*")
_MEMBER = re.compile(r"\s+['\"][^'\"]{1,100}['\"]: ?\S.{0,300}|\s*\}[,}]?\s*")
_MOST_MEMBERS = 200
"""Lines of one printed object."""


class PrintedObject:
    """An object that is printed with a member on each line, as `pprint` and `json.dumps` do.

    Its members are sorted or in any order, so that the step may come last.
    """

    def __init__(self) -> None:
        self._lines: list[tuple[int, str]] = []
        self._depth = 0

    @property
    def open(self) -> bool:
        """Whether an object has begun and not ended."""
        return bool(self._lines)

    def begins(self, number: int, line: str) -> bool:
        """Whether an object begins on `line`, which is taken then."""
        if not _OPENS.fullmatch(line):
            return False
        self._lines = [(number, line)]
        self._depth = 1
        return True

    def take(self, number: int, line: str) -> list[tuple[int, str]]:
        """The lines that are complete: the object as one line, or all as they are if it is none."""
        self._lines.append((number, line))
        self._depth += line.count("{") - line.count("}")
        if not _MEMBER.fullmatch(line) or len(self._lines) > _MOST_MEMBERS:
            return self.close()
        if self._depth > 0:
            return []
        lines, self._lines = self._lines, []
        return [(lines[0][0], " ".join(text.strip() for _, text in lines))]

    def close(self) -> list[tuple[int, str]]:
        """The lines of an object that does not end."""
        lines, self._lines = self._lines, []
        return lines
