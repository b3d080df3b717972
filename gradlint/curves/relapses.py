"""Where a series that had come down stands above its start again."""

from __future__ import annotations

import numpy as np

from gradlint.curves.jump import BRIEF, DIPS, Jump, followed
from gradlint.curves.robust import Values, noise

LEARNT = 0.5
"""Share of its start that the series had come down to, at most."""

SIGMAS = 9.0
"""Least way back in deviations of the noise between points, in logarithms. The training losses of
healthy runs of 60 families reach 6.4 where they come back to their start at all, a batch of eight
among thousands; those of sick ones 11 to 41."""

RECENT = 3
"""Points whose median is the level before."""


def relapses(values: Values) -> list[Jump]:
    """The jumps of a positive series that undo all it had gained, in order; they do not overlap.

    No history is needed, so that a table of ten rows has them too: what a network says before it
    has learnt anything is its worst, as far as learning goes.
    """
    if len(values) < 4 or values.min() <= 0.0:
        return []
    start, before = float(values[:2].max()), np.minimum.accumulate(values)
    far = float(np.exp(min(SIGMAS * noise(np.log(values)), _LOG_MOST)))
    high = np.zeros(len(values), np.bool_)
    high[2:] = before[1:-1] <= LEARNT * start
    high &= (values >= start) & (values >= far * before)
    found: list[Jump] = []
    for index in np.flatnonzero(high).tolist():
        if found and index <= found[-1].end:
            continue
        base = float(np.median(values[max(index - RECENT, 0) : index]))
        if values[index] <= base:
            continue
        peak, end, recovered = followed(values, index, base)
        height = float(np.log(values[peak] / base))
        if end - index >= BRIEF or height >= DIPS * _deepest(np.log(values[:index])):
            found.append(Jump(index, peak, end, base, float(values[peak]), recovered))
    return found


def _deepest(scaled: Values) -> float:
    """How far the deepest dip of one point lies below both its neighbours."""
    dips = np.minimum(scaled[:-2], scaled[2:]) - scaled[1:-1]
    return float(dips.max(initial=0.0))


_LOG_MOST = 700.0
