"""Series that grow out of all bounds, whatever they mean."""

from __future__ import annotations

import numpy as np

from gradlint.curves.robust import Values

FEW = 3
"""Points that make a value at an end of the run."""

RETAINED = 0.01
"""Share of its highest value that a series is still at when it ends, at least."""


def runaway(values: Values, factor: float) -> int | None:
    """The first point from which a series, of either sign, is on its way to `factor` and more.

    It is measured from its first values, or from 1 where those are less: what stands at 1e-9 and
    then at 0.1 has only begun. None where it does not get there, comes back, or grows no faster
    than what is counted: a count of equal steps grows n-fold in n points, a sum of such counts by
    the square.

    Args:
        values: float64, shape (n,), all finite.
        factor: of the size that the series begins with.
    """
    if len(values) < 2 * FEW:
        return None
    sizes = np.abs(values)
    start = max(float(np.median(sizes[:FEW])), 1.0)
    final = float(np.median(sizes[-FEW:]))
    if final < max(factor, len(values) ** 2) * start or final < RETAINED * float(sizes.max()):
        return None
    calm = np.flatnonzero(sizes <= 2.0 * start)
    return int(calm[-1]) + 1 if len(calm) else 0


def sizes_of_fifths(values: Values) -> list[float]:
    """The size that nine of ten values keep below, in each fifth of a series.

    What swings about zero shows its growth in it.

    Args:
        values: float64, shape (n,), n at least 5.
    """
    return [float(np.quantile(part, 0.9)) for part in np.array_split(np.abs(values), 5)]
