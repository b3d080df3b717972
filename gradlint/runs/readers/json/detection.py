"""The beginning of a file -> whether it is JSON, and has an object a line or is one document."""

from __future__ import annotations

import codecs
import enum
import re

from gradlint.runs.readers.json.lines import objects_in
from gradlint.runs.readers.json.naming import named_as_lines, named_as_other
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
    """The form of a file whose first line is not a whole object."""
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


_LEAST_OBJECTS = 0.5
"""Share of lines that are objects, above which the other lines are the disturbance; a program's
output with some JSON in it is read as text."""

_FEWEST_PRINTED = 2
"""Objects, and lines of prose, that a program's output has at least: one line may be a header."""

_ALMOST_ALL = 0.8
"""Share of the lines that are one or the other; the rest may be damaged or part of a table."""

_PROSE = re.compile(rb"[^\s{}\[\]\"',]*[A-Za-z]")
"""The beginning of a line that is no part of an object."""

_BEGINS = re.compile(
    rb"\s*(?:"
    rb'\{\s*(?:"|\}|$)'
    rb"|\{'[^'\n]{1,100}': ?(?:\{'[^'\n]{1,100}': ?)?\[[^][{}',\n]{1,60},"
    rb"|\{'[^'\n]{1,100}': ?(?:\{'[^'\n]{1,100}': ?)?\[[^][{}',\n]{1,60},"
    rb"|(?!\[[ \d,.]{1,100}\] *[A-Za-z])"
    rb'\[\s*(?:[\[{"\]]|$|(?:-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|NaN|null)\s*(?:,|\]\s*$))'
    rb")"
)
"""An object with a key, or a list of objects or numbers, or a history as Python prints it, of lists
of numbers; `[2024-01-01 10:00:00]`, `[1, 200] loss` and `{'loss': 1}` are lines of text."""


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
    if not named_as_lines(name) and _is_printed(head):
        return False
    if _BEGINS.match(head):
        return True
    return _mostly_objects(head)


def _is_printed(head: bytes) -> bool:
    """Whether objects, one a line, stand among lines of prose: a program's output."""
    if head.count(b"}\n") < _FEWEST_PRINTED:
        return False
    lines = [line for line in head.split(b"\n")[:-1] if line.strip()]
    objects = sum(line.startswith(b'{"') and line.rstrip().endswith(b"}") for line in lines)
    prose = sum(_PROSE.match(line) is not None for line in lines)
    return min(objects, prose) >= _FEWEST_PRINTED and objects + prose > _ALMOST_ALL * len(lines)


def _mostly_objects(head: bytes) -> bool:
    """Whether most whole lines are objects, though the first one is not."""
    if head.count(b"\n{") == 0:
        return False
    lines = [line for line in head.split(b"\n")[:-1] if line.strip()]
    objects = sum(line.startswith(b'{"') and _is_object(line) for line in lines)
    return objects > _LEAST_OBJECTS * len(lines)


def _is_object(line: bytes) -> bool:
    return objects_in(line.decode("utf-8", "replace"))[1]
