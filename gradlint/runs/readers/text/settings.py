"""Settings that a run printed -> metadata, for the reader of the findings: not series."""

from __future__ import annotations

import re

_PAIR = re.compile(r"(\w{1,80})=('[^']{0,200}'|[^,()\[\]]{1,200})(?:, |$)")

_LONGEST_DUMP = 100_000
"""Characters of a dump that are looked at; the one of Megatron-LM has about 20,000."""

MOST_SETTINGS = 500
"""Settings kept; the largest argument list seen (Megatron-LM) has about 400."""


class Settings:
    """Names and texts, the last one stands."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def take(self, line: str) -> bool:
        """Whether `line` is a dump of arguments; its pairs are kept."""
        start = line.find("Namespace(")
        if start < 0 or not line.rstrip().endswith(")"):
            return False
        inside = line[start + len("Namespace(") :].rstrip().removesuffix(")")
        for name, value in _PAIR.findall(inside[:_LONGEST_DUMP]):
            self.add(name, value.strip("'"))
        return True

    def add(self, name: str, text: str) -> None:
        """Keep one setting."""
        if len(self.texts) < MOST_SETTINGS or name in self.texts:
            self.texts[name] = text
