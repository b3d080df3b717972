"""Printed lines in a column of a CSV file -> the reader of text.

Services export what a job printed as `timestamp,message`, a line of the log in each row.
"""

from __future__ import annotations

import csv

from gradlint.runs.readers.protocol import LONGEST_LINE
from gradlint.runs.readers.text import TextReader
from gradlint.runs.run import Reading

_TEXTS = frozenset("message msg log logs line text textpayload log_message body".split())
"""Names of the column of printed lines."""

_BESIDE = frozenset(
    "time timestamp datetime date asctime ts eventtime ingestiontime level levelname severity "
    "stream logstream logstreamname loggroup logger host hostname pod container source service id "
    "ptr entity insertid index".split()
)
"""Names of what stands beside it: no column is measured. A data set's texts have labels."""

_JUDGED = 50
"""Rows of which each must have the width of the header: the first of the file."""


def sniff(head: bytes, name: str) -> bool:
    """Whether `head` begins with a row of names, all known, one of them that of a printed line."""
    del name
    lines = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").splitlines()
    if len(lines) < 2 or _text_column(lines[0]) is None:
        return False
    try:
        width, *widths = map(len, csv.reader(lines[:_JUDGED]))
    except csv.Error:
        return False
    # A message may go on over lines, and the head may end within one.
    return widths[0] == width if len(widths) < 2 else widths.count(width) >= len(widths) / 2


def _text_column(line: str) -> int | None:
    try:
        names = [_plain(cell) for cell in next(csv.reader([line]), [])]
    except csv.Error:
        return None
    texts = [at for at, name in enumerate(names) if name in _TEXTS]
    others = {name for name in names if name not in _TEXTS}
    return texts[0] if len(texts) == 1 and others and others <= _BESIDE else None


def _plain(name: str) -> str:
    return name.strip().strip("@_").lower().replace(" ", "")


class TableTextReader:
    """Feeds the lines in one column to the reader of text."""

    def __init__(self, path: str, name: str) -> None:
        self._inner = TextReader(path, name)
        self._held = bytearray()
        self._row: list[bytes] = []
        self._size = 0
        self._quoted = False
        self._column: int | None = None

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        self._held += data
        end = self._held.rfind(b"\n") + 1
        if end:
            lines = bytes(self._held[:end]).split(b"\n")[:-1]
            del self._held[:end]
            self._inner.feed(b"".join(map(self._line, lines)))
        if len(self._held) > LONGEST_LINE:
            # No row: the reader of text cuts it, and says so.
            self._inner.feed(bytes(self._held))
            self._held.clear()

    def finish(self) -> Reading:
        """The end of the input: what was read."""
        self._inner.feed(self._line(bytes(self._held)) if self._held else b"")
        self._inner.feed(self._printed())
        return self._inner.finish()

    def _line(self, line: bytes) -> bytes:
        """What is printed in the row that `line` completes, with as many newlines as it has."""
        self._row.append(line)
        self._size += len(line)
        self._quoted ^= line.count(b'"') % 2 == 1
        # A quote that nothing closes must not hide the rest of the log.
        return b"" if self._quoted and self._size < LONGEST_LINE else self._printed()

    def _printed(self) -> bytes:
        lines, self._row = self._row, []
        self._size, self._quoted = 0, False
        if not lines:
            return b""
        text = b"\n".join(lines).decode("utf-8", "replace").removeprefix("\ufeff")
        if self._column is None:
            self._column = _text_column(text) or 0
            return b"\n" * len(lines)
        try:
            cells = next(csv.reader(text.splitlines(keepends=True)), [])
        except csv.Error:
            cells = []
        cell = cells[self._column] if self._column < len(cells) else ""
        said = " ".join(cell.split("\n")).strip()
        return said.encode("utf-8", "replace") + b"\n" * len(lines)
