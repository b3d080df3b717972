"""The points of a text log before their steps are known: rows of progress marks, and series."""

from __future__ import annotations

import enum
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

NONE = -(2**63)
"""Stands for a mark that the line does not have."""

_LOWEST, _HIGHEST = -(2**63) + 1, 2**63 - 1


class Form(enum.IntEnum):
    """What a line said of where the training is."""

    STEP = 0
    """A step, which may count within the epoch or over all."""
    BATCH = 1
    """A position within an epoch."""
    EPOCH = 2
    INHERITED = 3
    """Nothing itself, but a line before it did."""
    ROW = 4
    """Nothing, nor did any line before it."""
    ORDINAL = 5
    """A fraction of an epoch: the line is a metric's, but its steps can only be counted."""
    ANONYMOUS = 6
    """A position within an epoch that an earlier line named."""
    FRACTION = 7
    """A fraction of an epoch, where other lines of the same layout have whole ones."""


class Rows:
    """The marks of each line that has points, in the order of the lines; `header` is int32."""

    def __init__(self) -> None:
        self.record = array("q")
        self.epoch = array("q")
        self.step = array("q")
        self.total = array("q")
        self.header = array("i")

    def add(self, record: int, epoch: int, step: int, total: int, header: int) -> int:
        """The number of the new row; `header` tells apart the marks that it may inherit."""
        self.record.append(record)
        self.epoch.append(clamped(epoch))
        self.step.append(clamped(step))
        self.total.append(clamped(total))
        self.header.append(header)
        return len(self.record) - 1


@dataclass(slots=True)
class Marks:
    """The columns of `Rows` as arrays; int64, shape (rows,)."""

    record: Ints
    epoch: Ints
    step: Ints
    total: Ints
    header: Ints


def clamped(count: int) -> int:
    """`count` within int64; `NONE` stays what it is."""
    if -(2**53) < count < 2**53 or count == NONE:
        return count
    return max(min(count, _HIGHEST), _LOWEST)


class Series:
    """The points of one tag that one rank printed in one form."""

    __slots__ = ("bar", "clock", "form", "rank", "rows", "strong", "tag", "values")

    def __init__(self, tag: str, form: Form, rank: int) -> None:
        self.tag = tag
        self.form = form
        self.rank = rank
        self.rows = array("i")
        self.values = array("d")
        self.strong = False
        self.bar = False
        self.clock = False


class PendingPoints:
    """All series of one log.

    Attributes:
        refused: tags of series for which there was no room.
        rounded: rows whose step was printed with too few digits.
        code: lines of source code that were met.
        purges: how often series were given up; references to them are stale then.
    """

    def __init__(self, most: int) -> None:
        self.rows = Rows()
        self.refused: set[str] = set()
        self.rounded = array("i")
        self.code = 0
        self.purges = 0
        self._most = most
        self._full = False
        self._series: dict[tuple[str, Form, int], Series] = {}

    def series(self, tag: str, form: Form, rank: int) -> Series | None:
        """The series, made if it is new; None if there are too many."""
        key = (tag, form, rank)
        series = self._series.get(key)
        if series is None:
            if len(self._series) >= self._most and not self._purged():
                if len(self.refused) < self._most:
                    self.refused.add(tag)
                return None
            series = self._series[key] = Series(tag, form, rank)
        return series

    def _purged(self) -> bool:
        """Give up what was met once on lines without marks: texts, most likely, and no metrics."""
        if self._full:
            return False
        unmarked = (Form.INHERITED, Form.ROW)
        kept = {
            key: series
            for key, series in self._series.items()
            if series.form not in unmarked or len(series.values) > 1
        }
        self._full = len(kept) > self._most // 2
        self._series = kept
        self.purges += 1
        return len(kept) < self._most

    def __iter__(self) -> Iterator[Series]:
        return iter(self._series.values())
