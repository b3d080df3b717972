"""A path or bytes -> a program text, or why there is none."""

from __future__ import annotations

import os
import re
import stat

from gradlint.finding import Skip, Span
from gradlint.source.text import SourceFile, Unreadable, display_path

DEFAULT_MAX_SIZE = 2_000_000
"""Bytes above which a program is taken for a generated one."""

# Outputs (images, tables) make up most of a notebook, so the limit on its code is applied to the
# extracted code, and the file itself may be this many times larger.
_NOTEBOOK_ALLOWANCE = 32

_START = Span(1, 1, 1, 1)
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")


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
            return _too_big(shown, limit)
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
        # Most runs meet no notebook.
        from gradlint.source.notebook import read_notebook

        program = read_notebook(shown, data)
        if isinstance(program, SourceFile) and len(program.text) > max_size:
            return _too_big(shown, max_size)
        return program
    if len(data) > max_size:
        return _too_big(shown, max_size)
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


def _too_big(path: str, limit: int) -> Skip:
    return Skip(path, None, f"larger than {limit:,} bytes (`max-file-size`)")


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
