"""Readings of files that stand together -> the same, each run once, however many files tell it.

A program often writes a run to an event file, a table and the screen. The richest of them is the
run; what the others have beside it is added to it. Of two runs that are told apart by nothing but
their files, such as a deterministic run that was repeated, both stay.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gradlint.runs.finding_files.file_names import tells_apart
from gradlint.runs.joining.same_run import Match, copies
from gradlint.runs.run import Curve, Reading, Run

_UNIONED = 0.1
"""Share of a copy's points that are missing from the richer series above which they are added to
it: the files log at different intervals. Fewer are a final line, or a rank that was late."""


_Form = tuple[str, dict[str, tuple[int, float]]]
"""Format of a run, and of each series the number of points and their digits."""


@dataclass(slots=True)
class _Found:
    """A run, and the number of the reading that it is from."""

    run: Run
    reading: int
    form: _Form = field(init=False)
    others: list[tuple[_Found, Mapping[str, Match]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.form = _form(self.run)


def once(readings: Sequence[Reading]) -> list[Reading]:
    """The readings with every run once, in the reading of its richest file.

    A reading that has no run left becomes part of the one that its runs went to. Roles must be
    known; those of a joined run have to be given anew.
    """
    found = [_Found(run, number) for number, reading in enumerate(readings) for run in reading.runs]
    runs: list[_Found] = []
    forms = Counter((one.run.format, folder) for one in found for folder in _folders(one.run))
    for one in sorted(found, key=_richness, reverse=True):
        for whole in sorted(runs, key=lambda whole: _nearness(whole.run, one.run), reverse=True):
            matches = _same(one, whole, forms)
            if matches is not None:
                whole.others.append((one, matches))
                break
        else:
            runs.append(one)
    if len(runs) == len(found):
        return list(readings)
    return _assembled(readings, sorted(runs, key=lambda one: found.index(one)))


def _richness(one: _Found) -> tuple[bool, int, float, int, int]:
    """Steps that are counted, points, digits; of equals, the one with more series beside them.

    Points and digits are those of the longest series: what is logged in training.
    """
    run = one.run
    points = max(map(len, run.curves.values()), default=0)
    longest = [curve for curve in run.curves.values() if len(curve) == points]
    digits = max((curve.digits for curve in longest), default=0.0)
    return run.axis != "row", points, round(digits, 1), run.points, -one.reading


def _nearness(run: Run, other: Run) -> int:
    """The length of the path that two runs have in common: a file belongs to the nearest run."""
    return len(os.path.commonpath([os.path.abspath(run.path), os.path.abspath(other.path)]))


def _same(
    one: _Found, whole: _Found, forms: Mapping[tuple[str, str], int]
) -> Mapping[str, Match] | None:
    """Which series of a run are copies of the whole's, if it is the same run in another form."""
    members = [whole, *(other for other, _ in whole.others)]
    if any(_rivals(one, member) for member in members):
        return None
    companions = all(_companions(one.run, member.run, forms) for member in members)
    return copies(one.run, whole.run, companions)


def _companions(run: Run, other: Run, forms: Mapping[tuple[str, str], int]) -> bool:
    """Whether two runs stand together as the files that a program writes of one run do.

    In one folder, each the only one of its format there, and no name tells them apart.
    """
    shared = _folders(run) & _folders(other)
    alone = all(forms[it.format, folder] == 1 for it in (run, other) for folder in shared)
    named = any(
        tells_apart(os.path.basename(path), os.path.basename(beside))
        for path in run.sources
        for beside in other.sources
    )
    return bool(shared) and run.format != other.format and alone and not named


def _folders(run: Run) -> set[str]:
    return {os.path.dirname(os.path.abspath(path)) for path in run.sources}


def _rivals(one: _Found, other: _Found) -> bool:
    """Whether they must be two runs: one file tells a run once, and no program writes two alike.

    Two files of one form, to the last digit, are a run and its repetition, or a copy of it.
    """
    return one.run.path == other.run.path or one.form == other.form


def _form(run: Run) -> _Form:
    series = {tag: (len(it), round(it.digits, 1)) for tag, it in run.curves.items()}
    return run.format, series


def _assembled(readings: Sequence[Reading], runs: Sequence[_Found]) -> list[Reading]:
    left = [replace(reading, runs=[]) for reading in readings]
    home = list(range(len(readings)))
    for whole in runs:
        left[whole.reading].runs.append(_joined(whole))
        for other, _ in whole.others:
            home[other.reading] = whole.reading
    for number, reading in enumerate(left):
        if home[number] != number and not reading.runs:
            left[home[number]] = _with(left[home[number]], reading)
    return [
        reading for number, reading in enumerate(left) if home[number] == number or reading.runs
    ]


def _with(reading: Reading, other: Reading) -> Reading:
    return replace(
        reading,
        problems=[*reading.problems, *other.problems],
        skipped=[*reading.skipped, *other.skipped],
        files=reading.files + other.files,
    )


def _joined(whole: _Found) -> Run:
    """One run of the richest and of what the others have beside it."""
    if not whole.others:
        return whole.run
    run = whole.run
    curves = dict(run.curves)
    told = {tag: [run.path] for tag in curves}
    for other, matches in whole.others:
        for tag, curve in other.run.curves.items():
            match = matches.get(tag)
            if match is not None:
                told[match.tag].append(other.run.path)
                curves[match.tag] = _completed(curves[match.tag], curve, match)
            elif tag not in curves:
                curves[tag] = _placed(curve, run, matches, other.run)
                told[tag] = [other.run.path]
    members = [run, *(other.run for other, _ in whole.others)]
    return replace(
        run,
        curves=curves,
        messages=tuple(message for member in members for message in member.messages),
        metadata={key: it for member in members[::-1] for key, it in member.metadata.items()},
        files=tuple(dict.fromkeys(file for member in members for file in member.sources)),
        told={tag: tuple(dict.fromkeys(paths)) for tag, paths in told.items()},
    )


def _completed(curve: Curve, copy: Curve, match: Match) -> Curve:
    """The curve, with those points of its copy that it lacks: what is not finite, other steps."""
    own = match.copy.own
    finite = np.isfinite(copy.values[own])
    if np.count_nonzero(finite) <= _UNIONED * len(copy):
        own = own[~finite]
    placed = match.copy.placed(copy.steps[own])
    if not len(own) or placed is None:
        return curve
    steps = np.concatenate([curve.steps, placed])
    values = np.concatenate([curve.values, copy.values[own]])
    order = np.argsort(steps, kind="stable")
    # Their lines and times are of two files.
    return Curve(curve.tag, steps[order], values[order], axis=curve.axis, role=curve.role)


def _placed(curve: Curve, run: Run, matches: Mapping[str, Match], other: Run) -> Curve:
    """A series that only `other` has, with the steps of `run` where they can be told."""
    for tag, match in matches.items():
        beside = other.curves[tag]
        if beside.axis != curve.axis or (curve.axis == "row" and len(beside) != len(curve)):
            continue
        steps = match.copy.placed(curve.steps)
        if steps is not None:
            return replace(curve, steps=steps, axis=run.curves[match.tag].axis)
    return curve
