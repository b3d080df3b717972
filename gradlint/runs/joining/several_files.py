"""The readings of several files of one run -> one reading with one run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.finding_files.groups import Group, Member
from gradlint.runs.run import Curve, Message, Reading, Restart, Run

_NUMBER = re.compile(r"#\d+$")


def merged(group: Group, readings: Sequence[Reading]) -> Reading:
    """One run of all curves; a tag in several files goes on from file to file.

    The files come in the order of their members. Where two processes wrote one tag at the same
    time, which their wall times show, the points are put in the order of time. Problems stay.
    Lines of different files cannot be compared, so `records` are kept only of tags in one file.
    Files whose steps stand still, as the program never counted, are runs of their own.
    """
    if len(readings) == 1 and not (group.members[0].prefix or group.members[0].suffix):
        return readings[0]
    problems = [problem for reading in readings for problem in reading.problems]
    attempts: list[list[tuple[Member, Run]]] = []
    former: dict[str, Curve] = {}
    for member, reading in zip(group.members, readings, strict=True):
        for run in reading.runs:
            # A single point says nothing of whether steps are counted.
            curves = {
                _tag(tag, member): curve for tag, curve in run.curves.items() if len(curve) > 1
            }
            if not attempts or _begins_anew(former, curves):
                attempts.append([])
                former = {}
            attempts[-1].append((member, run))
            former.update(curves)
    runs = [_together(group, attempt) for attempt in attempts]
    return Reading([numbered(run, number) for number, run in enumerate(runs, 1)], problems)


def numbered(run: Run, number: int) -> Run:
    """The run as part `number` of its log; what is not the first part begins with a restart."""
    if number == run.part:
        return run
    first = next(iter(run.curves.values()), None)
    step, axis = (0, "step") if first is None else (int(first.steps[0]), first.axis)
    restarts = run.restarts or (Restart(None, step, step, appended=True, axis=axis),)
    return replace(
        run, name=f"{_NUMBER.sub('', run.name)}#{number}", part=number, restarts=restarts
    )


def _begins_anew(former: dict[str, Curve], curves: dict[str, Curve]) -> bool:
    """Whether a file repeats the one step of a former file."""
    return any(
        _only_step(former[tag]) == _only_step(curve) is not None
        for tag, curve in curves.items()
        if tag in former
    )


def _only_step(curve: Curve) -> int | None:
    first = int(curve.steps[0])
    return first if (curve.steps == first).all() else None


def _together(group: Group, attempt: Sequence[tuple[Member, Run]]) -> Run:
    pieces: dict[str, list[Curve]] = {}
    messages: list[Message] = []
    metadata: dict[str, str] = {}
    for member, run in attempt:
        messages += run.messages
        metadata.update(run.metadata)
        for curve in run.curves.values():
            pieces.setdefault(_tag(curve.tag, member), []).append(curve)
    curves = {tag: _joined(tag, pieces.pop(tag)) for tag in list(pieces)}
    return Run(
        group.name,
        attempt[0][0].path if len(attempt) == 1 else group.path,
        attempt[0][1].format,
        curves,
        tuple(messages),
        metadata=metadata,
        files=tuple(member.path for member, _ in attempt),
    )


def _tag(tag: str, member: Member) -> str:
    """The tag within the run; `train/loss` in a subdirectory `train` has its prefix already."""
    prefix = "" if tag.startswith(member.prefix) else member.prefix
    return f"{prefix}{tag}{member.suffix}"


def _joined(tag: str, pieces: list[Curve]) -> Curve:
    if len(pieces) == 1:
        return replace(pieces[0], tag=tag)
    steps = np.concatenate([piece.steps for piece in pieces])
    values = np.concatenate([piece.values for piece in pieces])
    if any(piece.walls is None for piece in pieces):
        return Curve(tag, steps, values, axis=pieces[0].axis)
    walls = np.concatenate([piece.walls for piece in pieces if piece.walls is not None])
    ends = np.cumsum([len(piece) for piece in pieces])[:-1]
    order = _order_of_time(walls, ends)
    if order is not None:
        steps, values, walls = steps[order], values[order], walls[order]
    return Curve(tag, steps, values, walls, axis=pieces[0].axis)


def _order_of_time(walls: NDArray[np.float64], ends: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """The order by wall time where files overlap; None where each ends before the next begins."""
    latest = np.fmax.accumulate(walls)
    if not (walls[ends] < latest[ends - 1]).any():
        return None
    # Times are forced to rise within a file: its own order is certain, its clock is not.
    pieces = np.split(walls, ends)
    rising = np.concatenate([np.fmax.accumulate(piece) for piece in pieces])
    return np.argsort(rising, kind="stable")
