"""What the columns of a table without a header are, as far as their cells tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from gradlint.runs.readers.tables.cells import TEXT, number
from gradlint.runs.readers.tables.steps import EARLIEST, LATEST, MILLISECONDS

STEP, WALL, NAME, VALUE = "step", "wall_time", "name", "value"
"""The names that columns are given, by which they are known later."""

_SERIES = re.compile(r"[^\W\d][\w./-]{0,59}")
"""The name of a series, in one word."""

_FEWEST_ROWS = 2
"""Rows from which on a column can go up."""

_RETURNS = 0.5
"""Share of the rows at most that name another series than those before: a column of names in which
each is another one is of persons or files."""


def guessed_names(rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """The names of `width` columns, "" where a column has none; nothing if none has one.

    The step is the first column of whole numbers that only goes up; seconds or milliseconds since
    1970 are times. A column of words between a step and a value says which series the value is of.
    """
    columns = list(zip(*(row for row in rows if len(row) == width), strict=True))
    if not columns or len(columns[0]) < _FEWEST_ROWS:
        return ()
    names = [""] * width
    counted: dict[int, list[float]] = {}
    worded: list[int] = []
    for at, cells in enumerate(columns):
        values = _numbers(cells)
        if values is None:
            worded.append(at)
        elif _is_time(values):
            names[at] = WALL
        else:
            counted[at] = values
    named = (
        len(worded) == 1 and len(counted) == 2 == width - 1 and _names_series(columns[worded[0]])
    )
    counting = (at for at, values in counted.items() if _counts_up(values, strictly=not named))
    step = next(counting, None) if len(counted) > 1 else None
    if step is not None:
        names[step] = STEP
        if named:
            names[worded[0]] = NAME
            names[next(at for at in counted if at != step)] = VALUE
    return tuple(names) if any(names) else ()


def _numbers(cells: Sequence[str]) -> list[float] | None:
    values = [number(cell) for cell in cells]
    numbers = [value for value in values if isinstance(value, float)]
    return numbers if len(numbers) == len(values) else None


def _is_time(values: Sequence[float]) -> bool:
    return any(
        all(EARLIEST <= value / unit < LATEST for value in values) for unit in (1.0, MILLISECONDS)
    )


def _counts_up(values: Sequence[float], *, strictly: bool) -> bool:
    if not all(value.is_integer() for value in values) or values[0] == values[-1]:
        return False
    return all(a < b if strictly else a <= b for a, b in pairwise(values))


def _names_series(cells: Sequence[str]) -> bool:
    words = all(number(cell) is TEXT and _SERIES.fullmatch(cell.strip()) for cell in cells)
    return words and len(set(cells)) <= max(1, _RETURNS * len(cells))
