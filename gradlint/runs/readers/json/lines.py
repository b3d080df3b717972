"""Lines with one JSON object each -> rows of a table, many lines at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlint.runs.readers.json.table import Table
from gradlint.runs.readers.json.values import decode, mended, repeated_key
from gradlint.runs.readers.protocol import LONGEST_LINE
from gradlint.runs.run import Problem, Steps

BATCH = 2048
"""Lines that are decoded together: their objects stay in the cache (10,000 took a fifth longer)."""


@dataclass
class Faulty:
    """Lines of which something could not be read: how many, the first of them, their bytes."""

    count: int = 0
    first: int = 0
    size: int = 0

    def note(self, line: int, size: int) -> None:
        """Count one more."""
        self.count += 1
        self.first = self.first or line
        self.size += size


class Lines:
    """Collects the rows of whole lines, fed in order."""

    def __init__(self) -> None:
        self.table = Table()
        self._line = 1
        self._unreadable = Faulty()
        self._too_long = Faulty()
        self._partial: Problem | None = None
        self._repeated: tuple[str, int] | None = None

    def feed(self, data: bytes) -> None:
        """Take lines; the last one ends with a newline."""
        lines = data.split(b"\n")
        lines.pop()
        numbers: Steps = np.arange(self._line, self._line + len(lines), dtype=np.int64)
        self._line += len(lines)
        if len(data) > LONGEST_LINE and max(map(len, lines)) > LONGEST_LINE:
            for at, line in enumerate(lines):
                if len(line) > LONGEST_LINE:
                    self._too_long.note(int(numbers[at]), len(line))
                    lines[at] = b""
        if b"" in lines:
            kept = [at for at, line in enumerate(lines) if line]
            lines, numbers = [lines[at] for at in kept], numbers[kept]
        for at in range(0, len(lines), BATCH):
            self._take(lines[at : at + BATCH], numbers[at : at + BATCH])

    def _take(self, lines: list[bytes], numbers: Steps) -> None:
        rows = _at_once(lines)
        if rows is None:
            rows, numbers, lines = self._one_by_one(lines, numbers)
        self._add(rows, numbers, lines)

    def skip(self, size: int) -> None:
        """Step over the end of a line that is too long to be kept, `size` bytes in all."""
        self._too_long.note(self._line, size)
        self._line += 1

    def last(self, data: bytes, path: str) -> None:
        """Take the last line, which has no newline: it may still be being written."""
        if not data.strip():
            return
        text = data.decode("utf-8", "replace")
        objects, whole = objects_in(text)
        if whole or not text.lstrip().startswith("{"):
            self.feed(data + b"\n")
            return
        self._partial = Problem(
            path, "the last line is not complete", self._line, lost=len(data), partial=True
        )
        self._add(objects, np.full(len(objects), self._line), [data] * len(objects))

    def problems(self, path: str) -> list[Problem]:
        """What could not be read."""
        found: list[Problem] = []
        bad, long = self._unreadable, self._too_long
        if bad.count:
            one = "1 line is not a JSON object"
            message = one if bad.count == 1 else f"{bad.count} lines are not JSON objects"
            found.append(Problem(path, message, bad.first, lost=bad.size))
        if long.count:
            one = f"1 line is longer than {LONGEST_LINE} bytes and was left out"
            many = f"{long.count} lines are longer than {LONGEST_LINE} bytes and were left out"
            message = one if long.count == 1 else many
            found.append(Problem(path, message, long.first, lost=long.size))
        if self._repeated is not None:
            found.append(repeated_problem(path, *self._repeated))
        if self._partial is not None:
            found.append(self._partial)
        return found

    def _one_by_one(
        self, lines: list[bytes], numbers: Steps
    ) -> tuple[list[dict[str, Any]], Steps, list[bytes]]:
        rows: list[dict[str, Any]] = []
        places: list[int] = []
        for at, line in enumerate(lines):
            if not line.strip():
                continue
            objects, whole = objects_in(line.decode("utf-8", "replace"))
            rows += objects
            places += [at] * len(objects)
            if not whole:
                self._unreadable.note(int(numbers[at]), len(line))
        return rows, numbers[places], [lines[at] for at in places]

    def _add(self, rows: list[dict[str, Any]], numbers: Steps, lines: list[bytes]) -> None:
        first = self.table.count
        self.table.add(rows, numbers)
        if self._repeated is None:
            for row in self.table.shapes().values():
                if row >= first:
                    key = repeated_key(lines[row - first].decode("utf-8", "replace"))
                    if key is not None:
                        self._repeated = (key, int(numbers[row - first]))
                        return


def repeated_problem(path: str, key: str, line: int) -> Problem:
    """The problem that a key occurs twice in one object."""
    shown = key[:80].encode("unicode_escape").decode()
    return Problem(path, f"`{shown}` occurs twice in one object; the last value was read", line)


def _at_once(lines: list[bytes]) -> list[dict[str, Any]] | None:
    """One object for each line, None if that is not what they are.

    Decoding a list is twice as fast as decoding its members. The NUL between them, which is in none
    of the lines, shows that each object ends with its line.
    """
    joined = b',"\0",'.join(lines)
    if joined.count(b"\0") != len(lines) - 1 or b"\\u0000" in joined:
        return None
    text = (b"[" + joined + b"]").decode("utf-8", "replace")
    try:
        members = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    rows: list[dict[str, Any]] = members[::2]
    if len(members) != 2 * len(lines) - 1 or members.count("\0") != len(lines) - 1:
        return None
    if set(map(type, rows)) != {dict}:
        return None
    return rows


def objects_in(text: str) -> tuple[list[dict[str, Any]], bool]:
    """The objects of one line, and whether it has nothing else."""
    found: list[dict[str, Any]] = []
    text = text.strip()
    retry = True
    while text:
        try:
            value, end = decode(text)
        except ValueError:
            if not retry:
                return found, False
            retry = False
            text = mended(text)
            continue
        if type(value) is not dict:
            return found, False
        found.append(value)
        text = text[end:].lstrip(", \t\r")
    return found, True
