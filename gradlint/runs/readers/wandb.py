"""The log of a local Weights & Biases run, `run-*.wandb` -> its reading.

The file is a LevelDB log after 7 bytes of its own: blocks of 32 KiB, in them records of 7 bytes
(CRC-32, length, kind) and data; a record that does not fit goes on in the next block. The records
are protobuf messages, of which the history, the configuration and the run's name are read.
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

import numpy as np

from gradlint.runs.readers.json.columns import add_rows, printable
from gradlint.runs.readers.json.table import LONGEST_TEXT, MOST_TEXTS, Table
from gradlint.runs.readers.protocol import too_many_series
from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.readers.tfevents.wire import WireError, fields, signed, text, varint
from gradlint.runs.run import Problem, Reading

MAGIC = b":W&B"
HEADER = 7
"""Bytes at the beginning of the file: the mark above, 0xBEE1, a version."""

BLOCK = 32_768
"""Bytes of a block, counted from the beginning of the file."""

LONGEST_RECORD = 1 << 24
"""Bytes of a record that is kept, 16 MiB; rows of metrics have some kB. Console output and tables
may be larger, and are not read."""

_ROWS = 2000
"""Rows that are added to the table at a time."""

_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_FRAME = struct.Struct("<IHB")

# Keys (8 x field number + wire type) of the messages that are read.
_HISTORY, _CONFIG, _RUN = 8 * 2 + 2, 8 * 5 + 2, 8 * 17 + 2
_ITEM, _STEP = 8 * 1 + 2, 8 * 2 + 2
_STEP_NUMBER = 8 * 1 + 0
_KEY, _NESTED_KEY, _JSON = 8 * 1 + 2, 8 * 2 + 2, 8 * 16 + 2
_INTEGER, _NUMBER, _TYPED_JSON = 8 * 5 + 0, 8 * 6 + 1, 8 * 8 + 2
_RUN_PROJECT, _RUN_CONFIG, _RUN_NAME = 8 * 3 + 2, 8 * 4 + 2, 8 * 8 + 2


def sniff(head: bytes, name: str = "") -> bool:
    """Whether a file that begins with `head` is such a log."""
    return head.startswith(MAGIC)


class WandbReader:
    """Reads one `.wandb` file."""

    def __init__(self, path: str, name: str) -> None:
        self._path = path
        self._name = name
        self._held = bytearray()
        self._offset = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._rows: list[dict[str, Any]] = []
        self._table = Table()
        self._builder = RunBuilder()
        self._lost = 0
        self._lost_at = 0
        self._partial: Problem | None = None

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        self._held += data
        whole = len(self._held) // BLOCK * BLOCK
        for at in range(0, whole, BLOCK):
            self._block(bytes(self._held[at : at + BLOCK]), False)
        del self._held[:whole]

    def finish(self) -> Reading:
        """The end of the input: what was read."""
        self._block(bytes(self._held), True)
        self._held.clear()
        if self._parts and self._partial is None:
            self._partial = self._cut_off(self._offset)
        self._flush()
        add_rows(self._builder, self._table)
        problems = []
        if self._lost:
            message = "is damaged: the records around the damage were left out"
            problems.append(Problem(self._path, message, None, self._lost_at, self._lost))
        if self._table.left_out:
            problems.append(too_many_series(self._path, f"{len(self._table.left_out)} were"))
        if self._partial is not None:
            problems.append(self._partial)
        if self._builder.empty:
            return Reading([], problems)
        return Reading([self._builder.build(self._name, self._path, "wandb")], problems)

    def _block(self, block: bytes, final: bool) -> None:
        """The records, and parts of records, of one block."""
        at = 0
        if not self._offset:
            at = HEADER
        while len(block) - at >= _FRAME.size:
            checksum, length, kind = _FRAME.unpack_from(block, at)
            start = at + _FRAME.size
            if not length and not kind:
                # Zeros: room that was reserved and never written.
                break
            if start + length > len(block):
                if final:
                    self._partial = self._cut_off(self._offset + at)
                else:
                    self._lose(at, len(block) - at)
                break
            data = block[start : start + length]
            if zlib.crc32(data, zlib.crc32(bytes([kind]))) != checksum:
                # The length may be wrong, too, so that only the next block is sure to begin anew.
                self._lose(at, len(block) - at)
                break
            self._part(kind, data, at)
            at = start + length
        else:
            if final and at < len(block) and any(block[at:]):
                self._partial = self._cut_off(self._offset + at)
        self._offset += len(block)

    def _cut_off(self, offset: int) -> Problem:
        return Problem(self._path, "the last record is not complete", offset=offset, partial=True)

    def _lose(self, at: int, size: int) -> None:
        if not self._lost:
            self._lost_at = self._offset + at
        self._lost += size + self._size
        self._parts.clear()
        self._size = 0

    def _part(self, kind: int, data: bytes, at: int) -> None:
        if kind in (_FULL, _FIRST):
            if self._parts:
                self._lose(at, 0)
            if kind == _FULL:
                self._record(data)
                return
        elif kind not in (_MIDDLE, _LAST) or not self._parts:
            self._lose(at, len(data))
            return
        self._size += len(data)
        # Of a record that is too long the first part stays, so that its end is known.
        if self._size <= LONGEST_RECORD or not self._parts:
            self._parts.append(data)
        if kind == _LAST:
            if self._size <= LONGEST_RECORD:
                self._record(b"".join(self._parts))
            self._parts.clear()
            self._size = 0

    def _record(self, data: bytes) -> None:
        try:
            for key, start, end in fields(data, 0, len(data)):
                if key == _HISTORY:
                    self._history(data, start, end)
                elif key == _CONFIG:
                    self._config(data, start, end)
                elif key == _RUN:
                    self._run(data, start, end)
        except (IndexError, WireError):
            self._lose(0, len(data))

    def _history(self, data: bytes, at: int, end: int) -> None:
        row: dict[str, Any] = {}
        step: int | None = None
        for key, start, stop in fields(data, at, end):
            if key == _ITEM:
                name, value = _item(data, start, stop)
                row[name] = value
            elif key == _STEP:
                for inner, first, _ in fields(data, start, stop):
                    if inner == _STEP_NUMBER:
                        step = signed(varint(data, first)[0])
        if step is not None:
            row.setdefault("_step", step)
        self._rows.append(row)
        if len(self._rows) >= _ROWS:
            self._flush()

    def _flush(self) -> None:
        self._table.add(self._rows, np.zeros(len(self._rows), np.int64))
        self._rows = []

    def _config(self, data: bytes, at: int, end: int) -> None:
        metadata = self._builder.metadata
        for key, start, stop in fields(data, at, end):
            if key == _ITEM and len(metadata) < MOST_TEXTS:
                name, value = _item(data, start, stop)
                if not name.startswith("_") and value is not None:
                    shown = value if type(value) is str else json.dumps(value).removesuffix(".0")
                    metadata[printable(name)] = printable(shown)[:LONGEST_TEXT]

    def _run(self, data: bytes, at: int, end: int) -> None:
        for key, start, stop in fields(data, at, end):
            if key == _RUN_CONFIG:
                self._config(data, start, stop)
            elif key == _RUN_NAME:
                self._builder.metadata["wandb.name"] = text(data[start:stop])
            elif key == _RUN_PROJECT:
                self._builder.metadata["wandb.project"] = text(data[start:stop])


def _item(data: bytes, at: int, end: int) -> tuple[str, Any]:
    """The name and the value of one item; None for what JSON cannot read."""
    name = ""
    nested: list[str] = []
    value: Any = None
    for key, start, stop in fields(data, at, end):
        if key in (_JSON, _TYPED_JSON):
            value = _parsed(data[start:stop])
        elif key == _NESTED_KEY:
            nested.append(text(data[start:stop]))
        elif key == _KEY:
            name = text(data[start:stop])
        elif key == _NUMBER:
            value = struct.unpack_from("<d", data, start)[0]
        elif key == _INTEGER:
            coded = varint(data, start)[0]
            value = (coded >> 1) ^ -(coded & 1)
    return name or "/".join(nested), value


def _parsed(data: bytes) -> Any:
    if data[:1] not in (b"{", b"[", b'"'):
        try:
            return float(data)
        except ValueError:
            return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
