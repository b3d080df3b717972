"""A curve and an event -> the columns of a plot around it."""

from __future__ import annotations

import numpy as np

from gradlint.finding import Excerpt
from gradlint.runs.run import Curve

_COLUMNS = 160
"""Two dots of a braille cell stand side by side: enough for a plot of 80 cells."""

_CONTEXT = 60
"""Points shown before and after an event at least, so that what was normal can be seen."""

_SHARE = 1.5
"""Context on either side in lengths of the event, for events longer than a few points."""


def excerpt(curve: Curve, start: int | None, end: int | None) -> Excerpt | None:
    """What to plot for an event from step `start` to step `end`; None for a curve of one point."""
    count = len(curve)
    if count < 2 or start is None:
        return None
    first, last = _positions(curve, start, start if end is None else end)
    context = max(_CONTEXT, int(_SHARE * (last - first + 1)))
    low, high = max(first - context, 0), min(last + context + 1, count)
    columns = min(high - low, _COLUMNS)
    edges = low + np.arange(columns + 1) * (high - low) // columns
    values = np.where(curve.finite, curve.values, np.nan)[low:high]
    at = (edges[:-1] - low).astype(np.intp)
    bad = np.add.reduceat(~curve.finite[low:high], at, dtype=np.int64)
    return Excerpt(
        steps=tuple(map(float, curve.steps[edges[:-1]])),
        low=tuple(map(float, np.fmin.reduceat(values, at))),
        high=tuple(map(float, np.fmax.reduceat(values, at))),
        last=float(curve.steps[high - 1]),
        start=int(np.searchsorted(edges, first, "right")) - 1,
        end=int(np.searchsorted(edges, last, "right")) - 1,
        bad=tuple(map(int, np.flatnonzero(bad))),
    )


def _positions(curve: Curve, start: int, end: int) -> tuple[int, int]:
    """The first and last point whose step is in the event; the nearest where none is."""
    inside = np.flatnonzero((curve.steps >= start) & (curve.steps <= end))
    if len(inside):
        return int(inside[0]), int(inside[-1])
    nearest = int(np.argmin(np.abs(curve.steps.astype(np.float64) - start)))
    return nearest, nearest
