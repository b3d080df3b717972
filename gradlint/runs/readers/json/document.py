"""A JSON text -> a compact tree: lists of objects are tables, lists of numbers are arrays.

`json.loads` of a whole document takes up to twenty times its size in Python objects, knows no
lines, and gives nothing if the last byte is missing. Here the outer levels are walked, what is in
them is decoded by the C scanner, and what was complete before a fault is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlint.runs.readers.json.long_form import rows_of_curve, timed_point
from gradlint.runs.readers.json.table import Table
from gradlint.runs.readers.json.tree import WHOLE, Node
from gradlint.runs.readers.json.values import decode, decode_pairs, mended
from gradlint.runs.readers.protocol import LONGEST_LINE, MOST_SERIES

MOST_WALKED = 8
"""Levels that are walked; the deepest layout, Megatron's, has its numbers at the third."""

MOST_BROKEN = 1000
"""Unreadable objects after which the rest of a document is given up: each may cost as much as it
nests, so that without an end a crafted file could take hours."""

BATCH = 2000
"""Objects that are added to a table at a time."""

_SPACE = re.compile(r"[ \t\r\n]*")
_NEXT_IN_LIST = re.compile(r"\}[ \t\r\n]*,?[ \t\r\n]*(?=\{)")
_NEXT_IN_STREAM = re.compile(r"(?:\}[ \t\r\n]*,?[ \t\r\n]*|\n)(?=\{)")


@dataclass(frozen=True, slots=True)
class Fault:
    """Characters that could not be read; `ended` if the text ended before the value did."""

    start: int
    end: int
    line: int
    ended: bool


class _BrokenError(Exception):
    """The rest of the document cannot be read; `node` is what was read of the value so far."""

    node: Node | None = None


