"""One cell of a table -> a number, a blank, or text. What a cell means depends on it alone."""

from __future__ import annotations

import math
import re
from enum import Enum
from functools import lru_cache
from typing import Final


class NoNumber(Enum):
    """What a cell is that holds no number."""

    BLANK = "blank"
    TEXT = "text"


BLANK: Final = NoNumber.BLANK
TEXT: Final = NoNumber.TEXT

_LONGEST_CELL = 200
"""Characters of a cell that may still be a number in some wrapping; a printed tensor takes 80."""

_BLANKS = frozenset(
    {"", "na", "n/a", "#n/a", "#na", "<na>", "none", "null", "nil", "-", "--", "---", "nat"}
    | {"no log"}  # of transformers' tables in notebooks
)
"""How loggers and table programs write that there is no value, in lower case. `nan` is not
among them: it is a value."""

_MOST_ELEMENTS = 64
"""Elements of a list in a cell that are read, as for a metric by class or by output."""

_WRAPPED = re.compile(
    r"(?:torch\.)?(?:tensor|Tensor|array|Array|DeviceArray"
    r"|(?:np|numpy|jnp)\.(?:float|int|uint)\d*_?)"
    r"\(\s*(?P<number>[^()\[\],\s]+)\s*(?:,.*)?\)"
    r"|<tf\.Tensor.{0,80}numpy=(?P<tf>[^,>\s]+)[^>]*>"
    r"|\[\s*(?P<single>[^\[\],\s]+)\s*\]"
    r"|(?P<percent>[^%\s]+)\s*%"
    r"|(?P<literal>[+-]?\d[\d.eE+-]*)[fF]"
)
"""Numbers as seen in logs whose author forgot `.item()`, and percentages and C literals."""

_WRAPPINGS = frozenset(")]>%fF")
"""What such a number ends with."""

_PLACE = re.compile(r"(\d{1,15})/(\d{1,15})")
"""How far a counter is, and where it ends: `5/100`."""

_SIZE = re.compile(r"(\d{0,9}\.?\d{1,9})([KMGT])i?B?")
_SIZES = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
"""Memory and counts, as `1.23G`."""

_MSVC_NAN = re.compile(r"[+-]?(?:1\.#(?:ind|qnan|snan|nan)\d*|s?nan\(\w*\))", re.IGNORECASE)
_MSVC_INF = re.compile(r"([+-]?)1\.#inf\d*", re.IGNORECASE)
"""`printf` of older Windows run-times."""


def number(cell: str) -> float | NoNumber:
    """The value of a cell: `nan` and `inf` are numbers, `NA`, `None` and `null` are blanks.

    A percentage is taken without its sign (`12.3%` is 12.3), of `5/100` the 5; `1.5G` is 1.5e9 and
    `1e400` is infinite.
    """
    try:
        value = float(cell)
    except ValueError:
        return _other(cell)
    # float() also takes `1_000`, which is a name in a log, and the digits of every script.
    return TEXT if "_" in cell or not cell.isascii() else value


def numbers(cell: str) -> list[str]:
    """The elements of a cell that is a list of numbers, such as `[0.1, nan]`; else nothing."""
    cell = cell.strip('" ')
    if not (cell.startswith("[") and cell.endswith("]")):
        return []
    elements = cell[1:-1].replace(",", " ").split(None, _MOST_ELEMENTS)[:_MOST_ELEMENTS]
    return elements if all(map(is_number, elements)) else []


def is_number(cell: str) -> bool:
    """Whether the cell holds a number."""
    return isinstance(number(cell), float)


def _other(cell: str) -> float | NoNumber:
    cell = cell.strip()
    if not cell:
        return BLANK
    return TEXT if len(cell) > _LONGEST_CELL else _unusual(cell)


@lru_cache(maxsize=4096)
def _unusual(cell: str) -> float | NoNumber:
    """As `number`, for what `float` refuses; text mostly repeats itself."""
    if cell.lower() in _BLANKS:
        return BLANK
    wrapped = _WRAPPED.fullmatch(cell) if cell[-1] in _WRAPPINGS else None
    if wrapped:
        inner = next(group for group in wrapped.groups() if group is not None)
        try:
            return float(inner) if "_" not in inner and inner.isascii() else TEXT
        except ValueError:
            return TEXT
    place = _PLACE.fullmatch(cell)
    if place and int(place[1]) <= int(place[2]):
        return float(place[1])
    size = _SIZE.fullmatch(cell)
    if size:
        return float(size[1]) * _SIZES[size[2]]
    if _MSVC_NAN.fullmatch(cell):
        return math.nan
    infinite = _MSVC_INF.fullmatch(cell)
    if infinite:
        return -math.inf if infinite[1] == "-" else math.inf
    return TEXT
