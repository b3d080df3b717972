"""User text -> text that is safe and measured on a terminal."""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_PLAIN = re.compile(r"[ -~]*")

_ELLIPSIS = "..."

TAB = 4
"""Columns a tab takes in an excerpt."""


class Style:
    """Colours by plain ANSI sequences, or none at all."""

    def __init__(self, *, color: bool) -> None:
        self._color = color

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._color and text else text

    def severity(self, label: str, text: str) -> str:
        """`text` in the colour of a severity."""
        return self._wrap({"error": "1;31", "warning": "1;33"}.get(label, "1;36"), text)

    def bold(self, text: str) -> str:
        """`text` in bold."""
        return self._wrap("1", text)

    def frame(self, text: str) -> str:
        """Line numbers, bars and arrows."""
        return self._wrap("1;34", text)

    def note(self, text: str) -> str:
        """The marks of related lines."""
        return self._wrap("1;36", text)


def escape(text: str) -> str:
    """`text` with control characters, direction marks and lone surrogates made visible."""
    return _UNSAFE.sub(_visible, text)


def width(text: str) -> int:
    """Terminal columns that `text` (already escaped) takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def drawn(line: str) -> tuple[str, list[int]]:
    """A source line as drawn; the terminal column (from 0) of each character, and of the end."""
    if _PLAIN.fullmatch(line):
        return line, list(range(len(line) + 1))
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for character in line:
        offsets.append(at)
        piece = " " * (TAB - at % TAB) if character == "\t" else escape(character)
        pieces.append(piece)
        at += width(piece)
    offsets.append(at)
    return "".join(pieces), offsets


def cut(text: str, start: int, columns: int) -> str:
    """The part of drawn `text` from terminal column `start`, at most `columns` wide."""
    if text.isascii():
        return text[start : start + columns]
    result: list[str] = []
    at = 0
    for character in text:
        size = _columns(character)
        if at >= start + columns or at + size > start + columns:
            break
        if at >= start:
            result.append(character)
        elif at + size > start:
            # Half of a double-width character is left of the cut.
            result.append(" " * (at + size - start))
        at += size
    return "".join(result)


def shortened(text: str, columns: int) -> str:
    """`text` (escaped) with its middle left out if it is wider than `columns`.

    Names of series and runs differ at their ends.
    """
    whole = width(text)
    if whole <= columns:
        return text
    kept = max(columns - len(_ELLIPSIS), 2)
    tail = kept * 2 // 3
    return cut(text, 0, kept - tail) + _ELLIPSIS + cut(text, whole - tail, tail)


def wrap(text: str, columns: int) -> list[str]:
    """`text` (escaped) in lines at most `columns` wide; a longer word stays whole."""
    lines: list[str] = []
    current = ""
    used = 0
    for word in text.split(" "):
        size = width(word)
        if current and used + 1 + size > columns:
            lines.append(current)
            current, used = word, size
        elif current:
            current += " " + word
            used += 1 + size
        else:
            current, used = word, size
    lines.append(current)
    return lines


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
