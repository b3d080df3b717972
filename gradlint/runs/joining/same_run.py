"""Two runs, each read from files of its own -> which series of one are copies of the other's.

Only what is measured tells runs apart: two seeds share their learning rates, their epochs and their
clocks. Certain, or two runs: a series that both have under one name must agree wherever both have
a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gradlint.runs.joining.same_series import Copy, copy_at, copy_of, differ
from gradlint.runs.kinds import Kind, Role
from gradlint.runs.run import Curve, Run

_MEASURED = frozenset(
    (Kind.LOSS, Kind.SCORE, Kind.ERROR, Kind.RETURN, Kind.GRADIENT_NORM, Kind.WEIGHT)
)
"""Kinds that differ from run to run; schedules and counters do not."""

_INCIDENTAL = frozenset((Kind.CLOCK, Kind.SYSTEM))
"""Kinds that two files of one run need not agree in: each is written at a time of its own."""

_EVIDENCE = 12.0
"""Digits, which could not be guessed, in which two runs have to agree. Curves of two seeds that
agree to the last of their digits in four points out of four by chance: one case in 10**12."""

_AVERAGED = 2
"""Times as many points as another series of its meaning, from which on a series may have been
averaged there: of a loss one file has each batch, one the mean of each epoch."""

_TRIED = 8
"""Series of another name that a series is compared with, so that runs with the norms of hundreds of
layers are compared in time."""

_RENAMED = 6.0
"""Digits that tell a series of which the name says nothing, once it is known where to look."""

_MOST_RENAMED = 4096
"""Pairs of series that are looked at for that."""


@dataclass(frozen=True, slots=True)
class Match:
    """Series `tag` of the other run, of which one is a copy."""

    tag: str
    copy: Copy


def copies(run: Run, other: Run, companions: bool = False) -> Mapping[str, Match] | None:
    """Which series of `run` are copies of which of `other`; None unless both are certainly one run.

    The keys are the tags of `run`. Roles must be known.

    `companions`: their files stand together as those of one run do. Then values that could be
    guessed are enough, as those of a run that is NaN from its first steps on or never moves: all
    that both measure has to agree, and something has to.
    """
    if _plainly_differ(run, other):
        return None
    found: dict[str, Match] = {}
    for tag, curve in run.curves.items():
        for name in _candidates(curve, other):
            copy = copy_of(curve, other.curves[name])
            if copy is not None:
                found[tag] = Match(name, copy)
                break
    evidence = sum(
        match.copy.evidence
        for tag, match in found.items()
        if _is_measured(run.curves[tag]) or _is_measured(other.curves[match.tag])
    )
    if evidence < _EVIDENCE and not (companions and _all_agree(run, other, found)):
        return None
    placings = _placings(run, other, found)
    _add_renamed(run, other, found, placings)
    return None if _contradicted(run, other, found, placings) else found


def _all_agree(run: Run, other: Run, found: Mapping[str, Match]) -> bool:
    """Whether nothing that both have is different, settings and schedules included.

    At least one measured series has to be the same where it does not move: of curves that do,
    a few points with few digits are the same by chance.
    """
    one, two = _settings(run), _settings(other)
    printed = run.metadata.keys() | other.metadata.keys()
    if any(one[key] != two[key] for key in printed & one.keys() & two.keys()):
        return False
    for tag, curve in run.curves.items():
        if curve.role.kind in _INCIDENTAL:
            continue
        copy = found[tag].copy if tag in found else None
        if copy is None and any(not _averaged(curve, it) for it in _counterparts(curve, other)):
            return False
        if copy is not None and (not copy.whole or curve.finite[copy.own].any()):
            return False
    return any(match.copy.still and _is_measured(run.curves[tag]) for tag, match in found.items())


def _settings(run: Run) -> dict[str, str]:
    """What the run printed of its settings, and its series that never change: a table repeats them
    in every row."""
    settings = {
        tag: f"{curve.values[0]:g}"
        for tag, curve in run.curves.items()
        if (curve.values == curve.values[0]).all()
    }
    for key, text in run.metadata.items():
        try:
            settings[key] = f"{float(text):g}"
        except ValueError:
            settings[key] = text
    return settings


def _counterparts(curve: Curve, other: Run) -> Iterator[Curve]:
    """What `other` has under the same name; of learning rates, all."""
    for it in other.curves.values():
        rates = it.role.kind is curve.role.kind is Kind.LEARNING_RATE
        if it.tag == curve.tag or rates:
            yield it


def _plainly_differ(run: Run, other: Run) -> bool:
    """Whether both measured something under one name at the same steps, with other results.

    Most runs that stand together do, and need no closer look.
    """
    for tag, curve in run.curves.items():
        namesake = other.curves.get(tag)
        if namesake is None or not _is_measured(curve) or curve.axis != namesake.axis:
            continue
        if np.array_equal(curve.steps, namesake.steps) and differ(curve, namesake, _IN_PLACE):
            return True
    return False


_IN_PLACE = Copy(1.0, 0.0, 0.0, np.arange(0))
"""Steps that are the same on both axes."""


_Placings = Mapping[tuple[str, str], Copy]


def _placings(run: Run, other: Run, found: Mapping[str, Match]) -> _Placings:
    """For each two axes the best copy that tells how they go together.

    Rows are counted for each series anew, so they tell nothing of others.
    """
    placings: dict[tuple[str, str], Copy] = {}
    for tag, match in found.items():
        axes = run.curves[tag].axis, other.curves[match.tag].axis
        known = placings.get(axes)
        if "row" not in axes and (known is None or match.copy.evidence > known.evidence):
            placings[axes] = match.copy
    return placings


def _add_renamed(run: Run, other: Run, found: dict[str, Match], placings: _Placings) -> None:
    """Add the copies that nothing in their names betrays: now it is known where to look."""
    left = set(other.curves) - {match.tag for match in found.values()}
    unknown = [tag for tag in run.curves if tag not in found]
    if len(left) * len(unknown) > _MOST_RENAMED:
        return
    for tag in unknown:
        curve = run.curves[tag]
        for name in sorted(left):
            placing = placings.get((curve.axis, other.curves[name].axis))
            copy = placing and copy_at(curve, other.curves[name], placing)
            if copy and copy.evidence >= _RENAMED:
                found[tag] = Match(name, copy)
                left.remove(name)
                break


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
    if one.split and other.split and one.split != other.split:
        return False
    kinds = {one.kind, other.kind}
    if len(kinds - {Kind.OTHER}) == 1:  # a bare `valid` may be any measure of that split
        return (
            bool(kinds & _MEASURED) or kinds == {Kind.LEARNING_RATE} or one.metric == other.metric
        )
    return len(kinds) == 1 and one.metric == other.metric


def _is_measured(curve: Curve) -> bool:
    return curve.role.kind in _MEASURED


def _contradicted(run: Run, other: Run, found: Mapping[str, Match], placings: _Placings) -> bool:
    """Whether a series differs from its namesake, or from what measures the same beside its copy.

    A log that has the losses of a baseline beside its own is not the log of the baseline.
    """
    namesakes = {tag for tag, match in found.items() if match.tag == tag}
    matched = {match.tag for match in found.values()}
    for tag, curve in run.curves.items():
        if tag in namesakes or not _is_measured(curve):
            continue
        written = other.curves[found[tag].tag] if tag in found else curve
        # What names no split is of that of its copy.
        role = curve.role if curve.role.split else written.role
        for name, it in other.curves.items():
            placing = placings.get((curve.axis, it.axis))
            if placing is None or written is it:
                continue
            rival = _alike(role, it.role) and not _averaged(written, it)
            told = name in namesakes or (tag in found and name in matched)
            if name == tag or (rival and not told):
                if differ(curve, it, placing):
                    return True
    return False


def _alike(one: Role, other: Role) -> bool:
    """Whether two roles are the same, where what names no split was taken in training."""
    return (
        (one.kind, one.component) == (other.kind, other.component)
        and (one.metric == other.metric or one.kind is Kind.GRADIENT_NORM)
        and (one.split == other.split or (one.trained_on and other.trained_on))
    )


def _averaged(one: Curve, other: Curve) -> bool:
    return max(len(one), len(other)) >= _AVERAGED * min(len(one), len(other))
