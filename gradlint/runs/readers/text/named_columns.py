"""Columns of numbers under a line of names, as fastai, skorch and YOLO print them."""

from __future__ import annotations

import re

from gradlint.runs.readers.text.line.numbers import unit_of

_FIRST = ("epoch", "ep", "step", "iter", "iteration")
_NAME = re.compile(r"[A-Za-z_#%][\w./()@%+-]{0,60}(?::[\w.]{1,10})?")
_PLACE = re.compile(r"(\d{1,18})(?:/\d{1,18})?$")
_CELL = re.compile(r"([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|nan|inf|NaN))(\D{0,6})$")
_EMPTY = re.compile(r"(?:#na#|None|--?|\+|\d+:\d\d(?::\d\d)?)$")
"""What a column may hold beside numbers: nothing, a sign for a checkpoint, a time."""

_FEWEST = 3
"""Columns of a header; two words are a title."""

_SUMMARY = ("Class", "Images")
"""The header of YOLO's validation, whose row for all classes begins with `all`."""

_COUNTED = frozenset("images instances labels targets size img_size".split())
"""Columns that count what a batch holds."""

Record = tuple[int, int | None, dict[str, float]]


def names_of(line: str) -> tuple[str, ...]:
    """The names of the columns that `line` announces, () if it announces none."""
    words = line.rstrip(": ").split()
    if len(words) < _FEWEST or not all(map(_NAME.fullmatch, words)):
        return ()
    if words[0].lower() not in _FIRST and tuple(words[:2]) != _SUMMARY:
        return ()
    names = tuple(word.strip("#()").replace("Box(", "") for word in words)
    return names if len(set(names)) == len(names) else ()


class Columns:
    """The table that is being printed, if one is."""

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
        if names[:2] == _SUMMARY:
            self._summary = names
        else:
            self._names = names

    def row(self, number: int, line: str) -> tuple[bool, Record | None]:
        """Whether `line` is a row, and the record that is complete now: that of an earlier row.

        A row that comes again, as that of a progress bar does, replaces the one before it.
        """
        cells = line.split()
        summary = cells[:1] == ["all"]
        names = self._summary if summary else self._names
        if not names or len(cells) != len(names):
            return False, None
        place = _PLACE.match(cells[0])
        at = int(place[1]) if place else None
        if at is None and not summary:
            return False, None
        values: dict[str, float] = {}
        for name, cell in zip(names[1:], cells[1:], strict=True):
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
        self._waiting = (number, at, values)
        return True, done

    def close(self) -> Record | None:
        """The last record."""
        done, self._waiting = self._waiting, None
        return done
