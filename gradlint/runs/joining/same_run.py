"""Two runs, each read from files of its own -> which series of one are copies of the other's.

Only what is measured tells runs apart: two seeds share their learning rates, their epochs and their
clocks. Certain, or two runs: a series that both have under one name must agree wherever both have
a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gradlint.runs.joining.same_series import Copy, copy_of
from gradlint.runs.kinds import Kind, Role
from gradlint.runs.run import Curve, Run

_MEASURED = frozenset(
    (Kind.LOSS, Kind.SCORE, Kind.ERROR, Kind.RETURN, Kind.GRADIENT_NORM, Kind.WEIGHT)
)
"""Kinds that differ from run to run; schedules and counters do not."""

_EVIDENCE = 12.0
"""Digits, which could not be guessed, in which two runs have to agree. Curves of two seeds that
agree to the last of their digits in four points out of four by chance: one case in 10**12."""

_AVERAGED = 2
"""Times as many points as another series of its meaning, from which on a series may have been
averaged there: of a loss one file has each batch, one the mean of each epoch."""

_TRIED = 8
"""Series of another name that a series is compared with, so that runs with the norms of hundreds of
layers are compared in time."""

_COMPARABLE = 3
"""Finite points from which on a series speaks for itself: one or two may be a summary, of which
each file says something else."""


@dataclass(frozen=True, slots=True)
class Match:
    """Series `tag` of the other run, of which one is a copy."""

    tag: str
    copy: Copy


def copies(run: Run, other: Run) -> Mapping[str, Match] | None:
    """Which series of `run` are copies of which of `other`; None unless both are certainly one run.

    The keys are the tags of `run`. Roles must be known.
    """
    found: dict[str, Match] = {}
    for tag, curve in run.curves.items():
        for name in _candidates(curve, other):
            copy = copy_of(curve, other.curves[name])
            if copy is not None:
                found[tag] = Match(name, copy)
                break
            if name == tag and _speak(curve, other.curves[name]):
                return None
    measured = [match for tag, match in found.items() if _is_measured(run.curves[tag])]
    evidence = sum(match.copy.evidence for match in measured)
    certain = evidence >= _EVIDENCE and len(measured) > _contradictions(run, other, found)
    return found if certain else None


def _candidates(curve: Curve, other: Run) -> Iterator[str]:
    """The series of `other` that may be the same, by their names; its namesake first."""
    if curve.tag in other.curves:
        yield curve.tag
    alike = [
        tag
        for tag, it in other.curves.items()
        if tag != curve.tag
        and (_compatible(curve.role, it.role) or _last_part(tag) == _last_part(curve.tag))
    ]
    alike.sort(key=lambda tag: other.curves[tag].role.metric != curve.role.metric)
    yield from alike[:_TRIED]


def _last_part(tag: str) -> str:
    """The name without its namespaces: `train_loss` of `summary/train_loss`."""
    return tag.rpartition("/")[2]


def _compatible(one: Role, other: Role) -> bool:
    if one.kind is not other.kind or (one.split and other.split and one.split != other.split):
        return False
    return one.kind in _MEASURED or one.kind is Kind.LEARNING_RATE or one.metric == other.metric


def _is_measured(curve: Curve) -> bool:
    return curve.role.kind in _MEASURED


def _speak(one: Curve, other: Curve) -> bool:
    """Whether the two can contradict each other: what counts otherwise cannot."""
    return (
        one.axis == other.axis
        and (_is_measured(one) or _is_measured(other))
        and all(len(curve.points) >= _COMPARABLE for curve in (one, other))
    )


def _contradictions(run: Run, other: Run, found: Mapping[str, Match]) -> int:
    """How many series measure what one of the other run does, and differ from it.

    A log that has the losses of a baseline beside its own is not the log of the baseline.
    """
    namesakes = {tag for tag, match in found.items() if match.tag == tag}
    return sum(
        any(
            curve.role == it.role
            and name not in namesakes
            and _speak(curve, it)
            and (tag in found or not _averaged(curve, it))
            and copy_of(curve, it) is None
            for name, it in other.curves.items()
        )
        for tag, curve in run.curves.items()
        if tag not in namesakes
    )


def _averaged(one: Curve, other: Curve) -> bool:
    return max(len(one), len(other)) >= _AVERAGED * min(len(one), len(other))
