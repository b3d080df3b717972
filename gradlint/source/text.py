"""A path or bytes -> a program text whose columns count in code points."""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.finding import Skip, Span

if TYPE_CHECKING:
    from gradlint.source.parsing import SyntaxFailure

DEFAULT_MAX_SIZE = 2_000_000
"""Bytes above which a program is taken for a generated one."""

# Outputs (images, tables) make up most of a notebook, so the limit on its code is applied to the
# extracted code, and the file itself may be this many times larger.
_NOTEBOOK_ALLOWANCE = 32

_START = Span(1, 1, 1, 1)
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or directory (`kind`) that could not be read; `reason` reads on after its name."""

    span: Span
    path: str
    reason: str
    help: str = ""
    kind: str = "file"


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


def load(path: str, *, max_size: int = DEFAULT_MAX_SIZE) -> bytes | Unreadable | Skip:
    """The bytes of the file at `path`, or why there are none."""
    shown = display_path(path)
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            return Unreadable(_START, shown, "is a directory", "name a file")
        if not stat.S_ISREG(status.st_mode):
            return Unreadable(
                _START, shown, "is not a regular file", "pass `-` to read standard input"
            )
        limit = max_size * _NOTEBOOK_ALLOWANCE if path.endswith(".ipynb") else max_size
        if status.st_size > limit:
            return _too_big(shown, status.st_size, limit)
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return Unreadable(_START, shown, "does not exist", "check the path")
    except PermissionError:
        return Unreadable(_START, shown, "may not be read", "give yourself permission to read it")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Unreadable(_START, shown, f"cannot be read: {reason.lower()}")


def from_bytes(
    path: str, data: bytes, *, max_size: int = DEFAULT_MAX_SIZE
) -> SourceFile | Unreadable | Skip:
    """The program in `data`; `path` says by its suffix whether it is a notebook."""
    shown = display_path(path)
    if path.endswith(".ipynb"):
        from gradlint.source.notebook import read_notebook

        program = read_notebook(shown, data)
        if isinstance(program, SourceFile) and len(program.text) > max_size:
            return _too_big(shown, len(program.text), max_size)
        return program
    if len(data) > max_size:
        return _too_big(shown, len(data), max_size)
    text = _decode(shown, data)
    return text if isinstance(text, Unreadable) else SourceFile(shown, text, data)


def read(path: str, *, max_size: int = DEFAULT_MAX_SIZE) -> SourceFile | Unreadable | Skip:
    """The program at `path`.

    Returns:
        `Unreadable` for what should have been a program and cannot be read, `Skip` for what is
        passed over on purpose: a file over `max_size` bytes, a notebook in another language.
    """
    data = load(path, max_size=max_size)
    if not isinstance(data, bytes):
        return data
    return from_bytes(path, data, max_size=max_size)


def _too_big(path: str, size: int, limit: int) -> Skip:
    return Skip(path, None, f"larger than the limit ({size:,} of {limit:,} bytes)")


def _decode(path: str, data: bytes) -> str | Unreadable:
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Unreadable(_START, path, "is UTF-16, which Python does not read", "save it as UTF-8")
    encoding = _cookie(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start] if error.start < len(data) else 0
        return Unreadable(
            Span(line, 1, line, 1),
            path,
            f"is not {encoding.upper()}: byte 0x{byte:02x} on line {line}",
            "save it as UTF-8, or name its encoding in the first line (`# coding: latin-1`)",
        )
    except LookupError:
        reason = f"names an encoding that does not exist: `{encoding}`"
    except Exception as error:  # codecs raise what they like: UnicodeError, ValueError, binascii's
        reason = f"cannot be decoded as `{encoding}`: {error}"
    return Unreadable(_START, path, reason, "save it as UTF-8")


def _cookie(data: bytes) -> str:
    """The encoding that PEP 263 gives `data`."""
    if b"coding" not in data[:400]:
        return "utf-8"
    for line in _first_lines(data):
        found = _COOKIE.match(line)
        if found:
            return found.group(1).decode("ascii", "replace")
        if not _BLANK.match(line):
            break
    return "utf-8"


def _first_lines(data: bytes) -> list[bytes]:
    return data[:4000].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:2]
