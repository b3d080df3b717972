"""A program text whose columns count in code points, and what may stand in its place."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from gradlint.finding import Span

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or directory (`kind`) that could not be read; `reason` reads on after its name."""

    span: Span
    path: str
    reason: str
    help: str = ""
    kind: str = "file"


@dataclass(frozen=True, slots=True)
class SyntaxFailure:
    """A program, or a notebook cell, that is not valid Python for the running interpreter."""

    span: Span
    message: str
    help: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell's place in the joined text.

    `index` counts all cells of the notebook from 0, `line` is the cell's first line in the joined
    text, `lines` how many it has, `indent` the columns that were taken off every line.
    """

    index: int
    line: int
    lines: int
    indent: int = 0


class SourceFile:
    """One program: its text, and how positions in it are counted.

    `text` is what is parsed: for a notebook, all code cells joined by one newline with magics made
    harmless. `original` is what the user wrote, line for line the same. `data` is the file's bytes.
    `broken` holds the cells that could not be parsed and are blank in `text`.
    """

    __slots__ = (
        "_ascii",
        "_cell_lines",
        "_lines",
        "_original_lines",
        "broken",
        "cells",
        "data",
        "is_notebook",
        "original",
        "path",
        "text",
    )

    def __init__(
        self,
        path: str,
        text: str,
        data: bytes,
        *,
        original: str | None = None,
        cells: Sequence[Cell] = (),
        is_notebook: bool = False,
        broken: Sequence[SyntaxFailure] = (),
    ) -> None:
        self.path = path
        self.text = text
        self.data = data
        self.original = text if original is None else original
        self.cells = tuple(cells)
        self.is_notebook = is_notebook
        self.broken = tuple(broken)
        self._ascii = text.isascii()
        self._lines: list[str] | None = None
        self._original_lines: list[str] | None = None
        self._cell_lines: list[int] | None = None

    @property
    def lines(self) -> list[str]:
        """The lines of `text` without their ends, split where Python's own parser splits."""
        if self._lines is None:
            self._lines = split_lines(self.text)
        return self._lines

    def line(self, number: int) -> str:
        """Line `number` (from 1) as the user wrote it, or an empty string outside the file."""
        if self._original_lines is None:
            same = self.original is self.text
            self._original_lines = self.lines if same else split_lines(self.original)
        if 0 < number <= len(self._original_lines):
            return self._original_lines[number - 1]
        return ""

    def span(self, lineno: int, col: int, end_lineno: int, end_col: int) -> Span:
        """The span of an `ast` node's position: columns there are UTF-8 bytes from 0."""
        if not self._ascii:
            col = self._code_points(lineno, col)
            end_col = self._code_points(end_lineno, end_col)
        if self.cells:
            col += self._indent(lineno)
            end_col += self._indent(end_lineno)
        return Span(lineno, col + 1, end_lineno, end_col + 1)

    def position(self, line: int) -> tuple[int | None, int]:
        """Where `line` of the joined text is for the user: (cell, line in the cell).

        The cell is None, and the line unchanged, outside notebooks.
        """
        cell = self._cell(line)
        return (None, line) if cell is None else (cell.index, line - cell.line + 1)

    def _code_points(self, lineno: int, col: int) -> int:
        lines = self.lines
        if not 0 < lineno <= len(lines):
            return col
        line = lines[lineno - 1]
        if line.isascii():
            return col
        return len(line.encode("utf-8", "surrogatepass")[:col].decode("utf-8", "ignore"))

    def _cell(self, line: int) -> Cell | None:
        if not self.cells:
            return None
        if self._cell_lines is None:
            self._cell_lines = [cell.line for cell in self.cells]
        return self.cells[max(bisect_right(self._cell_lines, line) - 1, 0)]

    def _indent(self, line: int) -> int:
        cell = self._cell(line)
        return cell.indent if cell is not None else 0


def split_lines(text: str) -> list[str]:
    r"""The lines of `text` without their ends, split at `\n`, `\r\n` and `\r` only.

    `str.splitlines` also splits at form feeds and U+2028, where Python's parser does not.
    """
    if "\r" in text:
        return _LINE_BREAK.split(text)
    return text.split("\n")


def display_path(path: str, cwd: str | None = None) -> str:
    """`path` as it is shown: relative when below the working directory, with `/`."""
    if os.path.isabs(path):
        base = (os.getcwd() if cwd is None else cwd).rstrip(os.sep) + os.sep
        path = os.path.normpath(path)
        if path.startswith(base):
            path = path[len(base) :]
    elif path.startswith("./") or "//" in path or "/." in path or "\\" in path:
        path = os.path.normpath(path)
    return path.replace(os.sep, "/") if os.sep != "/" else path
