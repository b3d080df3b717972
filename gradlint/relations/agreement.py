"""The departures of a run's series, side by side -> those that several make at the same steps.

What one series does may be noise; that others depart with it multiplies the odds against that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradlint.curves.departures import Departure, departures
from gradlint.curves.jump import Jump
from gradlint.curves.robust import Values
from gradlint.curves.setback import setback
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

SURPRISE = 3.0
"""Surprise of an agreement, all series together: one in a thousand runs."""

OWN = 0.5
"""Surprise of the series itself, at least: others may have a reason that is not its own."""

WITNESSED = 1.0
"""Surprise of a loss, a gradient norm, an entropy, at least, where a score or a return departs: an
agent that always arrives fails now and then, and nothing in its past says so."""

USUAL = 16
"""Series of a run that are looked at, at most as usual; of a hundred some agree by chance."""

BEFORE = 0.02
"""Share of the steps of a series by which another may have departed and come back before it."""

SETBACK = 1.5
"""Surprise of the setback of a short series, whose past says little: half of what an agreement asks
for, so that two are one."""

LEAST = 8
"""Points of a series, at least."""

_OUTCOMES = (Kind.SCORE, Kind.ERROR, Kind.RETURN)
_AIMS = (Kind.LOSS, *_OUTCOMES)
"""What training is about."""

_WITNESSES = (*_AIMS, Kind.GRADIENT_NORM, Kind.AGENT, Kind.WEIGHT)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A departure of one series, and what others of the run say to it.

    Attributes:
        curve: the series.
        departure: where it leaves; of what should rise, of its negative.
        surprise: of the departure and of those of the others at its steps, summed: -log10 of how
            many of the kind the noise of them all is expected to make, in all series of the run.
        witnesses: the other series that depart.
    """

    curve: Curve
    departure: Departure
    surprise: float
    witnesses: tuple[Curve, ...]

    @property
    def steps(self) -> tuple[int, int]:
        """The first step of the departure, and the last."""
        return self.curve.step(self.departure.start), self.curve.step(self.departure.end)


def agreements(run: Run) -> list[Agreement]:
    """The departures for the worse that the series of a run make together, or one beyond doubt."""
    return run.measured(_agreements)


def _agreements(run: Run) -> list[Agreement]:
    curves = [it for it in run.curves.values() if it.role.kind in _WITNESSES]
    curves = [it for it in curves if len(it.level) >= LEAST]
    found: list[Agreement] = []
    for curve in curves:
        aim = curve.role.kind in _AIMS and not curve.role.component and not curve.role.adversarial
        for departure in _harmful(curve) if aim else ():
            if departure.surprise >= OWN:
                found += _together(curve, departure, curves)
    return found


def _together(curve: Curve, departure: Departure, curves: list[Curve]) -> list[Agreement]:
    steps = curve.steps[curve.points]
    low, high = int(steps[departure.start]), int(steps[departure.end])
    low -= int(BEFORE * (steps[-1] - steps[0]))
    told: dict[tuple[str, ...], tuple[float, Curve]] = {}
    for other in curves:
        group = _group(other)
        if other.axis != curve.axis or group == _group(curve):
            continue
        for it in _harmful(other):
            if other.step(it.start) <= high and other.step(it.end) >= low:
                told[group] = max(told.get(group, (0.0, other)), (it.surprise, other), key=_first)
    witnessed = sum(it for it, _ in told.values())
    surprise = departure.surprise + witnessed - max(float(np.log10(len(curves) / USUAL)), 0.0)
    if surprise < SURPRISE or (_is_outcome(curve) and witnessed < WITNESSED):
        return []
    return [Agreement(curve, departure, surprise, tuple(other for _, other in told.values()))]


def _first(pair: tuple[float, Curve]) -> float:
    return pair[0]


def _group(curve: Curve) -> tuple[str, ...]:
    """What tells the same twice: the losses of one split, all that came of the network."""
    role = curve.role
    if _is_outcome(curve):
        return ("outcome",)
    alone = role.kind in (Kind.AGENT, Kind.WEIGHT)
    return (curve.tag,) if alone else (role.kind, "held out" if role.held_out else "")


def _is_outcome(curve: Curve) -> bool:
    """Whether a series says what came of a network, and nothing of what it is."""
    return curve.role.kind in _OUTCOMES or curve.role.metric.endswith("eplen")


def _harmful(curve: Curve) -> list[Departure]:
    """The departures to where a series should not go; of a short one also its setback."""
    kind = curve.role.kind
    if kind in (Kind.AGENT, Kind.WEIGHT):
        return curve.measured(departures) + curve.measured(_falls)
    if kind is Kind.SCORE:
        found, jump = curve.measured(_score_falls), curve.measured(_setback_downwards)
    elif kind is Kind.RETURN:
        found, jump = curve.measured(_falls), curve.measured(_setback_downwards)
    else:
        found, jump = curve.measured(departures), curve.measured(setback)
    if jump is None:
        return found
    beside = [it for it in found if it.end < jump.start or it.start > jump.end]
    if any(it.surprise >= SETBACK for it in found if it not in beside):
        return found
    return [
        *beside,
        Departure(
            jump.start, jump.peak, jump.end, jump.base, jump.top, jump.recovered, jump.top, SETBACK
        ),
    ]


def _setback_downwards(values: Values) -> Jump | None:
    return setback(-values)


def _falls(values: Values) -> list[Departure]:
    return departures(-values)


def _score_falls(values: Values) -> list[Departure]:
    """The departures downwards; of a share as those of what is missing to all."""
    share = bool(values.min() >= 0.0 and values.max() <= 1.0)
    return departures(_ALL - values) if share else _falls(values)


_ALL = 1.001
"""All, and a bit more: the logarithm of nothing is not finite."""
