"""How much has been read so far, while a terminal waits."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING

from gradlint.report.characters import escape
from gradlint.report.summary import count

if TYPE_CHECKING:
    from gradlint.report.console import Progress as Shown

PATIENCE = 1.0
"""Seconds before progress is shown."""


class Progress:
    """Says what has been read, if standard error is a terminal and reading takes a while."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._from = monotonic() + PATIENCE
        self._on = not quiet and sys.stderr.isatty()
        self._shown: Shown | None = None

    def __call__(self, files: int, runs: int, last: str) -> None:
        """So many files and runs have been read, `last` was the last."""
        if not self._on or monotonic() < self._from:
            return
        if self._shown is None:
            from gradlint.report.console import Progress as Shown

            self._shown = Shown()
        read = f"{count(files, 'file', 'files')}, {count(runs, 'run', 'runs')}"
        self._shown.show(escape(f"read {read}: {last}"))

    def close(self) -> None:
        """Take away what is shown."""
        if self._shown is not None:
            self._shown.close()
            self._shown = None
