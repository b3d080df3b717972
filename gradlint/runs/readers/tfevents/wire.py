"""Protobuf's wire format: a message -> its fields, none of them interpreted."""

from __future__ import annotations

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types. Groups (3 and 4) are written by nothing that writes events."""

LONGEST_VARINT = 10
"""Bytes of a number of 64 bits, such as a negative one."""


class WireError(ValueError):
    """The bytes are not what protobuf writes."""


def fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The fields of a message: key (8 x number + wire type), and where their content stands.

    `IndexError` or `WireError` if it is not a message.
    """
    while at < end:
        key = data[at]
        at += 1
        if key >= 0x80:
            key, at = varint(data, at - 1)
        kind = key & 7
        if kind == BYTES:
            size = data[at]
            at += 1
            if size >= 0x80:
                size, at = varint(data, at - 1)
            stop = at + size
        elif kind == FIXED32:
            stop = at + 4
        elif kind == FIXED64:
            stop = at + 8
        elif kind == VARINT:
            stop = at + 1 if data[at] < 0x80 else varint(data, at)[1]
        else:
            raise WireError(f"wire type {kind}")
        if stop > end:
            raise WireError("a field ends behind its message")
        yield key, at, stop
        at = stop


def varint(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned number of 64 bits, and where it ends."""
    number = 0
    for place in range(LONGEST_VARINT):
        byte = data[at + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number & 0xFFFF_FFFF_FFFF_FFFF, at + place + 1
    raise WireError("a number of more than 64 bits")


def signed(number: int) -> int:
    """The 64 bits of an unsigned number, taken for two's complement."""
    return number - (1 << 64) if number >= 1 << 63 else number


def text(data: bytes) -> str:
    """A string field; what is not UTF-8 is replaced."""
    return data.decode("utf-8", "replace")
