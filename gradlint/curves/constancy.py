"""Series that stand still at one exact value."""

from __future__ import annotations

import numpy as np

from gradlint.curves.robust import Values


def frozen_tail(values: Values) -> int:
    """The first point of the last stretch of equal values; n - 1 where the last differs."""
    different = np.flatnonzero(values != values[-1])
    return int(different[-1]) + 1 if len(different) else 0


def longest_equal(values: Values) -> tuple[int, int]:
    """First and last point of the longest stretch of equal values; the first of several."""
    changes = np.flatnonzero(values[1:] != values[:-1]) + 1
    edges = np.concatenate(([0], changes, [len(values)]))
    at = int(np.argmax(np.diff(edges)))
    return int(edges[at]), int(edges[at + 1]) - 1


def resolution(values: Values) -> float:
    """The finest step in which the values of a series are written.

    Logs round to a number of decimals; equal values mean nothing where they are few such steps. It
    is the least distance of two values; of few values, which say little, the last decimal of all.
    """
    distinct = np.unique(values)
    if len(distinct) >= _MANY:
        return float(np.min(np.diff(distinct)))
    for decimals in range(_FINEST):
        step = 10.0**-decimals
        if np.all(np.abs(distinct - np.round(distinct, decimals)) <= 1e-9 * np.abs(distinct)):
            return step
    return 10.0**-_FINEST


_MANY = 10
"""Distinct values from which their least distance is the resolution."""

_FINEST = 9
"""Decimals of a float32, beyond which a value was not rounded."""
