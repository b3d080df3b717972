"""Text that a training printed, line by line -> a run: `TextReader`, the reader of last resort."""

from __future__ import annotations

from gradlint.runs.readers.text.detection import sniff
from gradlint.runs.readers.text.reader import TextReader

__all__ = ["TextReader", "sniff"]
