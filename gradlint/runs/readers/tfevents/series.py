"""The points of a batch, met out of order -> the arrays of each tag, in the order of the file."""

from __future__ import annotations

from collections.abc import Container, Iterator

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.protocol import MOST_SERIES
from gradlint.runs.run import Steps, Values

_FIRST_CHUNK, _LAST_CHUNK = 64, 1 << 16
"""Points allocated at a time for a tag, doubled from the one to the other: ten thousand tags of a
point each stay small, and long ones are made of few arrays, little of them unused."""

Columns = tuple[Steps, Values, Values]
"""Steps, values and wall times of some points, of equal length."""


class Batch:
    """The points of one batch by tag, each with the ordinal of the record that it stands in.

    `known` are the tags of earlier batches; `left_out` counts points of tags beyond the limit.
    """

    def __init__(self, known: Container[str] = ()) -> None:
        self.left_out = 0
        self._known = known
        self._new = 0
        self._rows: dict[str, list[tuple[NDArray[np.int64], Columns]]] = {}
        self._single: dict[str, tuple[list[int], list[int], list[float], list[float]]] = {}
        self._first: dict[str, tuple[int, int]] = {}

    def add(self, record: int, tag: str, step: int, value: float, wall: float) -> None:
        """One point; points come in their order."""
        lists = self._single.get(tag)
        if lists is None:
            if tag not in self._known:
                # It comes after as many new series as there is room for at the most.
                if self._new == MOST_SERIES:
                    self.left_out += 1
                    return
                self._new += 1
            self._note(tag, record, len(self._single))
            lists = self._single[tag] = ([], [], [], [])
        lists[0].append(record)
        lists[1].append(step)
        lists[2].append(value)
        lists[3].append(wall)

    def extend(self, records: NDArray[np.int64], tag: str, columns: Columns, place: int) -> None:
        """Points of different records, in their order; `place` is which value of each it is."""
        self._note(tag, int(records[0]), place)
        self._rows.setdefault(tag, []).append((records, columns))

    def series(self) -> Iterator[tuple[str, Columns]]:
        """Tags in the order of their first point, with their points in order."""
        for tag, (records, steps, values, walls) in self._single.items():
            columns = (np.array(steps, np.int64), np.array(values), np.array(walls))
            self._rows.setdefault(tag, []).append((np.array(records, np.int64), columns))
        for tag in sorted(self._first, key=self._first.__getitem__):
            yield tag, _ordered(self._rows[tag])

    def _note(self, tag: str, record: int, place: int) -> None:
        """Keep the first record of each tag, and among the tags of that record its place."""
        self._first[tag] = min(self._first.get(tag, (record, place)), (record, place))


def _ordered(parts: list[tuple[NDArray[np.int64], Columns]]) -> Columns:
    if len(parts) == 1:
        return parts[0][1]
    order = np.concatenate([records for records, _ in parts]).argsort(kind="stable")
    steps, values, walls = (
        np.concatenate(column)[order] for column in zip(*(p[1] for p in parts), strict=True)
    )
    return steps, values, walls


class _Growing:
    """The points of one tag so far."""

    __slots__ = ("chunk", "full", "length", "used")

    def __init__(self) -> None:
        self.full: tuple[list[Steps], list[Values], list[Values]] = ([], [], [])
        self.chunk = _chunk(0)
        self.used = 0
        self.length = 0

    def extend(self, columns: Columns) -> None:
        count, taken = len(columns[0]), 0
        while taken < count:
            if self.used == len(self.chunk[0]):
                self.seal()
                self.chunk = _chunk(min(max(self.length, _FIRST_CHUNK), _LAST_CHUNK))
            here = min(len(self.chunk[0]) - self.used, count - taken)
            for column, new in zip(self.chunk, columns, strict=True):
                column[self.used : self.used + here] = new[taken : taken + here]
            self.used += here
            self.length += here
            taken += here

    def seal(self) -> None:
        """Close the chunk at what is used of it."""
        if self.used:
            steps, values, walls = self.chunk
            self.full[0].append(steps[: self.used])
            self.full[1].append(values[: self.used])
            self.full[2].append(walls[: self.used])
            self.chunk, self.used = _chunk(0), 0

    def columns(self) -> Columns:
        """All points so far; more may be added afterwards."""
        self.seal()
        # Column by column, so that only one of them is in memory twice.
        for parts in self.full:
            if len(parts) > 1:
                parts[:] = [np.concatenate(parts)]
        return self.full[0][0], self.full[1][0], self.full[2][0]


def _chunk(size: int) -> Columns:
    return np.empty(size, np.int64), np.empty(size), np.empty(size)


class Series:
    """All points of a file by tag; `left_out` counts the points of tags beyond the limit."""

    def __init__(self) -> None:
        self.left_out = 0
        self._by_tag: dict[str, _Growing] = {}

    def batch(self) -> Batch:
        """The next batch, to be filled."""
        return Batch(self._by_tag)

    def take(self, batch: Batch) -> None:
        """Add the points of the next batch."""
        self.left_out += batch.left_out
        for tag, columns in batch.series():
            growing = self._by_tag.get(tag)
            if growing is None:
                if len(self._by_tag) == MOST_SERIES:
                    self.left_out += len(columns[0])
                    continue
                growing = self._by_tag[tag] = _Growing()
            growing.extend(columns)

    def __iter__(self) -> Iterator[tuple[str, Columns]]:
        for tag, growing in self._by_tag.items():
            yield tag, growing.columns()
