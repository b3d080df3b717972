"""One JSON value -> the number that it stands for, if it stands for one."""

from __future__ import annotations

from typing import Any

LONGEST_NUMBER = 64
"""Characters of a text that may still be a number: `repr` of a float takes at most 24."""

_STARTS = frozenset("0123456789+-.nNiI \t")


def number(value: Any) -> float | None:
    """The float64 of a JSON value; None where it is no number (texts, booleans, null, containers).

    Integers beyond float64 are infinite, as `1e400` is. A text counts if it is written as a number:
    fairseq logs every value as text, and NaN is often logged as the text "NaN".
    """
    kind = type(value)
    if kind is float:
        return value  # type: ignore[no-any-return]
    if kind is int:
        try:
            return float(value)
        except OverflowError:
            return float("inf") if value > 0 else float("-inf")
    if kind is str:
        return text_number(value)
    return None


def text_number(text: str) -> float | None:
    """The number that a text spells, None if it spells none.

    >>> text_number("0.53"), text_number("-inf"), text_number("1_000"), text_number("0:00:32")
    (0.53, -inf, None, None)
    """
    # `float` takes "1_000"; no logger writes that, but identifiers look so.
    if not text or text[0] not in _STARTS or len(text) > LONGEST_NUMBER or "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def is_nan_text(value: Any) -> bool:
    """Whether a value is the text `nan` in any case, as opposed to the number."""
    return type(value) is str and value.strip().lower() == "nan"
