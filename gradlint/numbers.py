"""Numbers and steps -> the words in which people read them."""

from __future__ import annotations

import math

_DIGITS = 4
"""Significant digits: enough to tell two losses apart, few enough to take in at a glance."""

_LONGEST_PLAIN = 1e6
"""From here on, and below a thousandth or so, a number is shorter with an exponent."""


def number(value: float) -> str:
    """`value` in four significant digits; whole numbers below a million as they are."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    size = abs(value)
    if size < _LONGEST_PLAIN and (value == int(value) or size >= 10 ** (_DIGITS - 1)):
        return f"{value:.0f}" if round(value) else "0"
    mantissa, mark, exponent = f"{value:.{_DIGITS}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if mark else mantissa


def whole(value: float) -> str:
    """A step: every digit, no exponent."""
    return f"{value:.0f}" if math.isfinite(value) else number(value)


def span(start: int, end: int) -> str:
    """`412`, `412-980`; `-1 to 5` where a hyphen would be read as a sign."""
    if start == end:
        return str(start)
    return f"{start}-{end}" if start >= 0 and end >= 0 else f"{start} to {end}"


def steps(start: int | None, end: int | None, axis: str) -> str:
    """`step 412` or `epochs 3-5`; empty if there is no step."""
    first = end if start is None else start
    if first is None:
        return ""
    last = first if end is None else end
    return f"{axis}{'' if first == last else 's'} {span(first, last)}"
