"""Which rows of a layout are alike but for their open places, and what the rest of them says."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.tfevents import checksum
from gradlint.runs.readers.tfevents.byte_layouts import (
    STEP_AT,
    WALL_AT,
    Layout,
    Places,
    Rows,
    Words,
)
from gradlint.runs.readers.tfevents.events import Event, Value, decode
from gradlint.runs.readers.tfevents.record_walk import FOOTER
from gradlint.runs.readers.tfevents.wire import WireError

_ROWS_EACH = 4
"""Rows that new templates must have on average. Where other bytes vary than those thought to, each
row is a template of its own, and nothing is gained."""


def _factors() -> Words:
    """Odd numbers without a pattern (splitmix64); numpy's own generators take time to import."""
    state = np.arange(1, _MOST_WORDS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (state ^ (state >> np.uint64(31))) | np.uint64(1)


_MOST_WORDS = 1024

_FACTORS = _factors()
"""What the words of a row are multiplied by for its hash; that equal hashes mean equal words is
verified."""


class Template(NamedTuple):
    """A payload whose open places do not count: its values, and its CRC32C with zeros there."""

    values: tuple[Value, ...]
    checksum: int


class Found(NamedTuple):
    """A template that was made of a row, by which it is known from now on."""

    row: int
    template: Template


class Templates:
    """The templates of one layout, in the order of the hashes of their words."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.templates: list[Template] = []
        self.checksums = np.zeros(0, np.uint32)
        self._hashes = np.zeros(0, np.uint64)
        self._words: Words = np.zeros((0, 0), np.uint64)

    def match(
        self, rows: Rows, accepts: Callable[[Value], bool], room: int
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_], list[Found]]:
        """The template of each row, whether it has one, and those that were made of these rows.

        `accepts` says whether the number of a value is known to be a point; `room` is how many
        templates may be made.
        """
        words = self.layout.words(rows)
        hashes = (words * _FACTORS[: len(words), None]).sum(axis=0, dtype=np.uint64)
        at, matched = self._look_up(hashes)
        found: list[Found] = []
        if not matched.all():
            found = self._learn(rows, words, hashes, np.flatnonzero(~matched), accepts, room)
            if found:
                at, matched = self._look_up(hashes)
        if self.templates:
            for word, known in zip(words, self._words, strict=True):
                matched &= word == known[at]
        return at, matched, found

    def _look_up(self, hashes: Words) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        if not self.templates:
            return np.zeros(len(hashes), np.intp), np.zeros(len(hashes), np.bool_)
        at = np.minimum(self._hashes.searchsorted(hashes), len(self._hashes) - 1)
        return at, self._hashes[at] == hashes

    def _learn(
        self,
        rows: Rows,
        words: Words,
        hashes: Words,
        unknown: NDArray[np.intp],
        accepts: Callable[[Value], bool],
        room: int,
    ) -> list[Found]:
        """Make templates of the rows that have none."""
        new, first = np.unique(hashes[unknown], return_index=True)
        if _ROWS_EACH * len(new) > len(unknown) or len(new) > room:
            return []
        found: list[Found] = []
        for row in unknown[first].tolist():
            event = regular(rows[row], accepts)
            if event is not None and places(event) == self.layout.places:
                closed = self.layout.closed(rows[row, : self.layout.length].tobytes())
                template = Template(tuple(event.values), google_crc32c.value(closed))
                found.append(Found(row, template))
        if found:
            self._insert(found, words, hashes)
        return found

    def _insert(self, found: list[Found], words: Words, hashes: Words) -> None:
        made = [row for row, _ in found]
        joined = np.append(self._hashes, hashes[made])
        order = joined.argsort()
        self._hashes = joined[order]
        held = words[:, made]
        if self.templates:
            held = np.concatenate([self._words, held], axis=1)
        self._words = held[:, order]
        templates = self.templates + [template for _, template in found]
        self.templates = [templates[i] for i in order.tolist()]
        self.checksums = np.array([t.checksum for t in self.templates], np.uint32)


def regular(row: NDArray[np.uint8], accepts: Callable[[Value], bool]) -> Event | None:
    """The event of a row whose checksum is right; None if it is not one of numbers alone."""
    payload = row[:-FOOTER].tobytes()
    if int.from_bytes(row[-FOOTER:].tobytes(), "little") != checksum.masked(payload):
        return None
    try:
        event = decode(payload)
    except WireError:
        return None
    begun = event.wall_at == WALL_AT and event.step_at in (STEP_AT, -1)
    return event if begun and all(map(accepts, event.values)) else None


def places(event: Event) -> Places:
    """Where the numbers of an event stand."""
    return tuple(
        (value.at, 4) if value.tensor is None else (value.tensor.at, value.tensor.width)
        for value in event.values
    )
