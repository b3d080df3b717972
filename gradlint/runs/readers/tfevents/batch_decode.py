"""The records of a chain -> their points, many at a time where records are alike.

A log of scalars writes the same few records over and over. Those of equal length form a matrix of
bytes; those whose other bytes are equal too are decoded once, and of the rest only the columns that
vary are looked at: for the values, and for their part of the checksum. Whatever is not quite like
that is left to be decoded one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.tfevents.byte_layouts import (
    IRREGULAR,
    SHORTEST,
    Layout,
    Rows,
    shapes,
    step_widths,
)
from gradlint.runs.readers.tfevents.byte_templates import Template, Templates, places, regular
from gradlint.runs.readers.tfevents.events import Value
from gradlint.runs.readers.tfevents.framing import PAYLOAD_DAMAGED, Chain, Loss
from gradlint.runs.readers.tfevents.points import PointReader
from gradlint.runs.readers.tfevents.record_walk import FOOTER, FRAME, HEADER, Positions
from gradlint.runs.readers.tfevents.series import Batch

FEWEST = 16
"""Rows that pay for the fixed costs of a group, which are those of decoding about as many."""

_LONGEST = 1024
"""Bytes of the longest payload that is grouped: an event of some twenty scalars."""

_MOST_LAYOUTS = 10_000
"""Layouts kept, each of them of one length of record."""

_MOST_TEMPLATES = 50_000
"""Templates kept, some hundred bytes each: all series that are read, with steps of five lengths."""

_Key = tuple[int, int, int]

Stated = list[tuple[int, tuple[Value, ...]]]


@dataclass
class Rest:
    """What a chain holds beside the points that were read.

    Attributes:
        rows: ordinals of the records to be decoded one by one.
        stated: ordinals of records that were decoded to know others by, with their values.
        losses: records whose checksum is wrong.
    """

    rows: list[Positions] = field(default_factory=list)
    stated: Stated = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)


class BatchDecoder:
    """Reads chains, and remembers the layouts that it has met."""

    def __init__(self, points: PointReader) -> None:
        self._points = points
        self._templates: dict[_Key, Templates] = {}
        self._made = 0

    def read(self, chain: Chain, batch: Batch) -> Rest:
        """Add the points of records that are alike to `batch`."""
        rest = Rest()
        lengths = np.minimum(chain.lengths, _LONGEST + 1).astype(np.uint16)
        for length, records in _parts(lengths):
            if len(records) < FEWEST or not SHORTEST <= length <= _LONGEST:
                rest.rows.append(records)
                continue
            rows = _matrix(chain.data, chain.starts[records] + HEADER, length + FOOTER)
            for key, some in _kinds(rows, length):
                # All rows are of one kind nearly always, and need not be copied.
                whole = len(some) == len(records)
                kind = (records, rows) if whole else (records[some], rows[some])
                if key is None or len(some) < FEWEST:
                    rest.rows.append(kind[0])
                else:
                    self._read(chain, key, *kind, batch, rest)
        return rest

    def _read(
        self, chain: Chain, key: _Key, records: Positions, rows: Rows, batch: Batch, rest: Rest
    ) -> None:
        """Read records of one kind."""
        templates = self._templates_of(key, rows)
        if templates is None:
            rest.rows.append(records)
            return
        room = _MOST_TEMPLATES - self._made
        at, matched, found = templates.match(rows, self._points.accepts, room)
        self._made += len(found)
        rest.stated += [(int(records[row]), template.values) for row, template in found]
        if not matched.all():
            rest.rows.append(records[~matched])
            at, records, rows = at[matched], records[matched], rows[matched]
        if not len(rows):
            return
        layout = templates.layout
        intact = layout.checksums(rows, templates.checksums[at]) == layout.stored(rows)
        if not intact.all():
            rest.losses += [
                Loss(chain.base + start, key[0] + FRAME, PAYLOAD_DAMAGED)
                for start in chain.starts[records[~intact]].tolist()
            ]
            at, records, rows = at[intact], records[intact], rows[intact]
        _extend(batch, templates, at, records, rows)

    def _templates_of(self, key: _Key, rows: Rows) -> Templates | None:
        templates = self._templates.get(key)
        if templates is None and len(self._templates) < _MOST_LAYOUTS:
            event = regular(rows[0], self._points.accepts)
            if event is not None:
                length, step_width, _ = key
                layout = Layout(length, step_width, places(event))
                templates = self._templates[key] = Templates(layout)
        return templates


def _extend(
    batch: Batch, templates: Templates, at: NDArray[np.intp], records: Positions, rows: Rows
) -> None:
    """Add the points of rows, each of the template `at`."""
    layout = templates.layout
    steps, walls, values = layout.steps(rows), layout.walls(rows), layout.values(rows)
    for index, some in _parts(at.astype(np.uint16)):
        template: Template = templates.templates[index]
        for place, value in enumerate(template.values):
            columns = (steps[some], values[place][some], walls[some])
            batch.extend(records[some], value.tag, columns, place)


def _kinds(rows: Rows, length: int) -> Iterator[tuple[_Key | None, Positions]]:
    """Rows whose step is of one length and whose summary begins alike; None if irregular."""
    for width, some in _parts(step_widths(rows)):
        if width == IRREGULAR:
            yield None, some
            continue
        by_shape = shapes(rows, width)[some]
        for shape, same in _parts(by_shape):
            yield (length, width, shape), some[same]


def _parts(keys: NDArray[np.unsignedinteger]) -> Iterator[tuple[int, Positions]]:
    """Each key with the places where it stands, in their order; int64."""
    if not len(keys):
        return
    if (keys == keys[0]).all():
        yield int(keys[0]), np.arange(len(keys))
        return
    order = keys.argsort(kind="stable")
    ordered = keys[order]
    cuts = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    for same in np.split(order, cuts):
        yield int(keys[same[0]]), same


def _matrix(data: bytearray, starts: Positions, width: int) -> Rows:
    """`width` bytes from each of `starts`; uint8, shape (n, width)."""
    # Copying items of one type is quicker than copying rows of bytes.
    items = np.ndarray((len(data) - width + 1,), f"V{width}", data, strides=(1,))
    return items[starts].view(np.uint8).reshape(-1, width)
