"""How far long work has got, on a terminal."""

from __future__ import annotations

import os
import sys
from time import monotonic

from gradlint.report.summary import count
from gradlint.report.terminal import cut, escape

_PATIENCE = 1.0
"""Seconds without a word: whoever waits longer wonders."""

_INTERVAL = 0.1
"""Seconds between two words: faster than that nobody reads."""


class Progress:
    """A line on standard error that is written over, and gone in the end.

    Nothing is written where standard error is no terminal, nor in the first second.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._next = monotonic() + _PATIENCE
        self._on = not quiet and _can_be_written_over()
        self._shown = False

    def __call__(self, files: int, runs: int, last: str) -> None:
        """So many files and runs are read, `last` was the last."""
        now = monotonic()
        if not self._on or now < self._next:
            return
        self._next = now + _INTERVAL
        amount = f"{count(files, 'file', 'files')}, {count(runs, 'run', 'runs')}"
        text = escape(f"read {amount}: {last}")
        self._write(f"\r\x1b[K{cut(text, 0, _columns() - 1)}")
        self._shown = True

    def close(self) -> None:
        """Take the line away."""
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False

    def _write(self, text: str) -> None:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()


def _can_be_written_over() -> bool:
    try:
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:
        return False


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
