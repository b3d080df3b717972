"""The payload of a record -> an `Event`: of protobuf's fields those that scalars and texts need.

Event            1 wall_time, 2 step, 5 summary
Summary          1 value
Summary.Value    1 tag, 2 simple_value, 8 tensor, 9 metadata
SummaryMetadata  1 plugin_data (1 plugin_name, 2 content), 4 data_class
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from gradlint.runs.readers.tfevents.tensors import Tensor, tensor
from gradlint.runs.readers.tfevents.wire import (
    BYTES,
    FIXED32,
    FIXED64,
    VARINT,
    WireError,
    fields,
    signed,
    text,
    varint,
)

_float32 = struct.Struct("<f").unpack_from
_float64 = struct.Struct("<d").unpack_from

_SCALAR_CLASS = 1

_LONGEST_TAG = 4096
"""Bytes kept of a tag; they are paths of modules, or sentences at the most."""


class Metadata(NamedTuple):
    """What a value says about its tag: plugin, whether it declares a scalar, the plugin's data."""

    plugin: str = ""
    scalar: bool = False
    content: bytes = b""


class Value(NamedTuple):
    """One value of a summary; images, histograms and sounds have neither number nor tensor.

    Attributes:
        tag: its name.
        metadata: None if it has none of its own.
        number: of a simple value; None if it is not one.
        at: where in the payload these 4 bytes stand.
        tensor: None if it has none.
    """

    tag: str
    metadata: Metadata | None
    number: float | None
    at: int
    tensor: Tensor | None


class Event(NamedTuple):
    """What one record says.

    `wall_at` and `step_at` are where in the payload they stand, the step in `step_width` bytes; -1
    if they are left out, which means 0.
    """

    wall: float
    wall_at: int
    step: int
    step_at: int
    step_width: int
    values: list[Value]


def decode(payload: bytes) -> Event:
    """The event of a payload; `WireError` if it is not one."""
    try:
        return _event(payload)
    except (IndexError, struct.error) as error:
        raise WireError("ends within a field") from error


def _event(data: bytes) -> Event:
    wall, wall_at, step, step_at, step_width = 0.0, -1, 0, -1, 0
    values: list[Value] = []
    for key, at, end in fields(data, 0, len(data)):
        if key == 1 << 3 | FIXED64:
            wall, wall_at = _float64(data, at)[0], at
        elif key == 2 << 3 | VARINT:
            step, step_at, step_width = signed(varint(data, at)[0]), at, end - at
        elif key == 5 << 3 | BYTES:
            values += [
                _value(data, begin, stop)
                for inner, begin, stop in fields(data, at, end)
                if inner == 1 << 3 | BYTES
            ]
    return Event(wall, wall_at, step, step_at, step_width, values)


def _value(data: bytes, at: int, end: int) -> Value:
    tag = ""
    metadata: Metadata | None = None
    number: float | None = None
    number_at = -1
    held: Tensor | None = None
    for key, begin, stop in fields(data, at, end):
        if key == 1 << 3 | BYTES:
            tag = text(data[begin : min(stop, begin + _LONGEST_TAG)])
        elif key == 2 << 3 | FIXED32:
            number, number_at, held = _float32(data, begin)[0], begin, None
        elif key == 8 << 3 | BYTES:
            held, number = tensor(data, begin, stop), None
        elif key == 9 << 3 | BYTES:
            metadata = _metadata(data, begin, stop)
    return Value(tag, metadata, number, number_at, held)


def _metadata(data: bytes, at: int, end: int) -> Metadata:
    plugin, scalar, content = "", False, b""
    for key, begin, stop in fields(data, at, end):
        if key == 1 << 3 | BYTES:
            for inner, first, last in fields(data, begin, stop):
                if inner == 1 << 3 | BYTES:
                    plugin = text(data[first:last])
                elif inner == 2 << 3 | BYTES:
                    content = data[first:last]
        elif key == 4 << 3 | VARINT:
            scalar = varint(data, begin)[0] == _SCALAR_CLASS
    return Metadata(plugin, scalar, content)
