"""User text -> characters that are safe to print, and the columns they take."""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_PLAIN = re.compile(r"[ -~]*")

_TAB = 4
"""Columns from one tab stop to the next in an excerpt."""


def escape(text: str) -> str:
    """`text` with control characters, direction marks and lone surrogates made visible."""
    return _UNSAFE.sub(_visible, text)


def width(text: str) -> int:
    """Columns that `text` (already escaped) takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def drawn(line: str) -> tuple[list[str], list[int]]:
    """What is printed for each character of a source line, and where.

    Returns:
        The text that stands for each character; the column, from 0, at which it begins. The
        columns are one more: the last is the end of the line.
    """
    if _PLAIN.fullmatch(line):
        return list(line), list(range(len(line) + 1))
    cells: list[str] = []
    columns = [0]
    for character in line:
        at = columns[-1]
        cell = " " * (_TAB - at % _TAB) if character == "\t" else escape(character)
        cells.append(cell)
        columns.append(at + width(cell))
    return cells, columns


def _visible(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _columns(character: str) -> int:
    if character.isascii():
        return 1
    from unicodedata import category, east_asian_width

    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1
