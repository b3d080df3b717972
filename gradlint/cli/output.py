"""Where output goes: terminal or file, its width, its colours, its encoding."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from gradlint.report.terminal import escape

_WIDTH_WITHOUT_TERMINAL = 100
_WIDEST = 140


class UserError(Exception):
    """Something the user asked for that cannot be done; one plain line."""


def write(text: str) -> None:
    """Write to standard output; what its encoding lacks is written as an escape."""
    _write(sys.stdout, text)


def write_error(text: str) -> None:
    """Write one message to standard error, control characters made visible."""
    _write(sys.stderr, escape(text.rstrip("\n")) + "\n")


def write_file(path: str, text: str) -> None:
    """Write a report to `path`.

    Raises:
        UserError: it cannot be written.
    """
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"cannot write the report `{path}`: {reason.lower()}") from None


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    try:
        return sys.stdout.isatty()
    except ValueError:
        return False


def colored() -> bool:
    """Whether to colour: on a terminal, unless NO_COLOR says no or FORCE_COLOR says yes."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal() and os.environ.get("TERM") != "dumb"


def columns() -> int:
    """Columns to fill: the terminal's, or COLUMNS, or a width that reads well in a file."""
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and int(given) > 0:
        return min(int(given), _WIDEST)
    if is_terminal():
        try:
            return min(os.get_terminal_size(sys.stdout.fileno()).columns, _WIDEST) or 80
        except (OSError, ValueError):
            return 80
    return _WIDTH_WITHOUT_TERMINAL


def encoding() -> str:
    """The encoding that a plot on standard output may use.

    The Linux console has no braille in its font, whatever the encoding.
    """
    if os.environ.get("TERM") == "linux" and is_terminal():
        return "cp437"
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def _write(stream: TextIO, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
