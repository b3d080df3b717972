"""Programs run on a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Sequence
from pathlib import Path

_DECIDES = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "COLORTERM", "TTY_COMPATIBLE")


def on_terminal(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    columns: int = 80,
    stream: str = "stdout",
    **env: str,
) -> tuple[str, str]:
    """Run `command` with its output `stream` on a terminal of `columns` columns.

    Returns:
        What the terminal gets, and what goes to standard error if that is not the terminal.
    """
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    known = {name: value for name, value in os.environ.items() if name not in _DECIDES}
    streams = {"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, stream: child}
    process = subprocess.Popen(
        command, cwd=cwd, env={**known, "TERM": "xterm-256color", **env}, text=True, **streams
    )
    os.close(child)
    shown = bytearray()
    while piece := _read(parent):
        shown += piece
    os.close(parent)
    _, errors = process.communicate()
    return shown.decode().replace("\r\n", "\n"), errors or ""


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux says so when the other end is closed
        return b""
