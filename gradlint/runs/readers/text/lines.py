"""Bytes in pieces of any size -> the lines of a log as a reader of the screen would see them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from gradlint.runs.readers.protocol import LONGEST_LINE

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\r\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
"""ANSI control sequences: CSI (colours, cursor), OSC (titles, links) and the two-byte ones."""

_REPLACED = "\ufffd"
"""What stands for bytes that are not UTF-8."""

_BACK = re.compile("(\b+)")
"""What a progress bar prints before it overwrites itself, beside carriage returns."""

_WIDEST = 2_000
"""Characters of a line into which something is written back: more than a screen is wide."""

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Lines:
    """Cuts bytes into lines, and lines into the updates that overwrite each other on a screen.

    Attributes:
        count: lines met so far.
        undecoded: characters that were not UTF-8.
        garbled: lines that have such characters.
        first_garbled: the first of them, 0 if there is none.
        nuls: NUL bytes met, which no text has.
        lost: bytes of endless lines that were skipped.
        first_lost: the line at which that happened first, 0 if never.
    """

    def __init__(self) -> None:
        self.count = 0
        self.undecoded = 0
        self.garbled = 0
        self.first_garbled = 0
        self._last_garbled = 0
        self.nuls = 0
        self.lost = 0
        self.first_lost = 0
        self._line = 1
        self._head = b""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._begun = False
        self._tail = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> Iterator[list[tuple[int, str]]]:
        """The updates that `data` completes, with their line numbers (from 1), in blocks."""
        data = self._as_utf8(data)
        cut = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if cut:
            yield self._complete(data[:cut])
        self._keep(data[cut:])

    def finish(self) -> Iterator[list[tuple[int, str]]]:
        """The last line, if no newline ends it."""
        if not self._begun and self._head:
            self._begun = True
            self._keep(self._head)
        if self._decoder is not None:
            self._keep(self._decoder.decode(b"", True).encode())
        if self._tail:
            yield self._complete(b"")

    def _as_utf8(self, data: bytes) -> bytes:
        """`data` without its byte-order mark, and recoded if the mark says that it is UTF-16."""
        if not self._begun:
            self._head += data
            if len(self._head) < len(codecs.BOM_UTF8):
                return b""
            self._begun = True
            data, self._head = self._head, b""
            coding = _UTF16.get(data[:2])
            if coding:
                self._decoder = codecs.getincrementaldecoder(coding)("replace")
                data = data[2:]
            else:
                data = data.removeprefix(codecs.BOM_UTF8)
        if self._decoder is None:
            return data
        return self._decoder.decode(data).encode("utf-8", "replace")

    def _keep(self, rest: bytes) -> None:
        """Remember the beginning of a line that is not complete yet."""
        room = LONGEST_LINE - len(self._tail)
        self._tail += rest[:room]
        if len(rest) > room:
            self.lost += len(rest) - room
            self.first_lost = self.first_lost or self._line

    def _complete(self, data: bytes) -> list[tuple[int, str]]:
        if self._tail:
            ends = [end for end in (data.find(b"\n"), data.find(b"\r")) if end >= 0]
            end = min(ends, default=len(data))
            self._keep(data[:end])
            data = bytes(self._tail) + data[end:]
            self._tail.clear()
        if len(data) > LONGEST_LINE:
            data = self._shortened(data)
        text = data.decode("utf-8", "replace")
        return list(self._updates(text))

    def _shortened(self, data: bytes) -> bytes:
        """`data` without what is behind `LONGEST_LINE`, wherever the cuts between pieces fell."""
        lines = data.split(b"\n")
        if max(map(len, lines)) <= LONGEST_LINE:
            return data
        for index, line in enumerate(lines):
            if len(line) > LONGEST_LINE:
                updates = line.split(b"\r")
                lost = sum(max(0, len(update) - LONGEST_LINE) for update in updates)
                if lost:
                    self.lost += lost
                    self.first_lost = self.first_lost or self._line + index
                    lines[index] = b"\r".join(update[:LONGEST_LINE] for update in updates)
        return b"\n".join(lines)

    def _garble(self, text: str) -> None:
        self.undecoded += text.count(_REPLACED)
        for number, line in enumerate(text.split("\n"), self._line):
            if _REPLACED in line and number != self._last_garbled:
                self.garbled += 1
                self._last_garbled = number
                self.first_garbled = self.first_garbled or number

    def _updates(self, text: str) -> Iterator[tuple[int, str]]:
        if _REPLACED in text:
            self._garble(text)
        if "\0" in text:
            self.nuls += text.count("\0")
            text = text.replace("\0", "")
        if "\x1b" in text:
            text = _ESCAPE.sub("", text)
        plain = "\r" not in text and "\b" not in text
        lines = text.split("\n")
        last = lines.pop()
        number = self._line
        for line in lines:
            if plain or ("\r" not in line and "\b" not in line):
                if line:
                    yield number, line
            else:
                yield from ((number, update) for update in _shown(line))
            number += 1
        self._line = number
        if last:
            yield from ((number, update) for update in _shown(last))
        self.count = number if last else number - 1


def _shown(line: str) -> Iterator[str]:
    """What a screen showed of a line one after another, as it was overwritten."""
    for written in line.split("\r"):
        shown, *rest = _BACK.split(written)
        for back, text in zip(rest[::2], rest[1::2], strict=True):
            at = len(shown) - len(back)
            if not text:
                continue
            if at > 0 and len(shown) < _WIDEST:
                # What is written over to its end is gone. What jumps back into the middle, as
                # kuangliu's bar does for its counter, goes behind, so that it hides nothing.
                shown = shown[:at] + text if len(text) >= len(back) else f"{shown} {text}"
                continue
            yield from _visible(shown)
            shown = text
        yield from _visible(shown)


def _visible(text: str) -> Iterator[str]:
    if text and text != " ":
        yield text
