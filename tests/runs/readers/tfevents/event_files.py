"""Writes event files: TFRecords, and the protobuf messages inside them, bit by bit."""

from __future__ import annotations

import struct

import google_crc32c

MASK = 0xA282EAD8


def masked_crc(data: bytes) -> int:
    crc = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + MASK) & 0xFFFF_FFFF


def record(payload: bytes) -> bytes:
    length = struct.pack("<Q", len(payload))
    return (
        length
        + struct.pack("<I", masked_crc(length))
        + payload
        + struct.pack("<I", masked_crc(payload))
    )


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    parts = bytearray()
    while number >= 0x80:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def number_field(field: int, number: int) -> bytes:
    return varint(field << 3) + varint(number)


def bytes_field(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def float_field(field: int, value: float) -> bytes:
    return varint(field << 3 | 5) + struct.pack("<f", value)


def double_field(field: int, value: float) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<d", value)


def shape(*dims: int) -> bytes:
    """A TensorShapeProto."""
    return b"".join(bytes_field(2, number_field(1, size)) for size in dims)


def tensor(dtype: int, *content: bytes, dims: tuple[int, ...] = ()) -> bytes:
    """A TensorProto; `content` are its value fields."""
    return number_field(1, dtype) + bytes_field(2, shape(*dims)) + b"".join(content)


def metadata(plugin: str, content: bytes = b"", data_class: int = 0) -> bytes:
    """A SummaryMetadata."""
    data = bytes_field(1, plugin.encode()) + (bytes_field(2, content) if content else b"")
    return bytes_field(1, data) + (number_field(4, data_class) if data_class else b"")


def simple(tag: str, value: float) -> bytes:
    """A Summary.Value as PyTorch writes it."""
    return bytes_field(1, tag.encode()) + float_field(2, value)


def tensor_value(tag: str, held: bytes, about: bytes = b"") -> bytes:
    """A Summary.Value as TensorFlow 2 and Keras write it; `about` is its metadata."""
    named = bytes_field(1, tag.encode()) + bytes_field(8, held)
    return named + (bytes_field(9, about) if about else b"")


def scalar(tag: str, value: float) -> bytes:
    """The scalar of TensorFlow 2: a float tensor with the plugin in its metadata."""
    held = tensor(1, bytes_field(4, struct.pack("<f", value)))
    return tensor_value(tag, held, metadata("scalars"))


def text_value(tag: str, words: str, about: bytes = b"") -> bytes:
    return tensor_value(tag, tensor(7, bytes_field(8, words.encode())), about or metadata("text"))


def event(step: int, *values: bytes, wall: float = 0.0) -> bytes:
    """A record with the event of a step; step 0 is left out, as protobuf does."""
    head = double_field(1, wall) + (number_field(2, step) if step else b"")
    return record(head + bytes_field(5, b"".join(bytes_field(1, value) for value in values)))


VERSION = record(double_field(1, 1.0) + bytes_field(3, b"brain.Event:2"))
"""The record that every event file begins with."""