class Document:
    """Walks one text.

    Attributes:
        root: the document's value; None if it has none.
        stream: the rows, if the text is several objects one after the other.
        faults: what could not be read.
        repeated: a key that occurs twice in one object, and its line.
    """

    def __init__(self, text: str) -> None:
        self.root: Any = None
        self.stream: Table | None = None
        self.faults: list[Fault] = []
        self.repeated: tuple[str, int] | None = None
        self._text = text
        self._at = 0
        self._line, self._counted = 1, 0
        self._base, self._window = 0, text[:LONGEST_LINE]
        self._mended = False
        self._nodes = 0
        try:
            self._walk()
        except _BrokenError as error:
            self.root = error.node
        del self._text, self._window

    def _walk(self) -> None:
        first = self._peek()
        start = self._at
        if first not in ("{", "["):
            if first:
                raise self._broken()
            return
        self.root = self._value(0)
        following = self._peek()
        if following == "{" and first == "{":
            # Several objects one after the other: all of them are rows.
            self.root = None
            self._at = start
            self._line, self._counted = 1, 0
            self.stream = Table()
            self._rows(self.stream, "")
        elif following:
            self._fault(self._at, len(self._text))

    def _peek(self) -> str:
        match = _SPACE.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return self._text[self._at : self._at + 1]

    def _here(self) -> int:
        """The line at which the walk is."""
        if self._at > self._counted:
            self._line += self._text.count("\n", self._counted, self._at)
            self._counted = self._at
        return self._line

    def _fault(self, start: int, end: int) -> None:
        self.faults.append(Fault(start, end, self._here(), end >= len(self._text)))

    def _broken(self) -> _BrokenError:
        self._fault(self._at, len(self._text))
        return _BrokenError()

    def _decoded(self, decoder: Callable[[str, int], tuple[Any, int]] = decode) -> Any:
        """The value here, which the walk steps over; ValueError if it is not whole.

        It is decoded in a window, which bounds the memory that its objects take, and how far an
        unreadable value is searched for its end.
        """
        while True:
            inside = self._at - self._base
            last = self._base + len(self._window) >= len(self._text)
            if 0 <= inside <= len(self._window):
                try:
                    value, end = decoder(self._window, inside)
                except ValueError:
                    if (inside == 0 or last) and not self._mend():
                        raise
                else:
                    # A number at the end of the window may go on behind it.
                    if end < len(self._window) or last or inside == 0:
                        self._at = self._base + end
                        return value
            self._base = self._at
            self._window = self._text[self._at : self._at + LONGEST_LINE]

    def _mend(self) -> bool:
        """Respell bare `nan` and `inf` in the rest of the text, once; whether there were any."""
        if self._mended:
            return False
        self._mended = True
        rest = mended(self._text[self._at :])
        changed = rest != self._text[self._at :]
        if changed:
            self._text = self._text[: self._at] + rest
            self._window = ""
        return changed

    def _value(self, depth: int) -> Any:
        """The value here: a node, or a scalar."""
        first = self._peek()
        if first not in ("{", "["):
            return self._leaf()
        if depth >= MOST_WALKED or self._nodes >= MOST_SERIES:
            # A container so deep is not a series, so nothing of it is kept.
            self._leaf()
            return None
        self._nodes += 1
        node = Node(self._here(), first == "[")
        if self._flat(node):
            return node
        self._at += 1
        try:
            if node.listed:
                self._list(node)
            else:
                self._object(node, depth)
        except _BrokenError as error:
            error.node = node
            raise
        return node

    def _leaf(self) -> Any:
        self._peek()
        try:
            return self._decoded()
        except ValueError:
            raise self._broken() from None

    def _flat(self, node: Node) -> bool:
        """Read a container of scalars at once; False if it holds others, or is not whole."""
        close = self._text.find("]" if node.listed else "}", self._at, self._at + LONGEST_LINE)
        inner = self._text[self._at + 1 : close]
        if close < 0 or "{" in inner or "[" in inner:
            return False
        try:
            pairs, end = decode_pairs(self._text[self._at : close + 1])
        except ValueError:
            return False
        self._scalars(node, pairs)
        self._at += end
        return True

    def _scalars(self, node: Node, members: list[Any]) -> None:
        if node.listed:
            node.scalars(members)
        else:
            for key, value in members:
                self._member(node, key, value)

    def _piece(self, node: Node) -> bool:
        """Read the scalars at the beginning of what is left of a long container at once."""
        if len(self._text) - self._at < LONGEST_LINE:
            return False
        end = self._text.rfind(",", self._at, self._at + LONGEST_LINE)
        inner = self._text[self._at : end]
        if end < 0 or any(mark in inner for mark in "{[]}"):
            return False
        try:
            members, size = decode_pairs(f"[{inner}]" if node.listed else f"{{{inner}}}")
        except ValueError:
            return False
        if size != len(inner) + 2:
            return False
        self._scalars(node, members)
        self._at = end + 1
        return True

    def _object(self, node: Node, depth: int) -> None:
        """The members of an object; the walk is behind its bracket."""
        if self._peek() == "}":
            self._at += 1
            return
        more = pieces = True
        while more:
            while pieces:
                pieces = self._piece(node)
            if self._peek() != '"':
                raise self._broken()
            key = self._leaf()
            if self._peek() != ":":
                raise self._broken()
            self._at += 1
            if self._peek() == "{" and WHOLE.match(key):
                self._row(node, int(key))
            else:
                try:
                    value = self._value(depth + 1)
                except _BrokenError as error:
                    if error.node is not None:
                        self._member(node, key, error.node)
                    raise
                self._member(node, key, value)
            more = self._separated("}")

    def _member(self, node: Node, key: str, value: Any) -> None:
        if not node.member(key, value):
            self.repeated = self.repeated or (key, node.line)

    def _row(self, node: Node, key: int) -> None:
        """An object under an integer key: a row, whose step is the key unless it has its own."""
        line = self._here()
        if node.rows is None:
            node.rows = Table()
        node.rows.add([{"step": key, **self._leaf()}], np.array([line], np.int64))

    def _list(self, node: Node) -> None:
        """The members of a list; the walk is behind its bracket."""
        first = self._peek()
        if first == "]":
            self._at += 1
            return
        if first == "{":
            node.rows = Table()
            self._rows(node.rows, "]")
            return
        node.scalars([])
        more = pieces = True
        while more:
            while pieces:
                pieces = self._piece(node)
            member = self._leaf()
            point = timed_point(member)
            if point is None:
                node.append(member)
            else:
                node.point(*point)
            more = self._separated("]")

    def _separated(self, end: str) -> bool:
        """Step over a comma (True) or the end (False)."""
        mark = self._peek()
        if mark not in (",", end) or not mark:
            raise self._broken()
        self._at += 1
        if mark == "," and self._peek() == end:
            # A comma before the end is not JSON, but nothing is lost by it.
            self._at += 1
            return False
        return mark == ","

    def _rows(self, table: Table, end: str) -> None:
        """Objects up to `end` (nothing: up to the end of the text), into a table."""
        batch: list[dict[str, Any]] = []
        lines: list[int] = []
        try:
            while (mark := self._peek()) != end:
                if mark == ",":
                    self._at += 1
                    continue
                line = self._here()
                try:
                    value = self._decoded()
                except ValueError:
                    self._skip(end)
                    continue
                if type(value) is dict:
                    rows = rows_of_curve(value) or [value]
                    batch += rows
                    lines += [line] * len(rows)
                if len(batch) >= BATCH:
                    table.add(batch, np.array(lines, np.int64))
                    batch, lines = [], []
            self._at += 1
        finally:
            table.add(batch, np.array(lines, np.int64))

    def _skip(self, end: str) -> None:
        """Go on at the next object after an unreadable one."""
        pattern = _NEXT_IN_LIST if end else _NEXT_IN_STREAM
        following = pattern.search(self._text, self._at + 1)
        if following is None or len(self.faults) >= MOST_BROKEN:
            raise self._broken()
        self._fault(self._at, following.end())
        self._at = following.end()
