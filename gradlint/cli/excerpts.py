"""Paths of findings -> their source lines, read again when a reporter asks."""

from __future__ import annotations

from gradlint.source.reading import from_bytes, load
from gradlint.source.text import SourceFile

_NO_LIMIT = 1 << 40


class FileExcerpts:
    """Source lines by path; each file is read once, and only if it is asked for."""

    def __init__(self, stdin: tuple[str, bytes] | None = None) -> None:
        self._files: dict[str, SourceFile | None] = {}
        if stdin is not None:
            name, data = stdin
            source = from_bytes(name, data, max_size=_NO_LIMIT)
            if isinstance(source, SourceFile):
                self._files[source.path] = source

    def line(self, path: str, number: int) -> str | None:
        """Line `number` of the program at `path`; None where there is no such line."""
        source = self._source(path)
        if source is None or not 0 < number <= len(source.lines):
            return None
        return source.line(number)

    def position(self, path: str, number: int) -> tuple[int | None, int]:
        """(cell, line in the cell) for a notebook, (None, line) for any other file."""
        if not path.endswith(".ipynb"):
            return None, number
        source = self._source(path)
        return (None, number) if source is None else source.position(number)

    def _source(self, path: str) -> SourceFile | None:
        if path not in self._files:
            data = load(path, max_size=_NO_LIMIT)
            source = from_bytes(path, data, max_size=_NO_LIMIT) if isinstance(data, bytes) else None
            self._files[path] = source if isinstance(source, SourceFile) else None
        return self._files[path]
