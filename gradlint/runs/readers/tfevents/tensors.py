"""`TensorProto` -> its only number, or its first text.

1 dtype, 2 tensor_shape (2 dim (1 size)), 4 tensor_content, and a list of values by type
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from gradlint.runs.readers.tfevents.wire import (
    BYTES,
    FIXED32,
    FIXED64,
    VARINT,
    fields,
    signed,
    varint,
)


class Tensor(NamedTuple):
    """What matters of a tensor that may be a scalar or a text.

    Attributes:
        rank: number of dimensions; a shape that is not stated has none.
        number: its only element; None if it has none or several, or is not numeric.
        at: where in the payload that number stands; -1 if it is not a plain float.
        width: the bytes that it takes there, 4 or 8.
        text: its first string; None if it has none.
    """

    rank: int
    number: float | None
    at: int
    width: int
    text: bytes | None


_BFLOAT16 = "bfloat16"
_FLOAT, _DOUBLE, _STRING = 1, 2, 7

_TYPES = {
    _FLOAT: (5, "<f"),
    _DOUBLE: (6, "<d"),
    3: (7, "<i"),  # int32
    4: (7, "<B"),  # uint8
    5: (7, "<h"),  # int16
    6: (7, "<b"),  # int8
    9: (10, "<q"),  # int64
    10: (11, "<?"),  # bool
    14: (13, _BFLOAT16),
    17: (7, "<H"),  # uint16
    19: (13, "<e"),  # half
    22: (16, "<I"),  # uint32
    23: (17, "<Q"),  # uint64
}
"""DataType -> the field that lists its values one by one, and their layout in tensor_content."""

_STRINGS = 8


def tensor(data: bytes, at: int, end: int) -> Tensor:
    """The tensor of a message; `WireError`, `IndexError` or `struct.error` if it is not one."""
    dtype, rank, size = 0, 0, 1
    content: tuple[int, int] | None = None
    strings: bytes | None = None
    lists: dict[int, tuple[int, int, int]] = {}
    several: set[int] = set()
    for key, begin, stop in fields(data, at, end):
        number = key >> 3
        if key == 1 << 3 | VARINT:
            dtype = varint(data, begin)[0]
        elif key == 2 << 3 | BYTES:
            rank, size = _shape(data, begin, stop)
        elif key == 4 << 3 | BYTES:
            content = (begin, stop)
        elif key == _STRINGS << 3 | BYTES:
            strings = data[begin:stop] if strings is None else strings
        elif number in lists:
            several.add(number)
        elif begin < stop:
            lists[number] = (key & 7, begin, stop)
    if dtype == _STRING:
        return Tensor(rank, None, -1, 0, strings)
    if dtype not in _TYPES or size != 1:
        return Tensor(rank, None, -1, 0, None)
    field, layout = _TYPES[dtype]
    if content is not None and content[0] < content[1]:
        begin, stop = content
        return _tensor(rank, dtype, _packed(data, layout, begin, stop), begin, stop)
    if field not in lists or field in several:
        return Tensor(rank, None, -1, 0, None)
    kind, begin, stop = lists[field]
    if dtype in (_FLOAT, _DOUBLE):
        plain = FIXED32 if dtype == _FLOAT else FIXED64
        value = _packed(data, layout, begin, stop) if kind in (plain, BYTES) else None
        return _tensor(rank, dtype, value, begin, stop)
    bits, ends = varint(data, begin)
    if kind not in (VARINT, BYTES) or ends != stop:
        return Tensor(rank, None, -1, 0, None)
    return Tensor(rank, _listed(bits, layout), -1, 0, None)


def _shape(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Number of dimensions, and of elements; more than one of both is all the same."""
    rank, size = 0, 1
    for key, begin, stop in fields(data, at, end):
        if key == 2 << 3 | BYTES:
            rank += 1
            length = 0
            for inner, first, _ in fields(data, begin, stop):
                if inner == 1 << 3 | VARINT:
                    length = varint(data, first)[0]
            size = min(2, size * length)
    return rank, size


def _tensor(rank: int, dtype: int, number: float | None, begin: int, stop: int) -> Tensor:
    plain = dtype in (_FLOAT, _DOUBLE) and number is not None
    return Tensor(rank, number, begin if plain else -1, stop - begin if plain else 0, None)


def _packed(data: bytes, layout: str, begin: int, stop: int) -> float | None:
    """The number in tensor_content, if it is only one."""
    width = 2 if layout == _BFLOAT16 else struct.calcsize(layout)
    if stop - begin != width:
        return None
    if layout == _BFLOAT16:
        return _bfloat16(int.from_bytes(data[begin:stop], "little"))
    return float(struct.unpack_from(layout, data, begin)[0])


def _listed(bits: int, layout: str) -> float:
    """The number of an integer in a list of values; floats of 16 bits are listed by their bits."""
    if layout == _BFLOAT16:
        return _bfloat16(bits & 0xFFFF)
    if layout == "<e":
        return float(struct.unpack("<e", (bits & 0xFFFF).to_bytes(2, "little"))[0])
    if layout == "<?":
        return float(bool(bits))
    return float(bits if layout == "<Q" else signed(bits))


def _bfloat16(bits: int) -> float:
    return float(struct.unpack("<f", (bits << 16).to_bytes(4, "little"))[0])
