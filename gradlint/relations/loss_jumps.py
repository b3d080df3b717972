"""The jumps of a run's losses: which are high enough to matter, and which nothing explains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradlint.curves.departures import Departure
from gradlint.curves.excursions import Excursion, excursions
from gradlint.curves.jump import Jump
from gradlint.curves.levels import levels
from gradlint.curves.relapses import false_start, relapses
from gradlint.curves.robust import Values, medians_of_three
from gradlint.curves.rounds import round_length
from gradlint.curves.setback import setback
from gradlint.relations.agreement import agreements
from gradlint.relations.bursts import bursts
from gradlint.relations.learning_rate import raised_before, searches_rate
from gradlint.relations.schedules import weight_jumps
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

SIGMAS = 6.0
"""Least height of a spike of a loss. Real ones measure 14 and more, most of them 40 to 250; of 280
synthetic runs of 2,000 points of noise (normal, lognormal with 0.2 and 0.5, Student's t with 3
degrees of freedom, autoregressive, gamma, and lognormal about zero) 6 are alarmed, 11 at half of
this and 2 at the double (an earlier state; `tests/benchmarks/nulls.py` simulates whole runs)."""

RATIO = 1.3
"""A loss that is 30% up has lost what it gained over a long stretch: less than that is noise to
anyone who looks at the curve, however significant."""

OUTSTANDING = 1.5
"""A point that is barely above what the history has seen before is of that history."""

RECORD_RATIO = 3.0
"""A loss begins near what guessing gives, so three times its highest value is beyond learning."""

LEAST_HEIGHT = 0.1
"""Least height in units of what had been gained since the start: a loss near zero jumps by many
deviations, and by nothing that matters. It counts in logarithms, too: a loss that falls through
many decades may jump by one."""

UNDONE = 1 / 3
"""Share of what had been gained, in logarithms, that a departure undoes at least."""

LEAST_LINEAR = 0.02
"""The same in plain units: near zero decades are nothing."""

LEAST_ROWS = 30
"""Rows of a log without steps, epochs or times, at least, before their order is taken for time: a
short table may be one of results."""

SETTLING = 5
"""Evaluations at the beginning that may be wild: batch normalisation has not seen much yet."""

PERIODIC = 4
"""Jumps at one distance, at least, that are the log's own period: running means that begin anew
each epoch, data in a fixed order."""

JITTER = 2
"""Points by which their distances may differ: an epoch is not a whole number of logged points."""

BRIEF = 2
"""Points up to which a jump may be a batch or two."""

FIRST_POINTS = 8
"""Points at the beginning within which a loss may jump by `FIRST_RATIO` and come back."""

FIRST_SHARE = 0.25
"""Share of a short run that they are at most."""

FIRST_RATIO = 10.0
"""Factor of such a jump: one batch, or the first steps of an optimizer whose averages are empty."""

KEPT = 0.5
"""Share of a jump's usual height that is still there at the end, where a loss has not come back."""

LOST = 0.25
"""Least height at the end in units of what had been gained."""

TAIL = 3
"""Points at the end that make the final value, and that a jump must have lasted."""


def loss_excursions(values: Values) -> list[Excursion]:
    """The excursions of a loss that are high enough to matter: with the thresholds above."""
    found = excursions(
        values,
        sigmas=SIGMAS,
        ratio=RATIO,
        outstanding=OUTSTANDING,
        record_ratio=RECORD_RATIO,
    )
    if not found:
        return []
    level, gained = levels(values), 0.0
    if values.min() > 0:
        gained = LEAST_HEIGHT * float(np.log(values[0]) - np.log(level.lowest))
    return [
        it
        for it in found
        if it.height >= LEAST_HEIGHT * abs(level.start - it.base)
        and it.top >= it.base * np.exp(gained)
    ]


def is_short_table(curve: Curve) -> bool:
    """Whether the order of its rows can't be taken for time: no axis, and few of them."""
    return curve.axis == "row" and len(curve.level) < LEAST_ROWS


def is_warm_restart(run: Run, curve: Curve, jump: Jump) -> bool:
    """Whether a loss jumps, and not above its start, as the learning rate was raised before it."""
    start = curve.measured(levels).start
    return jump.top <= start and raised_before(run, curve, jump.start, jump.peak)


