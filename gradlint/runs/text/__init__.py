"""Text that a training printed, line by line -> a run: `TextReader`, the reader of last resort."""

from __future__ import annotations

from gradlint.runs.text.reader import TextReader
from gradlint.runs.text.sniffing import sniff

__all__ = ["TextReader", "sniff"]
