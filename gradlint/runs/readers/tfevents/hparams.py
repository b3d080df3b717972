"""The data of TensorBoard's hparams plugin -> hyper-parameters, as text.

HParamsPluginData        3 session_start_info (1 hparams: map of string to Value)
google.protobuf.Value    2 number, 3 string, 4 bool
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from gradlint.runs.readers.tfevents.wire import (
    BYTES,
    FIXED64,
    VARINT,
    WireError,
    fields,
    text,
    varint,
)


def hyperparameters(content: bytes) -> Iterator[tuple[str, str]]:
    """Names and settings; none of a message that is not understood from where it is not."""
    try:
        for key, at, end in fields(content, 0, len(content)):
            if key == 3 << 3 | BYTES:
                for inner, begin, stop in fields(content, at, end):
                    if inner == 1 << 3 | BYTES:
                        yield from _entry(content, begin, stop)
    except (WireError, IndexError, struct.error):
        return


def _entry(data: bytes, at: int, end: int) -> Iterator[tuple[str, str]]:
    name, setting = "", None
    for key, begin, stop in fields(data, at, end):
        if key == 1 << 3 | BYTES:
            name = text(data[begin:stop])
        elif key == 2 << 3 | BYTES:
            for inner, first, last in fields(data, begin, stop):
                setting = _setting(data, inner, first, last)
    if name and setting is not None:
        yield name, setting


def _setting(data: bytes, key: int, at: int, end: int) -> str | None:
    if key == 2 << 3 | FIXED64:
        number = struct.unpack_from("<d", data, at)[0]
        return str(int(number)) if number.is_integer() else str(number)
    if key == 3 << 3 | BYTES:
        return text(data[at:end])
    if key == 4 << 3 | VARINT:
        return str(bool(varint(data, at)[0]))
    return None
