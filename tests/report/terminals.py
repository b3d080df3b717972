"""A terminal to draw reports on."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable
from unittest import mock

from gradlint.report.console import Console
from gradlint.report.layout import Line, Table

Parts = Iterable[Line | Table]

_TERMINAL = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
_DECIDES = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "COLORTERM", "TTY_COMPATIBLE")


def shown(parts: Parts, *, columns: int = 80, **env: str) -> str:
    """What a terminal of `columns` columns with the variables `env` gets, colours included."""
    known = {name: value for name, value in os.environ.items() if name not in _DECIDES}
    stream = io.StringIO()
    with mock.patch.dict(
        os.environ, {**known, **_TERMINAL, "COLUMNS": str(columns), **env}, clear=True
    ):
        Console(stream).draw(parts)
    return stream.getvalue()


def uncoloured(page: str) -> str:
    """A page without its colours, nor the spaces behind its lines."""
    bare = re.sub(r"\x1b\[[\d;]*m", "", page)
    return "\n".join(line.rstrip() for line in bare.split("\n"))
