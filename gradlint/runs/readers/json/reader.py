"""Bytes of a JSON or JSONL file in pieces -> its reading."""

from __future__ import annotations

import codecs

import numpy as np

from gradlint.runs.readers.json.columns import add_rows
from gradlint.runs.readers.json.detection import Form, form_of
from gradlint.runs.readers.json.document import Document
from gradlint.runs.readers.json.layouts import add_document
from gradlint.runs.readers.json.lines import Lines, repeated_problem
from gradlint.runs.readers.json.naming import STEP_KEYS, is_log, named_as_lines, named_as_log, plain
from gradlint.runs.readers.json.table import MOST_NESTED, Table
from gradlint.runs.readers.json.values import decode, from_python
from gradlint.runs.readers.protocol import BLOCK, LONGEST_LINE, too_many_series
from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.run import Problem, Reading

LARGEST_DOCUMENT = 1 << 27
"""Bytes that are read of a file which is one JSON value, 128 MiB: it must be held as a whole, with
up to four bytes a character. A `trainer_state.json` of a million rows has about 120 MB."""

FIRST_LOOK = 4096
"""Bytes after which the form of a file is first looked for; most lines of logs are shorter."""

_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class JsonReader:
    """Reads objects one a line, or one JSON document; which of them its first lines tell."""

    def __init__(self, path: str, name: str) -> None:
        self._path = path
        self._name = name
        self._started = False
        self._wide: codecs.IncrementalDecoder | None = None
        self._form: Form | None = None
        self._held = bytearray()
        self._look_at = FIRST_LOOK
        self._lines = Lines()
        self._skipping = 0
        self._dropped = 0

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        if not self._started:
            self._held += data
            if len(self._held) < 4:
                return
            data = self._begin()
        elif self._wide is not None:
            data = self._wide.decode(data).encode("utf-8", "replace")
        self._take(data)

    def finish(self) -> Reading:
        """The end of the input: what was read."""
        if not self._started:
            self._take(self._begin())
        if self._wide is not None:
            self._take(self._wide.decode(b"", True).encode("utf-8", "replace"))
        if self._form is None:
            self._choose(True)
        if self._form is Form.LINES:
            return self._finish_lines()
        return self._finish_document()

    def _begin(self) -> bytes:
        """Look at the byte-order mark; what was held of the file, as UTF-8."""
        self._started = True
        data = bytes(self._held)
        self._held.clear()
        for mark, encoding in _WIDE:
            if data.startswith(mark):
                self._wide = codecs.getincrementaldecoder(encoding)("replace")
                return self._wide.decode(data[2:]).encode("utf-8", "replace")
        return data.removeprefix(codecs.BOM_UTF8)

    def _take(self, data: bytes) -> None:
        if self._form is Form.DOCUMENT:
            self._hold(data)
            return
        if self._skipping:
            data = self._skip(data)
        self._held += data
        if self._form is None:
            # Looking at ever larger beginnings keeps the time linear in their size.
            if len(self._held) >= self._look_at:
                self._look_at = 2 * len(self._held)
                self._choose(False)
        elif len(self._held) >= BLOCK:
            self._take_lines()

    def _choose(self, final: bool) -> None:
        self._form = form_of(self._held, final)
        if self._form is Form.LINES:
            self._take_lines()
        elif self._form is Form.DOCUMENT:
            self._hold(b"")

    def _hold(self, data: bytes) -> None:
        self._held += data
        if len(self._held) > LARGEST_DOCUMENT:
            self._dropped += len(self._held) - LARGEST_DOCUMENT
            del self._held[LARGEST_DOCUMENT:]

    def _take_lines(self) -> None:
        end = self._held.rfind(b"\n") + 1
        if end:
            self._lines.feed(bytes(memoryview(self._held)[:end]))
            del self._held[:end]
        if len(self._held) > LONGEST_LINE:
            self._skipping = len(self._held)
            self._held.clear()

    def _skip(self, data: bytes) -> bytes:
        """Pass over a line that is too long; what comes behind it."""
        end = data.find(b"\n")
        if end < 0:
            self._skipping += len(data)
            return b""
        self._lines.skip(self._skipping + end)
        self._skipping = 0
        return data[end + 1 :]

    def _finish_lines(self) -> Reading:
        self._take_lines()
        if self._skipping:
            self._lines.skip(self._skipping)
        self._lines.last(bytes(self._held), self._path)
        builder = RunBuilder()
        table = self._lines.table
        problems = self._lines.problems(self._path)
        if is_log(table.tags()):
            add_rows(builder, table)
        return self._reading(builder, "jsonl", [table], problems)

    def _finish_document(self) -> Reading:
        text = self._held.decode("utf-8", "replace")
        self._held.clear()
        if text.startswith("{'"):
            text = from_python(text)
        document = Document(text)
        builder = RunBuilder()
        layout, tables = add_document(builder, document, self._path)
        if builder.empty and not document.faults:
            table = self._single_row(text)
            if table is not None:
                layout, tables = "jsonl", [table]
                add_rows(builder, table)
        problems = [
            Problem(
                self._path,
                "ends in the middle of its JSON" if fault.ended else "is not valid JSON throughout",
                fault.line,
                len(text[: fault.start].encode()),
                len(text[fault.start : fault.end].encode()),
            )
            for fault in document.faults[:1]
        ]
        if self._dropped:
            message = f"is JSON of more than {LARGEST_DOCUMENT} bytes: the rest was not read"
            problems = [Problem(self._path, message, None, LARGEST_DOCUMENT, self._dropped)]
        if document.repeated is not None:
            problems.append(repeated_problem(self._path, *document.repeated))
        return self._reading(builder, layout, tables, problems)

    def _single_row(self, text: str) -> Table | None:
        """The one object of a log that has just begun; None if it is rather a file of settings."""
        if len(text) > LONGEST_LINE or not (named_as_lines(self._path) or named_as_log(self._path)):
            return None
        try:
            row, _ = decode(text.strip())
        except ValueError:
            return None
        if type(row) is not dict:
            return None
        table = Table()
        table.add([row], np.ones(1, np.int64))
        counted = named_as_lines(self._path) or any(
            plain(tag) in STEP_KEYS for tag in table.columns
        )
        return table if counted and is_log(table.tags()) else None

    def _reading(
        self, builder: RunBuilder, layout: str, tables: list[Table], problems: list[Problem]
    ) -> Reading:
        for table in tables:
            if table.left_out:
                problems.append(too_many_series(self._path, f"{len(table.left_out)} were"))
            if table.deep:
                message = f"has values within more than {MOST_NESTED} objects, which were left out"
                problems.append(Problem(self._path, message))
        if builder.empty:
            return Reading([], problems)
        return Reading([builder.build(self._name, self._path, layout)], problems)
