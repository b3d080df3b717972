"""A gzip-compressed log -> the reader of what is in it, without unpacking it at once."""

from __future__ import annotations

import zlib

from gradlint.runs.readers.protocol import BLOCK, Reader
from gradlint.runs.run import Problem, Reading

GZIP_MAGIC = b"\x1f\x8b\x08"

_GZIP = 31
"""zlib's way to say a window of 32 KiB with a gzip header."""


_PIECE = 512
"""Compressed bytes taken at a time: what zlib has made of a damaged piece is lost with it."""


def decompressed_head(head: bytes, size: int) -> bytes:
    """The first `size` bytes, or fewer, of what is compressed in `head`; empty if nothing is."""
    stream = zlib.decompressobj(_GZIP)
    plain = b""
    for at in range(0, len(head), _PIECE):
        try:
            plain += stream.decompress(head[at : at + _PIECE], size - len(plain))
        except zlib.error:
            break
        if len(plain) >= size or stream.eof:
            break
    return plain


class GzipReader:
    """Feeds the decompressed bytes to another reader, a block at a time."""

    def __init__(self, inner: Reader, path: str) -> None:
        self._inner = inner
        self._path = path
        self._stream = zlib.decompressobj(_GZIP)
        self._taken = 0
        self._pending = b""
        self._problem = ""

    def feed(self, data: bytes) -> None:
        """Take the next piece of the compressed file."""
        for at in range(0, len(data), _PIECE):
            self._feed(data[at : at + _PIECE])

    def _feed(self, data: bytes) -> None:
        data = self._pending + data
        self._pending = b""
        while data and not self._problem:
            if self._stream.eof and not self._next_member(data):
                return
            try:
                plain = self._stream.decompress(data, BLOCK)
            except zlib.error:
                self._problem = "is a damaged gzip archive: everything after this byte is lost"
                return
            left = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            self._taken += len(data) - len(left)
            data = left
            if plain:
                self._inner.feed(plain)

    def _next_member(self, data: bytes) -> bool:
        """Begin the next of several archives in one file, which `cat a.gz b.gz` makes."""
        if len(data) < len(GZIP_MAGIC):
            self._pending = data
            return False
        if not data.startswith(GZIP_MAGIC):
            if data.strip(b"\0"):
                self._problem = "has extra bytes after the end of its gzip archive"
            return False
        self._stream = zlib.decompressobj(_GZIP)
        return True

    def finish(self) -> Reading:
        """The reading of the decompressed log; lines and bytes count in it."""
        path = self._path
        if not self._problem and (rest := self._stream.flush()):
            self._inner.feed(rest)
        reading = self._inner.finish()
        if self._problem:
            reading.problems.append(Problem(path, self._problem, offset=self._taken))
        elif not self._stream.eof:
            reading.problems.append(
                Problem(
                    path, "ends in the middle of its gzip archive", offset=self._taken, partial=True
                )
            )
        return reading
