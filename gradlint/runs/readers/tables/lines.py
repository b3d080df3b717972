"""Bytes in pieces of any size -> blocks of whole lines, in UTF-8 and with bounded lines."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gradlint.runs.readers.protocol import BLOCK, HEAD, LONGEST_LINE

_NEWLINE = 10

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Piece(NamedTuple):
    """Whole lines, and perhaps a last one without its newline.

    Attributes:
        data: the bytes.
        line: the number (from 1) of the first line.
        newlines: how many there are.
    """

    data: bytes
    line: int
    newlines: int


class Lines:
    """Collects pieces and gives them back as blocks that end with a newline.

    Attributes:
        cut: (line number from 1, bytes lost) of lines above LONGEST_LINE, which are cut there.
    """

    def __init__(self) -> None:
        self.cut: list[tuple[int, int]] = []
        self._pieces: list[bytes] = []
        self._held = 0
        self._lines = 0
        self._dropped = 0
        self._begun = False
        self._returns_only = False
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Take a piece; give the block that is complete with it, if there is one."""
        if self._begun:
            data = self._translate(data, final=False)
        self._pieces.append(data)
        self._held += len(data)
        if self._held >= BLOCK:
            yield from self._drain(final=False)

    def finish(self) -> Iterator[Piece]:
        """Give what is left; the last block may end without a newline."""
        yield from self._drain(final=True)

    def _drain(self, *, final: bool) -> Iterator[Piece]:
        data = b"".join(self._pieces)
        if not self._begun:
            data = self._begin(data)
            self._begun = True
        elif final:
            data += self._translate(b"", final=True)
        end = len(data) if final else data.rfind(b"\n") + 1
        whole, rest = data[:end], data[end:]
        if whole:
            yield self._bounded(whole)
        self._hold(rest)

    def _begin(self, data: bytes) -> bytes:
        if data[:2] in _UTF16:
            self._decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        elif data[:3] == codecs.BOM_UTF8:
            data = data[3:]
        data = self._translate(data, final=False)
        head = data[:HEAD]
        self._returns_only = b"\n" not in head and b"\r" in head[:-1]
        return data.replace(b"\r", b"\n") if self._returns_only else data

    def _translate(self, data: bytes, *, final: bool) -> bytes:
        if self._decoder is not None:
            data = self._decoder.decode(data, final).encode("utf-8", "replace")
        return data.replace(b"\r", b"\n") if self._returns_only else data

    def _hold(self, rest: bytes) -> None:
        """Keep the beginning of a line, of which no more than LONGEST_LINE is ever kept."""
        if len(rest) > LONGEST_LINE:
            self._dropped += len(rest) - LONGEST_LINE
            rest = rest[:LONGEST_LINE]
        self._pieces = [rest]
        self._held = len(rest)

    def _bounded(self, block: bytes) -> Piece:
        """`block` with its lines cut at LONGEST_LINE."""
        first = self._lines + 1
        kept: list[bytes] = []
        begin = copied = 0
        while self._dropped or len(block) - begin > LONGEST_LINE:
            end = block.rfind(b"\n", begin, begin + LONGEST_LINE + 1)
            if end < 0 or self._dropped:
                end = block.find(b"\n", begin)
                end = len(block) if end < 0 else end
                line = first + block.count(b"\n", 0, begin)
                self.cut.append((line, end - begin - LONGEST_LINE + self._dropped))
                self._dropped = 0
                kept.append(block[copied : begin + LONGEST_LINE])
                copied = end
            begin = end + 1
        # Three times as fast as bytes.count where lines are short.
        newlines = int(np.count_nonzero(np.frombuffer(block, np.uint8) == _NEWLINE))
        self._lines += newlines
        return Piece(b"".join((*kept, block[copied:])) if kept else block, first, newlines)