def unplanned_jumps(run: Run, curve: Curve) -> list[Jump]:
    """The jumps of a loss that are trouble.

    Not those where another term joins the loss or leaves it or weighs more by plan, nor of a loss
    that pulls against another, of a search for a learning rate, at a warm restart or at every epoch
    (these do not take it back above its start), and not the rise of a held-out loss to the end,
    which is overfitting.
    """
    if is_short_table(curve) or run.measured(searches_rate):
        return []
    burst = [it.jump for it in bursts(run) if it.curve is curve]
    if curve.role.adversarial:
        return burst
    held_out = curve.role.held_out
    found = burst + [
        it
        for it in _jumps(run, curve)
        if not _any_meets(burst, it)
        and not (held_out and (not it.recovered or it.start < SETTLING))
        and not is_warm_restart(run, curve, it)
        and not _is_first_step(curve, it)
        and not _objective_changes(run, curve, it)
        and not weight_jumps(run, curve, it.start)
    ]
    found.sort(key=lambda it: it.start)
    return _unperiodic(curve, found) if found else []


def _jumps(run: Run, curve: Curve) -> list[Jump]:
    """The excursions of a loss, its relapses, and the departures that other series bear out."""
    first = None if curve.role.held_out else curve.measured(false_start)
    found: list[Jump] = [] if first is None else [first]
    # A relapse is told from the first point of its climb, and may hold an excursion.
    more: list[Jump] = [] if curve.role.held_out else list(curve.measured(relapses))
    more += curve.measured(loss_excursions)
    alone = curve.measured(setback)
    if alone is not None and alone.top >= RECORD_RATIO * curve.level[: alone.start].max() > 0.0:
        more.append(alone)
    for agreement in agreements(run):
        if agreement.curve is curve and _is_material(curve, agreement.departure):
            more.append(agreement.departure)
    for jump in more:
        if not _any_meets(found, jump):
            found.append(jump)
    return sorted(found, key=lambda it: it.start)


def _any_meets(jumps: Sequence[Jump], jump: Jump) -> bool:
    return any(jump.end >= it.start and jump.start <= it.end for it in jumps)


def _is_first_step(curve: Curve, jump: Jump) -> bool:
    """Whether a jump is one of the first steps of an optimizer, and undoes nothing."""
    first = min(FIRST_POINTS, FIRST_SHARE * len(curve.level))
    early = jump.start < first and jump.recovered and jump.top < FIRST_RATIO * jump.base
    undoing = [it for it in (curve.measured(false_start), *curve.measured(relapses)) if it]
    return early and not _any_meets(undoing, jump)


def _is_material(curve: Curve, jump: Departure) -> bool:
    """Whether a departure undoes a good part of what had been gained."""
    values = curve.level
    start, best = min(float(values[0]), curve.measured(levels).start), float(jump.base)
    best = min(best, float(np.min(curve.measured(medians_of_three)[: max(jump.start, 1)])))
    if jump.level - jump.base < LEAST_LINEAR * max(start - best, LEAST_HEIGHT * abs(start)):
        return False
    if values.min() <= 0.0:
        return jump.level - jump.base >= UNDONE * max(start - best, LEAST_HEIGHT * abs(start))
    if jump.level < RATIO * jump.base:
        return False
    gained = max(float(np.log(start / best)), _TINY) if start > best else _TINY
    return float(np.log(jump.level / jump.base)) >= UNDONE * gained


def _unperiodic(curve: Curve, jumps: list[Jump]) -> list[Jump]:
    """The jumps without those of the log's own period, or at which a loss begins anew."""
    length = curve.measured(round_length)
    if length is not None:
        return [it for it in jumps if it.start % length]
    start = curve.measured(levels).start
    low = [it.start for it in jumps if it.top <= start]
    periodic = len(low) >= PERIODIC and np.ptp(np.diff(low)) <= JITTER
    return [it for it in jumps if it.top > start] if periodic else jumps


def _objective_changes(run: Run, curve: Curve, jump: Jump) -> bool:
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


def is_lone(run: Run, curve: Curve, jump: Jump) -> bool:
    """Whether a jump is a point or two of a training loss, back at once, and below its start.

    Batches differ, and one that is hard comes to nothing, unless other series move with it.
    """
    brief = jump.recovered and jump.end - jump.start < BRIEF
    agreed = [it.departure for it in agreements(run) if it.curve is curve and it.witnesses]
    below = curve.role.trained_on and jump.top <= curve.measured(levels).start
    return below and brief and not _any_meets(agreed, jump)


def stays(curve: Curve, jump: Jump) -> bool:
    """Whether a jump is not undone by the end of the run: the loss has diverged."""
    values = curve.level
    if jump.recovered:
        return False
    if len(values) - jump.start < TAIL and len(values) == len(curve):
        return False  # too few points to tell, and nothing infinite behind them
    final = float(np.median(values[-TAIL:])) - jump.base
    usual = float(np.median(values[jump.start : jump.end + 1])) - jump.base
    gained = abs(curve.measured(levels).start - jump.base)
    return final >= KEPT * usual and final >= LOST * gained


_TINY = 1e-3
