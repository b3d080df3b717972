"""The first lines of a JSON file -> whether it has an object a line or is one document."""

from __future__ import annotations

import enum

from gradlint.runs.readers.json.lines import objects_in
from gradlint.runs.readers.protocol import HEAD, LONGEST_LINE


class Form(enum.Enum):
    """How the objects of a file follow each other."""

    LINES = enum.auto()
    """One object a line."""
    DOCUMENT = enum.auto()
    """One JSON value over many lines, or several with nothing between them."""


def form_of(data: bytes | bytearray, final: bool) -> Form | None:
    """The form of a file that begins with `data`; None if more of it must be seen first.

    `final` says that nothing more comes.
    """
    start = len(data) - len(data.lstrip())
    if start > HEAD:
        return Form.LINES
    if start == len(data):
        return Form.LINES if final else None
    if data[start : start + 1] == b"[":
        return Form.DOCUMENT
    if data[start : start + 1] != b"{":
        return Form.LINES
    end = data.find(b"\n", start, start + LONGEST_LINE + 1)
    if end < 0:
        return Form.DOCUMENT if final or len(data) - start > LONGEST_LINE else None
    first = bytes(data[start:end])
    if _is_objects(first):
        # A document may stand on one line, too.
        rest = bytes(data[end : end + HEAD])
        if rest.strip():
            return Form.LINES
        return Form.DOCUMENT if final or len(rest) == HEAD else None
    return _by_second(first, data, end + 1, final)


def _by_second(first: bytes, data: bytes | bytearray, start: int, final: bool) -> Form | None:
    """The form of a file whose first line is no whole object."""
    if first.rstrip().endswith((b"{", b"[", b",", b":")):
        return Form.DOCUMENT
    end = data.find(b"\n", start, start + LONGEST_LINE + 1)
    if end < 0 and len(data) - start > LONGEST_LINE:
        return Form.DOCUMENT
    if end < 0 and not final:
        return None
    second = bytes(data[start : end if end >= 0 else len(data)])
    return Form.LINES if second.startswith(b"{") and _is_objects(second) else Form.DOCUMENT


def _is_objects(line: bytes) -> bool:
    objects, whole = objects_in(line.decode("utf-8", "replace"))
    return whole and bool(objects)
