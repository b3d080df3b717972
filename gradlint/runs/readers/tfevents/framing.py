"""Bytes in pieces -> whole TFRecords whose headers are verified, and the places of damage.

A record is its length (uint64, little-endian), the masked CRC32C of these 8 bytes, the payload, and
the masked CRC32C of the payload.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import google_crc32c
import numpy as np

from gradlint.runs.readers.tfevents import checksum
from gradlint.runs.readers.tfevents.record_walk import (
    FOOTER,
    FRAME,
    HEADER,
    Positions,
    uint32_at,
    unbroken,
    walk,
)

LARGEST = 2**31 - 1
"""Bytes of the longest payload believed: protobuf serialises no message of 2 GiB."""

LONGEST_KEPT = 32 << 20
"""Bytes of the longest payload held in memory. Scalars may stand beside images in one event, which
take megabytes; what is longer goes by with its checksum computed, but is not decoded."""

BATCH = 1 << 20
"""Bytes worked on at a time: the rows of a batch stay in cache, and its fixed costs are spread."""

_UNLIMITED = 1 << 62
_FIRST_STRIDE = 64
"""Records followed before their headers are verified, after damage; four times as many each time it
goes well, so that a file damaged everywhere is not walked again and again."""

_NEAR = 160
"""Bytes behind a damaged place that are searched without numpy: two or three records of scalars."""

_FIRST_WINDOW = 4096
"""Bytes searched at a time behind those, eight times as many each time."""

_HEAD = 32
"""Bytes of a long payload that tell what it holds: time and step take up to 20."""

_uint64 = struct.Struct("<Q").unpack_from
_uint32 = struct.Struct("<I").unpack_from


@dataclass(frozen=True, slots=True)
class Chain:
    """Whole records that follow each other in `data`, their headers verified, payloads not.

    Attributes:
        data: the bytes.
        base: offset in the file of the first of them.
        starts: int64, shape (n,): where in `data` the records begin.
        lengths: int64, shape (n,): bytes of their payloads.
    """

    data: bytearray
    base: int
    starts: Positions
    lengths: Positions


@dataclass(frozen=True, slots=True)
class Loss:
    """Bytes of the file that were not read: where, how many, and why (a constant below)."""

    offset: int
    lost: int
    kind: str


HEADER_DAMAGED = "no record header where one should be"
PAYLOAD_DAMAGED = "a record whose checksum is wrong"
MALFORMED = "a record that is not an event"
TOO_LONG = "an event too long to be held in memory"
TRUNCATED = "the last record is incomplete"
NOTHING = "no record of an event file was found"


class _Passing:
    """A payload too long to hold: its checksum is computed as it goes by."""

    def __init__(self, offset: int, length: int) -> None:
        self.offset = offset
        self.length = length
        self.missing = length
        self.crc = 0
        self.head = b""

    def take(self, data: bytearray, at: int) -> int:
        """Where in `data` the payload ends, or `data` does."""
        piece = bytes(data[at : at + self.missing])
        self.head = (self.head + piece[:_HEAD])[:_HEAD]
        self.crc = google_crc32c.extend(self.crc, piece)
        self.missing -= len(piece)
        return at + len(piece)

    @property
    def summary(self) -> bool:
        """Whether it holds values; graphs, the usual reason for such a length, do not."""
        rest = self.head[9 if self.head[:1] == b"\x09" else 0 :]
        if rest[:1] == b"\x10":
            rest = rest[1:].lstrip(bytes(range(0x80, 0x100)))[1:]
        return rest[:1] == b"\x2a"


class Framing:
    """Cuts a file that arrives in pieces into chains of records.

    `losses` are the damaged places that are over, for the caller to take away.
    """

    def __init__(self) -> None:
        self.losses: list[Loss] = []
        self._pending = bytearray()
        self._base = 0
        self._at = 0
        self._needed = 0
        self._stride = _UNLIMITED
        self._lost_since: int | None = None
        self._passing: _Passing | None = None

    def feed(self, data: bytes) -> Iterator[Chain]:
        """The chains that these bytes complete; it has to be iterated over to its end."""
        for start in range(0, len(data), BATCH):
            self._pending += data[start : start + BATCH] if len(data) > BATCH else data
            if len(self._pending) >= max(self._needed, BATCH):
                yield from self.drain()

    def drain(self) -> Iterator[Chain]:
        """All chains that are complete by now; more may be fed afterwards."""
        going = True
        while going:
            if self._passing is not None:
                going = self._pass(self._passing)
            elif self._lost_since is not None:
                going = self._find(self._lost_since)
            else:
                starts, lengths, going = self._follow()
                if len(starts):
                    yield Chain(self._pending, self._base, starts, lengths)
        # A new object, since a chain may still hold the old one.
        self._needed -= self._at
        self._pending = self._pending[self._at :]
        self._base += self._at
        self._at = 0

    def tail(self) -> Loss | None:
        """What is left over if the file ends here, after `drain`."""
        size = len(self._pending)
        if self._passing is not None:
            begin = self._passing.offset
            return Loss(begin, self._base + size - begin, TRUNCATED)
        if self._lost_since is not None:
            kind = HEADER_DAMAGED if self._lost_since else NOTHING
            return Loss(self._lost_since, self._base + size - self._lost_since, kind)
        if not size:
            return None
        whole = size >= HEADER and size >= _uint64(self._pending, 0)[0] + FRAME
        return Loss(self._base, size, PAYLOAD_DAMAGED if whole else TRUNCATED)

    def _follow(self) -> tuple[Positions, Positions, bool]:
        """Starts and lengths of the next whole records, and whether there may be more."""
        data = self._pending
        bounds = walk(data, self._at, self._stride)
        starts, lengths = bounds[:-1], bounds[1:] - bounds[:-1] - FRAME
        whole = unbroken(data, starts, lengths, LONGEST_KEPT)
        if whole == len(starts):
            self._stride = min(4 * self._stride, _UNLIMITED)
        starts, lengths, end = starts[:whole], lengths[:whole], int(bounds[whole])
        # If no header follows, it may be the last length that is wrong, not the next one: only a
        # payload whose checksum is right shows that the record ends where it says.
        follows = _header(data, end)
        if follows is not True and len(starts) and not _intact(data, int(starts[-1])):
            end = int(starts[-1])
            starts, lengths = starts[:-1], lengths[:-1]
            self._needed = int(bounds[whole]) + HEADER
        elif follows is None:
            self._needed = end + HEADER
        self._at = end
        if follows is False:
            self._lose(end)
            return starts, lengths, True
        if not follows:
            return starts, lengths, False
        length = _uint64(data, end)[0]
        if length > LONGEST_KEPT:
            self._passing = _Passing(self._base + end, length)
            self._at += HEADER
            return starts, lengths, True
        self._needed = end + length + FRAME
        return starts, lengths, self._needed <= len(data)

    def _lose(self, at: int) -> None:
        """Begin to look for a header behind the one at `at`, which is wrong."""
        self._lost_since = self._base + at
        self._at = at + 1
        self._stride = _FIRST_STRIDE

    def _find(self, since: int) -> bool:
        """Look for the next header behind a damaged place; whether there is one."""
        found = _next_header(self._pending, self._at)
        if found < 0:
            self._at = max(self._at, len(self._pending) - (HEADER - 1))
            self._needed = 0
            return False
        self.losses.append(Loss(since, self._base + found - since, HEADER_DAMAGED))
        self._at = found
        self._lost_since = None
        return True

    def _pass(self, passing: _Passing) -> bool:
        """Let a long payload go by; whether it is over."""
        self._at = passing.take(self._pending, self._at)
        self._needed = self._at + FOOTER
        if passing.missing or len(self._pending) < self._needed:
            return False
        right = _uint32(self._pending, self._at)[0] == checksum.mask(passing.crc)
        if passing.summary or not right:
            kind = TOO_LONG if right else PAYLOAD_DAMAGED
            self.losses.append(Loss(passing.offset, passing.length + FRAME, kind))
        self._at = self._needed
        self._passing = None
        return True


def valid_header(data: bytes | bytearray, at: int) -> bool:
    """Whether the 12 bytes at `at` are the header of a record of possible length."""
    length = bytes(data[at : at + 8])
    return (
        _uint32(data, at + 8)[0] == checksum.masked(length)
        and int.from_bytes(length, "little") <= LARGEST
    )


def _header(data: bytearray, at: int) -> bool | None:
    """Whether a header stands at `at`; None if there are too few bytes to say."""
    return None if len(data) - at < HEADER else valid_header(data, at)


def _intact(data: bytearray, start: int) -> bool:
    """Whether the checksum of the payload of a record is right."""
    end = start + HEADER + _uint64(data, start)[0]
    stored = _uint32(data, end)[0]
    return bool(stored == checksum.masked(bytes(data[start + HEADER : end])))


def _next_header(data: bytearray, at: int) -> int:
    """Where the next valid header begins, from `at` on; -1 if there is none."""
    last = len(data) - HEADER
    near = min(at + _NEAR, last + 1)
    while at < near:
        # The upper half of a length is zero.
        zeros = data.find(b"\0\0\0\0", at + 4, near + 7)
        if zeros < 0:
            at = near
            break
        at = zeros - 4
        if valid_header(data, at):
            return at
        at += 1
    size = _FIRST_WINDOW
    while at <= last:
        found = _search(data, at, min(at + size, last + 1))
        if found >= 0:
            return found
        at += size
        size = min(8 * size, BATCH)
    return -1


def _search(data: bytearray, begin: int, end: int) -> int:
    """Where the first valid header of those that begin from `begin` to before `end` does."""
    words = uint32_at(data)
    # A length has no upper half; and zeros, of which there may be millions, are not a header.
    likely = (words[begin + 4 : end + 4] == 0) & (words[begin + 8 : end + 8] != 0)
    places = np.flatnonzero(likely) + begin
    lengths = words[places].astype(np.int64)
    right = (words[places + 8] == checksum.of_lengths(lengths)) & (lengths <= LARGEST)
    return int(places[right.argmax()]) if right.any() else -1
