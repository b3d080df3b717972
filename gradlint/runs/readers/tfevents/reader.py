"""An event file in pieces of any size -> its run."""

from __future__ import annotations

import numpy as np

from gradlint.runs.readers.protocol import too_many_series
from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.readers.tfevents import checksum
from gradlint.runs.readers.tfevents.batch_decode import BatchDecoder, Stated
from gradlint.runs.readers.tfevents.damage import Damage
from gradlint.runs.readers.tfevents.events import decode
from gradlint.runs.readers.tfevents.framing import (
    MALFORMED,
    PAYLOAD_DAMAGED,
    Chain,
    Framing,
    Loss,
)
from gradlint.runs.readers.tfevents.points import PointReader
from gradlint.runs.readers.tfevents.record_walk import FRAME, HEADER, Positions, uint32_at
from gradlint.runs.readers.tfevents.series import Batch, Series
from gradlint.runs.readers.tfevents.wire import WireError
from gradlint.runs.run import Reading

_NONE = np.zeros(0, np.int64)


class TfeventsReader:
    """Reads one event file, every checksum verified and every value kept.

    `finish` may be called while the file is still being written: more may be fed afterwards, and
    the next `finish` gives all of it.
    """

    def __init__(self, path: str, name: str) -> None:
        self._path = path
        self._name = name
        self._framing = Framing()
        self._damage = Damage()
        self._points = PointReader()
        self._decoder = BatchDecoder(self._points)
        self._series = Series()
        self._events = 0

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        for chain in self._framing.feed(data):
            self._read(chain)

    def finish(self) -> Reading:
        """The run, of what was fed so far."""
        for chain in self._framing.drain():
            self._read(chain)
        self._collect_losses()
        problems = self._damage.problems(self._path, self._framing.tail())
        problems += self._points.unread.problems(self._path)
        if self._series.left_out:
            left_out = f"{self._series.left_out} points of the others were"
            problems.append(too_many_series(self._path, left_out))
        if not self._events:
            return Reading([], problems)
        builder = RunBuilder()
        for tag, (steps, values, walls) in self._series:
            builder.add(tag, steps, values, walls=walls)
        builder.metadata = dict(self._points.texts)
        return Reading([builder.build(self._name, self._path, "tfevents")], problems)

    def _collect_losses(self) -> None:
        for loss in self._framing.losses:
            self._damage.add(loss)
        self._framing.losses.clear()

    def _read(self, chain: Chain) -> None:
        """Read the records of a chain."""
        self._collect_losses()
        batch = self._series.batch()
        rest = self._decoder.read(chain, batch)
        rows = np.sort(np.concatenate(rest.rows)) if rest.rows else _NONE
        losses = rest.losses + self._one_by_one(chain, rows, rest.stated, batch)
        self._series.take(batch)
        self._events += len(chain.starts) - len(losses)
        for loss in sorted(losses, key=lambda loss: loss.offset):
            self._damage.add(loss)

    def _one_by_one(
        self, chain: Chain, rows: Positions, stated: Stated, batch: Batch
    ) -> list[Loss]:
        """Decode records each on its own: of any layout, at some microseconds each.

        What was `stated` by records that are not among them becomes known in its place.
        """
        waiting = sorted(stated, key=lambda item: item[0], reverse=True)
        losses: list[Loss] = []
        data, stored = chain.data, uint32_at(chain.data)
        starts, lengths = chain.starts[rows].tolist(), chain.lengths[rows].tolist()
        checksums = stored[chain.starts[rows] + chain.lengths[rows] + HEADER].tolist()
        for row, start, length, right in zip(
            rows.tolist(), starts, lengths, checksums, strict=True
        ):
            payload = bytes(data[start + HEADER : start + HEADER + length])
            if checksum.masked(payload) != right:
                losses.append(Loss(chain.base + start, length + FRAME, PAYLOAD_DAMAGED))
                continue
            try:
                event = decode(payload)
            except WireError:
                losses.append(Loss(chain.base + start, length + FRAME, MALFORMED))
                continue
            while waiting and waiting[-1][0] < row:
                self._points.remember(waiting.pop()[1])
            self._points.take(row, event, batch)
        for _, values in reversed(waiting):
            self._points.remember(values)
        return losses
