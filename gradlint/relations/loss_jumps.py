"""The excursions of a run's losses that nothing planned explains."""

from __future__ import annotations

import numpy as np

from gradlint.curves.excursions import Excursion, upward
from gradlint.curves.levels import levels
from gradlint.relations.learning_rate import raised_before, searches_rate
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

LEAST_ROWS = 30
"""Rows of a log without steps, epochs or times, at least, before their order is taken for time: a
short table may be one of results."""

SETTLING = 5
"""Evaluations at the beginning that may be wild: batch normalisation has not seen much yet."""

PERIODIC = 4
"""Jumps at one distance, at least, that are the log's own period: running means that begin anew
each epoch, data in a fixed order."""

BRIEF = 2
"""Points up to which a jump may be a batch or two."""

EARLY = 8
EARLY_RATIO = 10.0
"""Factor by which a loss may jump, and come back, within its first points: one batch, or the first
steps of an optimizer whose averages are empty."""

KEPT = 0.5
"""Share of a jump's usual height that is still there at the end, where a loss has not come back."""

SHARE = 0.25
"""Least height at the end in units of what had been gained."""

TAIL = 3
"""Points at the end that make the final value, and that a jump must have lasted."""


def is_short_table(curve: Curve) -> bool:
    """Whether the order of its rows can't be taken for time: no axis, and few of them."""
    return curve.axis == "row" and len(curve.level) < LEAST_ROWS


def incidents(run: Run, curve: Curve) -> list[Excursion]:
    """The jumps of a loss that are trouble.

    Not those where another term joins the loss or leaves it, nor of a loss that pulls against
    another, of a search for a learning rate, at a warm restart or at every epoch (these do not take
    it back above its start), and not the rise of a held-out loss to the end, which is overfitting.
    """
    if curve.role.adversarial or not len(curve.level) or searches_rate(run):
        return []
    if is_short_table(curve):
        return []
    start = curve.measured(levels).start
    held_out = curve.role.held_out
    found = [
        it
        for it in curve.measured(upward)
        if not (held_out and (not it.recovered or it.start < SETTLING))
        and (it.top > start or not raised_before(run, curve, it.start))
        and not (it.start < EARLY and it.recovered and it.top < EARLY_RATIO * it.base)
        and not _objective_changes(run, curve, it)
    ]
    low = [it for it in found if it.top <= start]
    if len(low) >= PERIODIC and np.ptp(np.diff([it.start for it in low])) <= 2:
        found = [it for it in found if it.top > start]
    return found


def _objective_changes(run: Run, curve: Curve, jump: Excursion) -> bool:
    """Whether another loss begins, ends, or leaves 0 where this one jumps: it is another sum."""
    low = curve.step(max(jump.start - 1, 0))
    high = curve.step(jump.start)
    for other in run.of(Kind.LOSS, parts=True):
        same = other.axis == curve.axis and other.role.split in ("", curve.role.split)
        if other is curve or not same or len(other) < 2:
            continue
        edges = []
        if other.steps[0] > curve.steps[0]:
            edges.append(int(other.steps[0]))
        if other.steps[-1] < curve.steps[-1] and other.finite[-1]:
            edges.append(int(other.steps[-1]))
        zero = other.values == 0.0
        if zero.any():
            edges += [int(step) for step in other.steps[1:][zero[:-1] & ~zero[1:]]]
        if any(low <= edge <= high for edge in edges):
            return True
    return False


def is_lone(curve: Curve, jump: Excursion) -> bool:
    """Whether a jump is a point or two of a training loss, back at once, and below its start.

    Batches differ, and one that is hard comes to nothing.
    """
    brief = jump.recovered and jump.end - jump.start < BRIEF
    trained = curve.role.trained_on
    return trained and brief and jump.top <= curve.measured(levels).start


def stays(curve: Curve, jump: Excursion) -> bool:
    """Whether a jump is not undone by the end of the run: the loss has diverged."""
    values = curve.level
    if jump.recovered or jump.base <= 0:
        return False
    if len(values) - jump.start < TAIL and len(values) == len(curve):
        return False  # too few points to tell, and nothing infinite behind them
    final = float(np.median(values[-TAIL:])) - jump.base
    usual = float(np.median(values[jump.start : jump.end + 1])) - jump.base
    gained = abs(curve.measured(levels).start - jump.base)
    return final >= KEPT * usual and final >= SHARE * gained
