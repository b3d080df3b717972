"""Numbers -> how far they may be from those that were printed, and how many digits they have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_Values = NDArray[np.float64]

_MOST_DIGITS = 8
"""Digits from which on a number was not rounded to be printed: float32 has 7.2."""

_LARGEST_POWER = 290
"""Power of ten up to which numbers can be scaled within float64; beyond, digits do not count."""

_SINGLE = 2.0**-22
"""Relative difference of a number and of itself as float32 (2**-24), with some room: event files
hold float32, tables what Python computed."""

_SAMPLE = 200
"""Points that the number of digits is taken from; any of them may end in zeros."""


def rounding(values: _Values) -> _Values:
    """How far the numbers that `values` were printed of may be from them; float64, shape (n,).

    Taken from the decimals that the values of each power of ten have: however a program prints,
    with `%.4f`, `%.4g` or one above a limit and the other below, smaller numbers have no fewer, and
    what is printed as 0 is smaller still.
    """
    size = np.abs(values)
    known = np.flatnonzero(np.isfinite(values) & (values != 0))
    allowed = np.zeros(len(values))
    if not len(known):
        return allowed
    allowed[known] = _SINGLE * size[known]
    powers = np.clip(np.floor(np.log10(size[known])), -_LARGEST_POWER, _LARGEST_POWER)
    decimals = -int(powers.max())
    for power in np.unique(powers)[::-1]:
        these = known[powers == power]
        sample = size[these[:: max(1, len(these) // _SAMPLE)]]
        most = _MOST_DIGITS - int(power)
        fewest = max(decimals, -int(power))
        decimals = next((it for it in range(fewest, most) if _has_decimals(sample, it)), most)
        if decimals < most:
            allowed[these] += 0.5 * 10.0**-decimals
    allowed[values == 0] = allowed[these].min()
    return allowed


def _has_decimals(numbers: _Values, decimals: int) -> bool:
    """Whether the numbers have that many decimals, or fewer; below 0 they end in zeros."""
    scaled = numbers * 10.0**decimals if decimals >= 0 else numbers / 10.0**-decimals
    return bool((np.abs(np.rint(scaled) - scaled) <= 1e-13 * (1 + scaled)).all())
