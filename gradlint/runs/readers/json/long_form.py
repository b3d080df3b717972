"""Objects that say of which series they are: a value each, or a whole curve."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from gradlint.runs.readers.json.naming import EARLIEST, LATEST, counts, plain
from gradlint.runs.readers.json.values import number

_NAMES = frozenset("name metric metric_name metricname key tag series".split())
_VALUES = frozenset("value metric_value metricvalue".split())
_CURVES = (("x", "y"), ("steps", "values"))
"""Keys of the steps and the values of a curve."""


@dataclass(frozen=True, slots=True)
class LongForm:
    """Which keys of an object hold the name of a series and a value of it."""

    name: str
    value: str

    def wide(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with the value under its series' name: `{"step": 3, "loss": 0.5}`."""
        name = row[self.name]
        if type(name) is not str or name in row or number(row[self.value]) is None:
            return row
        rest = {key: value for key, value in row.items() if key not in (self.name, self.value)}
        return {**rest, name: row[self.value]}


def find_long_form(keys: Collection[str]) -> LongForm | None:
    """The long form of objects with these keys; None if they have not, or count nothing."""
    name = next((key for key in keys if plain(key) in _NAMES), None)
    value = next((key for key in keys if plain(key) in _VALUES), None)
    if name is None or value is None or not any(map(counts, keys)):
        return None
    return LongForm(name, value)


def rows_of_curve(row: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The rows that an object with a whole curve stands for; None if it is not one.

    Comet has `{"name": "loss", "x": [0, 10], "y": [2.5, 2.25]}`.
    """
    name = next((row[key] for key in row if plain(key) in _NAMES), None)
    if type(name) is not str:
        return None
    for keys in _CURVES:
        steps, values = map(row.get, keys)
        if type(steps) is list and type(values) is list and len(steps) == len(values) > 0:
            pairs = zip(steps, values, strict=True)
            return [{"step": step, name: value} for step, value in pairs]
    return None


def timed_point(member: object) -> tuple[int, Any] | None:
    """Step and value of `[seconds since 1970, step, value]`, as TensorBoard exports them."""
    if type(member) is not list or len(member) != 3:
        return None
    wall, step, value = member
    if type(step) is not int or abs(step) >= 2**62 or type(wall) not in (int, float):
        return None
    return (step, value) if EARLIEST < wall < LATEST else None
