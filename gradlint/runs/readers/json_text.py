"""Printed lines, each wrapped into a JSON object -> the reader of text.

Docker keeps `{"log": "loss 0.5\\n", "stream": "stdout", "time": ...}`, loggers that write JSON
`{"message": "loss 0.5", "level": "INFO", ...}`.
"""

from __future__ import annotations

from typing import Any

from gradlint.runs.readers.json.naming import is_log, plain
from gradlint.runs.readers.json.values import number, whole_object
from gradlint.runs.readers.protocol import LONGEST_LINE
from gradlint.runs.readers.text import TextReader
from gradlint.runs.run import Reading

_TEXTS = ("log", "message", "msg", "@message")
"""Keys of the printed line, the likeliest first."""

_BESIDE = frozenset(
    "stream time timestamp asctime ts @timestamp level levelname severity levelno".split()
)
"""Keys of which one stands beside it; the texts of a data set have none."""

_JUDGED = 50
"""Lines that must all be wrapped: the first of the file."""


def sniff(head: bytes, name: str) -> bool:
    """Whether each of the first lines of `head` is an object that holds a printed line.

    Where numbers stand in keys of their own, the objects themselves are the log.
    """
    del name
    lines = [line for line in head.split(b"\n")[:-1] if line.strip()][:_JUDGED]
    if not lines:
        return False
    for line in lines:
        row = whole_object(line)
        if row is None or _text(row) is None or _BESIDE.isdisjoint(map(plain, row)):
            return False
        if is_log(key for key, value in row.items() if number(value) is not None):
            return False
    return True


class JsonTextReader:
    """Feeds the lines that the objects hold to the reader of text, one for each line."""

    def __init__(self, path: str, name: str) -> None:
        self._inner = TextReader(path, name)
        self._held = bytearray()

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        self._held += data
        end = self._held.rfind(b"\n") + 1
        if end:
            lines = bytes(self._held[:end]).split(b"\n")
            del self._held[:end]
            self._inner.feed(b"\n".join(map(_printed, lines)))
        if len(self._held) > LONGEST_LINE:
            # No object: the reader of text cuts it, and says so.
            self._inner.feed(bytes(self._held))
            self._held.clear()

    def finish(self) -> Reading:
        """The end of the input: what was read."""
        self._inner.feed(_printed(bytes(self._held)))
        return self._inner.finish()


def _printed(line: bytes) -> bytes:
    """The printed line in a line of the file, on a single line; one that is no object itself."""
    row = whole_object(line)
    if row is None:
        return line
    text = (_text(row) or "").rstrip("\n").replace("\n", " ")
    return text.encode("utf-8", "replace")


def _text(row: dict[str, Any]) -> str | None:
    return next((row[key] for key in _TEXTS if type(row.get(key)) is str), None)
