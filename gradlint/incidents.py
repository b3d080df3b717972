"""The excursions of a run's losses that nothing planned explains."""

from __future__ import annotations

import numpy as np

from gradlint.curves.excursions import Excursion, upward
from gradlint.curves.levels import levels
from gradlint.runs.run import Curve, Run
from gradlint.runs.schedule import raised_before, searches_rate

SETTLING = 5
"""Evaluations at the beginning that may be wild: batch normalisation has not seen much yet."""

PERIODIC = 4
"""Jumps at one distance, at least, that are the log's own period: running means that begin anew
each epoch, data in a fixed order."""

KEPT = 0.5
"""Share of a jump's usual height that is still there at the end, where a loss has not come back."""

SHARE = 0.25
"""Least height at the end in units of what had been gained."""

TAIL = 3
"""Points at the end that make the final value, and that a jump must have lasted."""


def incidents(run: Run, curve: Curve) -> list[Excursion]:
    """The jumps of a loss that are trouble.

    Not those of a loss that pulls against another, of a search for a learning rate, at a warm
    restart or at every epoch (these do not take it back above its start), and not the rise of a
    held-out loss to the end, which is overfitting.
    """
    if curve.role.adversarial or not len(curve.level) or searches_rate(run):
        return []
    start = levels(curve.level).start
    held_out = curve.role.split in ("validation", "test")
    found = [
        it
        for it in curve.measured(upward)
        if not (held_out and (not it.recovered or it.start < SETTLING))
        and (it.top > start or not raised_before(run, curve, it.start))
    ]
    low = [it for it in found if it.top <= start]
    if len(low) >= PERIODIC and np.ptp(np.diff([it.start for it in low])) <= 2:
        found = [it for it in found if it.top > start]
    return found


def stays(curve: Curve, jump: Excursion) -> bool:
    """Whether a jump is not undone by the end of the run: the loss has diverged."""
    values = curve.level
    if jump.recovered or jump.base <= 0:
        return False
    if len(values) - jump.start < TAIL and len(values) == len(curve):
        return False  # too few points to tell, and nothing infinite behind them
    final = float(np.median(values[-TAIL:])) - jump.base
    usual = float(np.median(values[jump.start : jump.end + 1])) - jump.base
    gained = abs(levels(values).start - jump.base)
    return final >= KEPT * usual and final >= SHARE * gained
