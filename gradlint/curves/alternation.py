"""Where a series swings: its turning points."""

from __future__ import annotations

import numpy as np

from gradlint.curves.robust import Indices, Values


def turning_points(values: Values, swing: float) -> Indices:
    """The extremes between which a series swings by at least `swing`; intp, strictly rising.

    A zigzag filter: a high counts when the series has since fallen by `swing`, a low when it has
    since risen by as much. The last extreme, which nothing confirms yet, is left out.
    """
    found: list[int] = []
    high = low = 0
    direction = 0
    for index in range(1, len(values)):
        value = values[index]
        if direction >= 0 and value > values[high]:
            high = index
        if direction <= 0 and value < values[low]:
            low = index
        if direction >= 0 and value <= values[high] - swing:
            found.append(high)
            direction, low = -1, index
        elif direction <= 0 and value >= values[low] + swing:
            found.append(low)
            direction, high = 1, index
    return np.array(found, np.intp)
