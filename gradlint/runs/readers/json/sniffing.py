"""The beginning of a file -> whether it is JSON or has JSON objects on its lines."""

from __future__ import annotations

import codecs
import re

from gradlint.runs.readers.json.lines import objects_in
from gradlint.runs.readers.json.naming import named_as_other

_LEAST_OBJECTS = 0.5
"""Share of lines that are objects, above which the other lines are the disturbance; a program's
output with some JSON in it is read as text."""

_BEGINS = re.compile(
    rb"\s*(?:"
    rb'\{\s*(?:"|\}|$)'
    rb'|\[\s*(?:[\[{"\]]|$|(?:-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|NaN|null)\s*(?:,|\]\s*$))'
    rb")"
)
"""An object with a key, or a list of objects or numbers; `[2024-01-01 10:00:00]` and `{'loss': 1}`
are lines of text."""


def sniff(head: bytes, name: str = "") -> bool:
    """Whether a file that begins with `head` (up to 64 KiB) is for the reader of JSON.

    `name` is the file's, if it is known: what is named as something else is refused.
    """
    if named_as_other(name):
        return False
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        head = head[2:].decode(encoding, "replace").encode("utf-8", "replace")
    head = head.removeprefix(codecs.BOM_UTF8)
    if _BEGINS.match(head):
        return True
    return _mostly_objects(head)


def _mostly_objects(head: bytes) -> bool:
    """Whether most whole lines are objects, though the first one is none."""
    if head.count(b"\n{") == 0:
        return False
    lines = [line for line in head.split(b"\n")[:-1] if line.strip()]
    objects = sum(line.startswith(b'{"') and _is_object(line) for line in lines)
    return objects > _LEAST_OBJECTS * len(lines)


def _is_object(line: bytes) -> bool:
    return objects_in(line.decode("utf-8", "replace"))[1]
