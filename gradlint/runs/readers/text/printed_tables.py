"""Tables within printed text -> records of a step and its values."""

from __future__ import annotations

import re

from gradlint.runs.readers.text.line.numbers import count_of, unit_of, value_of
from gradlint.runs.readers.text.line.words import (
    BARS,
    SUMMARY_COLUMNS,
    cells_of,
    mark_of,
)
from gradlint.runs.readers.text.points.pending_points import Form

_PLACE = re.compile(r"(\d{1,18})(?:/\d{1,18})?$")
_CELL = re.compile(r"([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|nan|inf|NaN))(\D{0,6})$")
_EMPTY = re.compile(r"(?:#na#|n/?a|None|No log|--?|\+|\d+:\d\d(?::\d\d)?)?$", re.IGNORECASE)
"""What a column may hold beside numbers: nothing, a sign for a checkpoint, a time."""

_COUNTED = frozenset("images instances labels targets size img_size".split())
"""Columns that count what a batch holds."""

Record = tuple[int, int | None, dict[str, float], Form]
"""Line, step or epoch as the form says, and values."""


class NamedColumns:
    """Columns of numbers under a line of names, as fastai, skorch, spaCy and YOLO print them."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._summary: tuple[str, ...] = ()
        self._waiting: Record | None = None

    @property
    def named(self) -> bool:
        """Whether there was a line of names."""
        return bool(self._names or self._summary)

    def announce(self, names: tuple[str, ...]) -> None:
        """Take a line of names. Those of YOLO's summary stand beside the others.

        Where output and errors go to one file, the names of the next epoch may come before it.
        """
        if names[:2] == SUMMARY_COLUMNS:
            self._summary = names
        else:
            self._names = names

    def row(self, number: int, line: str) -> tuple[bool, Record | None]:
        """Whether `line` is a row, and the record that is complete now: that of an earlier row.

        A row that comes again, as that of a progress bar does, replaces the one before it.
        """
        cells = cells_of(line) if line[:1] in BARS else line.split()
        summary = cells[:1] == ["all"]
        names = self._summary if summary else self._names
        if not names or len(cells) != len(names):
            return False, None
        if len(set(names)) < len(names):
            if cells[0]:
                return False, None
            # MATLAB writes `Mini-batch` twice, and below it `Accuracy` and `Loss`.
            joined = (f"{one} {other}".strip() for one, other in zip(names, cells, strict=True))
            self._names = tuple(joined)
            return True, None
        column, form = _counting_column(names)
        place = _PLACE.match(cells[column])
        at = int(place[1]) if place else None
        if at is None and not summary:
            return False, None
        values: dict[str, float] = {}
        for name, cell in zip(names, cells, strict=True):
            if name is names[column] or name is names[0]:
                continue
            match = _CELL.match(cell)
            if match is not None and unit_of(match[2]) is not None:
                if name.lower() not in _COUNTED:
                    values[f"val/{name}" if summary else name] = float(match[1])
            elif not _EMPTY.match(cell):
                return False, None
        if not values:
            return False, None
        done = self._waiting
        if done is not None and done[1] is not None and done[1] == at:
            done = None
        self._waiting = (number, at, values, form)
        return True, done

    def close(self) -> Record | None:
        """The last record."""
        done, self._waiting = self._waiting, None
        return done


def _counting_column(names: tuple[str, ...]) -> tuple[int, Form]:
    """The column that says where the training is, and what it counts: the first, or the step."""
    for at, name in enumerate(names):
        mark = mark_of(name)
        if name == "#" or (mark and mark[0] == "step"):
            return at, Form.STEP
    return 0, Form.EPOCH


_ROW = re.compile(r"\s*\|\s*([^|]{1,200}?)\s*\|\s*([^|]{0,100}?)\s*\|\s*$")
_PLAIN_ROW = re.compile(r"(\S+(?: \S+){0,5}) {2,}(\S+) *")
RULE_OF_TWO = re.compile(r"-{4,} {2,}-{4,} *")
"""The rule above and below such rows."""

_NUMBER = re.compile(
    r"[-+]?(?:\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf)$", re.IGNORECASE
)

_STEPS = (
    "total_timesteps",
    "num_timesteps",
    "timesteps",
    "totalenvinteracts",
    "timestepssofar",
    "total_steps",
    "global_step",
    "step",
    "steps",
    "serial_timesteps",
    "n_updates",
    "nupdates",
    "iterations",
    "iteration",
    "epoch",
)
"""Rows that say where the training is, the best first; the tags may be cut (`total_timest...`)."""

_WIDEST = 300
"""Characters of a row; the libraries cut their tags at 36 to 80."""

_MOST_ROWS = 2_000
"""Rows of one table; more would not be a table of metrics."""


class BoxTable:
    """A box of two columns, as Stable-Baselines3 and its ancestors print their metrics.

    Attributes:
        rounded: whether the step of the table that was closed last is short of digits (`1.02e+05`).
    """

    def __init__(self) -> None:
        self._line = 0
        self._group = ""
        self._values: dict[str, str] = {}
        self.rounded = False

    @property
    def open(self) -> bool:
        """Whether a row was taken and the table is not closed."""
        return self._line > 0

    def take(self, number: int, line: str) -> bool:
        """Take a row; False if `line` is not one."""
        match = _ROW.match(line) if len(line) <= _WIDEST else None
        if match is None or len(self._values) >= _MOST_ROWS:
            return False
        key, value = match[1], match[2]
        if value and not _NUMBER.match(value):
            return self.open
        if not value:
            if not key.endswith("/"):
                return self.open
            self._group = key
        else:
            indented = line.lstrip()[1:3] == "  "
            tag = f"{self._group}{key}" if indented else key
            self._values[tag] = value
        self._line = self._line or number
        return True

    def begin(self, number: int) -> None:
        """Take the rule above rows of two columns without bars, as dowel prints them."""
        self._line = number

    def take_plain(self, line: str) -> bool:
        """Take such a row; False if `line` is not one."""
        match = _PLAIN_ROW.fullmatch(line) if len(line) <= _WIDEST else None
        if match is None or len(self._values) >= _MOST_ROWS or not _NUMBER.match(match[2]):
            return False
        self._values[match[1]] = match[2]
        return True

    def close(self) -> tuple[int, int | None, dict[str, float]] | None:
        """First line, step and values of the table, None if there is none."""
        if not self._line:
            return None
        number, values = self._line, self._values
        self._line, self._group, self._values = 0, "", {}
        if not values:
            return None
        step, self.rounded = None, False
        for word in _STEPS:
            tag = next((t for t in values if _names(t, word)), None)
            if tag is not None and (step := count_of(values[tag])) is not None:
                self.rounded = "e" in values[tag].lower()
                break
        return number, step, {tag: value_of(text) for tag, text in values.items()}


def _names(tag: str, word: str) -> bool:
    name = tag.rsplit("/", 1)[-1]
    if name.endswith("..."):
        return len(name) > 8 and word.startswith(name[:-3])
    return name.lower() == word
