"""Box tables of two columns, as Stable-Baselines3 and its ancestors print them -> one record."""

from __future__ import annotations

import re

from gradlint.runs.readers.text.line.numbers import count_of, value_of

_ROW = re.compile(r"\s*\|\s*([^|]{1,200}?)\s*\|\s*([^|]{0,100}?)\s*\|\s*$")
_NUMBER = re.compile(r"[-+]?(?:\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?|nan|inf)$", re.IGNORECASE)

_STEPS = (
    "total_timesteps",
    "num_timesteps",
    "timesteps",
    "totalenvinteracts",
    "timestepssofar",
    "total_steps",
    "global_step",
    "step",
    "steps",
    "serial_timesteps",
    "n_updates",
    "nupdates",
    "iterations",
    "iteration",
    "epoch",
)
"""Rows that say where the training is, the best first; the tags may be cut (`total_timest...`)."""

_WIDEST = 300
"""Characters of a row; the libraries cut their tags at 36 to 80."""

_MOST_ROWS = 2_000
"""Rows of one table; more would be no table of metrics."""


class Table:
    """The table that is being printed, if one is.

    Attributes:
        rounded: whether the step of the table that was closed last is short of digits (`1.02e+05`).
    """

    def __init__(self) -> None:
        self._line = 0
        self._group = ""
        self._values: dict[str, str] = {}
        self.rounded = False

    @property
    def open(self) -> bool:
        """Whether a row was taken and the table is not closed."""
        return self._line > 0

    def take(self, number: int, line: str) -> bool:
        """Take a row; False if `line` is none."""
        match = _ROW.match(line) if len(line) <= _WIDEST else None
        if match is None or len(self._values) >= _MOST_ROWS:
            return False
        key, value = match[1], match[2]
        if value and not _NUMBER.match(value):
            return self.open
        if not value:
            if not key.endswith("/"):
                return self.open
            self._group = key
        else:
            indented = line.lstrip()[1:3] == "  "
            tag = f"{self._group}{key}" if indented else key
            self._values[tag] = value
        self._line = self._line or number
        return True

    def close(self) -> tuple[int, int | None, dict[str, float]] | None:
        """First line, step and values of the table, None if there is none."""
        if not self._line:
            return None
        number, values = self._line, self._values
        self._line, self._group, self._values = 0, "", {}
        if not values:
            return None
        step, self.rounded = None, False
        for word in _STEPS:
            tag = next((t for t in values if _names(t, word)), None)
            if tag is not None and (step := count_of(values[tag])) is not None:
                self.rounded = "e" in values[tag].lower()
                break
        return number, step, {tag: value_of(text) for tag, text in values.items()}


def _names(tag: str, word: str) -> bool:
    name = tag.rsplit("/", 1)[-1]
    if name.endswith("..."):
        return len(name) > 8 and word.startswith(name[:-3])
    return name.lower() == word
