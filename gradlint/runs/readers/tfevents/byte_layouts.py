"""Records that differ only in time, step and numbers: where those stand, and what the rest is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.tfevents import checksum
from gradlint.runs.readers.tfevents.wire import LONGEST_VARINT
from gradlint.runs.run import Steps, Values

Rows = NDArray[np.uint8]
"""Payloads of one length with the checksums behind them; uint8, shape (n, length + 4)."""

Words = NDArray[np.uint64]

WALL_AT, STEP_KEY_AT, STEP_AT = 1, 9, 10
WALL_KEY, STEP_KEY, SUMMARY_KEY = 0x09, 0x10, 0x2A
"""An event begins with its time; behind it comes the step or, where that is 0, the summary."""

IRREGULAR = 255

SHORTEST = STEP_AT + LONGEST_VARINT + 8
"""Bytes of the shortest payload that is looked at in columns: the longest step, and a word."""

_WORD = 8


Places = tuple[tuple[int, int], ...]
"""Where in the payload numbers stand, floats of so many bytes."""


class Layout:
    """Rows of one length whose open places, those of time, step and numbers, are the same."""

    def __init__(self, length: int, step_width: int, places: Places) -> None:
        self.length = length
        self.step_width = step_width
        self.places = places
        begin = STEP_AT + step_width if step_width else STEP_KEY_AT
        open_places = [(WALL_AT, 8), (STEP_AT, step_width), *places]
        self._open = [at + i for at, width in open_places for i in range(width)]
        self._words: list[tuple[int, np.uint64]] = []
        for at, width in [*places, (length, 0)]:
            self._words += _covering(begin, at)
            begin = at + width

    def words(self, rows: Rows) -> Words:
        """The bytes that are not open; uint64, shape (words, n)."""
        words = np.empty((len(self._words), len(rows)), np.uint64)
        for word, (at, mask) in zip(words, self._words, strict=True):
            np.bitwise_and(_column(rows, at, "<u8"), mask, out=word)
        return words

    def closed(self, payload: bytes) -> bytes:
        """A payload with zeros in the open places."""
        zeroed = bytearray(payload)
        for at in self._open:
            zeroed[at] = 0
        return bytes(zeroed)

    def checksums(self, rows: Rows, closed: checksum.Checksums) -> checksum.Checksums:
        """CRC32C of the payloads, from those with zeros in the open places; uint32, shape (n,)."""
        crc = closed
        for at in self._open:
            column = rows[:, at]
            table = checksum.COLUMNS.at(self.length - 1 - at)
            # The upper bytes of times and steps are the same for hours.
            if column[0] == column[-1] and (column == column[0]).all():
                crc = crc ^ table[column[0]]
            else:
                crc = crc ^ table.take(column)
        return crc

    def stored(self, rows: Rows) -> checksum.Checksums:
        """The CRC32C that stand behind the payloads; uint32, shape (n,)."""
        return checksum.unmasked(_column(rows, self.length, "<u4"))

    def walls(self, rows: Rows) -> Values:
        """The times; float64, shape (n,)."""
        return np.ascontiguousarray(_column(rows, WALL_AT, "<f8"), np.float64)

    def steps(self, rows: Rows) -> Steps:
        """The steps, varints of `step_width` bytes; int64, shape (n,)."""
        steps = np.zeros(len(rows), np.uint64)
        for place in range(self.step_width):
            septet = (rows[:, STEP_AT + place] & 0x7F).astype(np.uint64)
            steps |= septet << np.uint64(7 * place)
        return steps.view(np.int64)

    def values(self, rows: Rows) -> list[Values]:
        """The numbers of each open place; float64, shape (n,) each."""
        # A signalling NaN is a NaN like any other.
        with np.errstate(invalid="ignore"):
            return [_column(rows, at, f"<f{width}").astype(np.float64) for at, width in self.places]


def step_widths(rows: Rows) -> NDArray[np.uint8]:
    """Bytes of each row's step, 0 where it is left out; `IRREGULAR` where the row begins otherwise.

    uint8, shape (n,).
    """
    key = rows[:, STEP_KEY_AT]
    given = key == STEP_KEY
    begun = (rows[:, 0] == WALL_KEY) & (given | (key == SUMMARY_KEY))
    widths = given.astype(np.uint8)
    going = given
    for at in range(STEP_AT, STEP_AT + LONGEST_VARINT):
        going = going & (rows[:, at] >= 0x80)
        if not going.any():
            return np.where(begun, widths, np.uint8(IRREGULAR))
        widths += going
    return np.where(begun & ~going, widths, np.uint8(IRREGULAR))


def shapes(rows: Rows, step_width: int) -> Words:
    """Keys and lengths of the summary, of its first value and of the tag; uint64, shape (n,).

    They are the 6 bytes behind the step; rows in which they are equal have one layout, nearly
    always.
    """
    at = STEP_AT + step_width if step_width else STEP_KEY_AT
    return _column(rows, at, "<u8") & np.uint64(0xFFFF_FFFF_FFFF)


def _covering(begin: int, end: int) -> list[tuple[int, np.uint64]]:
    """Words that cover the bytes from `begin` to before `end`: where, and what of them counts."""
    words = []
    for stop in range(end, begin, -_WORD):
        used = min(_WORD, stop - begin)
        mask = (1 << 64) - (1 << 8 * (_WORD - used))
        words.append((stop - _WORD, np.uint64(mask)))
    return words


def _column(rows: Rows, at: int, kind: str) -> NDArray[Any]:
    width = np.dtype(kind).itemsize
    return rows[:, at : at + width].view(kind)[:, 0]
