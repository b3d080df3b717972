"""Groups of files, or a stream -> their runs, in order and with roles, and their problems."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import BinaryIO

from gradlint.finding import Skip
from gradlint.runs.finding_files.discovery import NOTHING, discover, unreadable
from gradlint.runs.finding_files.groups import Group, GroupKind, Member
from gradlint.runs.finding_files.neighbours import neighbourhoods
from gradlint.runs.joining.restarts import separated
from gradlint.runs.joining.several_files import merged, numbered
from gradlint.runs.kinds import Kind
from gradlint.runs.placeholders import drop_placeholders
from gradlint.runs.readers.formats import NotALog, format_of, opened
from gradlint.runs.readers.protocol import BLOCK, HEAD
from gradlint.runs.roles.assignment import assign_roles, chosen_role
from gradlint.runs.roles.evidence import breaks_off, falls_away
from gradlint.runs.run import TRACEBACK, Curve, Problem, Reading, Run

_NO_METRIC = "no metric was found"
_NO_TRAINING = "none of its numbers is known to be of a training run"
_NO_SCALAR = "contains no scalars so far"

_OPTIMISED = frozenset((Kind.LOSS, Kind.GRADIENT_NORM, Kind.LEARNING_RATE))
_MEASURED = frozenset((Kind.SCORE, Kind.ERROR, Kind.RETURN))
"""What makes a table or a text that nobody named a training log: something that is optimised, or
something that is measured as steps or epochs go by. Any data set has numbers, and tables of final
scores, manuals and certificates (`F1: ...`) have words that metrics have, too."""

_BESIDE = frozenset((Kind.CLOCK, Kind.SYSTEM, Kind.SCHEDULE))

_MONITORED = "t_start"
"""The time of day that a monitor of Gym notes above its table."""

_COUNTERS = frozenset(
    "epoch epochs step steps global_step iter iters iteration iterations it itr episode".split()
)
"""What steps are called where nothing but a training is likely to have them: frames are a film's,
rounds a game's, trials an experiment's."""

_LEAST_POINTS = 2
"""Points of a series in a text that nobody named, twice as many where they have no steps: a few
numbers stand in any text (`a loss of 3 men`)."""

_CERTAIN_NAMES = frozenset(("trainer_state.json", "metrics.csv", "progress.csv", "metrics.jsonl"))
"""Files that only a trainer writes: found in a directory, they must be readable."""


def read(paths: Sequence[str], roles: Mapping[str, str] | None = None) -> Iterator[Reading]:
    """The readings of everything at and below `paths`, a neighbourhood at a time.

    Only the files that may be one run are in memory at once. `roles` are the user's (see
    `assign_roles`). A directory in which nothing could be read as a log is a problem, too. Raises
    ValueError for a role that does not exist.
    """
    for value in (roles or {}).values():
        chosen_role(value)
    groups: list[Group] = []
    for found in discover(paths):
        if isinstance(found, Problem):
            yield Reading(problems=[found])
        elif isinstance(found, Skip):
            yield Reading(skipped=[found], files=0)
        else:
            groups.append(found)
    fruitless: dict[str, bool] = {}
    for near in neighbourhoods(groups):
        readings = []
        for group in near:
            reading = _contained(group.path, partial(read_group, group, roles))
            said = bool(reading.runs or reading.problems)
            if group.root:
                fruitful = bool(reading.problems) or any(map(_says_anything, reading.runs))
                fruitless[group.root] = fruitless.get(group.root, True) and not fruitful
            readings.append(reading if said else _passed_over(group, reading))
        if len(readings) > 1:
            readings = _once(near[0].root, readings, roles)
        yield from readings
    for root in filter(fruitless.__getitem__, fruitless):
        yield Reading(problems=[Problem(root, NOTHING)])


def _passed_over(group: Group, reading: Reading) -> Reading:
    skipped = reading.skipped or [Skip(group.path, None, _NO_METRIC)]
    return Reading(skipped=skipped, files=0)


def _once(root: str, readings: list[Reading], roles: Mapping[str, str] | None) -> list[Reading]:
    """The readings with each run once; as they are, and a problem, if that fails."""
    from gradlint.runs.joining.written_twice import once  # most folders hold a single log

    try:
        joined = once(readings)
        for run in (run for reading in joined for run in reading.runs if run.told):
            assign_roles(run, roles)
    except Exception as error:
        return [*readings, _failed(root, error)]
    return joined


def _contained(path: str, reading: Callable[[], Reading]) -> Reading:
    """The reading of `path`; an error of ours is a problem, and the other runs are read."""
    try:
        return reading()
    except Exception as error:
        return _failed(path, error)


def _failed(path: str, error: Exception) -> Reading:
    message = f"could not be read because of an error in gradlint: {type(error).__name__}"
    said = f"{message}: {error}" if str(error) else message
    return Reading(problems=[Problem(path, said, help="report this error")])


def read_runs(path: str | os.PathLike[str], roles: Mapping[str, str] | None = None) -> list[Run]:
    """All runs at or below `path`, which may be a file, a directory or a pattern.

    Raises OSError if nothing could be read as a training log; the message says why.
    """
    runs: list[Run] = []
    problems: list[Problem] = []
    for reading in read([os.fspath(path)], roles):
        runs += reading.runs
        problems += reading.problems
    if not runs and problems:
        raise OSError("; ".join(f"{problem.path} {problem.message}" for problem in problems))
    return runs


def read_stream(stream: BinaryIO, name: str, roles: Mapping[str, str] | None = None) -> Reading:
    """The reading of one log from a pipe; `name` is the run's, and what problems call it."""

    def reading() -> Reading:
        read = _read_stream(stream, name, name, explicit=True)
        return _finished(_with_roles(read, roles), Problem(name, _NO_METRIC))

    return _contained(name, reading)


def read_group(group: Group, roles: Mapping[str, str] | None = None) -> Reading:
    """The runs of one group: its files joined, roles given, restarts told apart."""
    nothing: Problem | None = Problem(group.path, _NO_METRIC)
    members = (_read_member(member, group) for member in group.members)
    if group.kind is GroupKind.MLFLOW:
        from gradlint.runs.readers.mlflow import read_mlflow_run

        reading = _with_roles(read_mlflow_run(group.path, group.name), roles)
    elif group.kind is GroupKind.ROWS:
        from gradlint.runs.readers.row_files import read_row_files

        paths = [member.path for member in group.members]
        reading = _with_roles(read_row_files(paths, group.path, group.name), roles)
        nothing = None
    elif group.kind is GroupKind.EVENTS:
        reading = _with_roles(merged(group, list(members)), roles)
        # A run that has just started has written no more than the version record.
        nothing = Problem(group.path, _NO_SCALAR, partial=True)
    else:
        reading = _first_with_metrics(_with_roles(member, roles) for member in members)
        if group.kind is GroupKind.WANDB:
            nothing = Problem(group.path, _NO_SCALAR, partial=True) if not reading.skipped else None
        if group.kind is GroupKind.FILE and group.root:
            nothing = None
    finished = _finished(reading, nothing)
    finished.files = max(1, len(group.members))
    return finished


def _read_member(member: Member, group: Group) -> Reading:
    try:
        with open(member.path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            return _read_stream(file, member.path, group.name, explicit=not group.root, size=size)
    except OSError as error:
        return Reading(problems=[unreadable(member.path, error)])


def _read_stream(
    stream: BinaryIO, path: str, name: str, *, explicit: bool, size: int | None = None
) -> Reading:
    head = b""
    while len(head) < HEAD and (piece := stream.read(HEAD - len(head))):
        head += piece
    found = format_of(head, path)
    demanded = explicit or os.path.basename(path) in _CERTAIN_NAMES
    if isinstance(found, Problem):
        return Reading(problems=[found] if demanded or head else [])
    if isinstance(found, NotALog):
        if not demanded:
            return Reading(skipped=[Skip(path, None, f"it is {found.what}")])
        return Reading(problems=[Problem(path, f"is not a training log: it is {found.what}")])
    reader = opened(found, head, path, name, size)
    reader.feed(head)
    while block := stream.read(BLOCK):
        reader.feed(block)
    return replace(reader.finish(), certain=demanded or found.certain)


def _with_roles(reading: Reading, roles: Mapping[str, str] | None) -> Reading:
    """The reading with the role of each series; nothing of it if it is not a training log."""
    for run in reading.runs:
        assign_roles(run, roles)
        drop_placeholders(run)
    if reading.certain or any(map(_is_training, reading.runs)):
        return reading
    return Reading(skipped=[Skip(run.path, None, _NO_TRAINING) for run in reading.runs[:1]])


def _is_training(run: Run) -> bool:
    text = run.format == "text"
    least = _LEAST_POINTS if text else 1
    alone = _is_one_of_many(run)
    curves = run.curves.values()
    if _tells_episodes(run):
        return True
    return any(_is_evidence(curve, least, text, alone) for curve in curves) or (
        (run.axis == "epoch" or run.counter in _COUNTERS) and _goes_on_like_training(run)
    )


def _tells_episodes(run: Run) -> bool:
    """Whether each row is an episode, with what an agent earned in it and how long it was.

    Of columns called `r` and `l` that is certain below the comment of the monitor that wrote them.
    """
    kinds = {
        curve.role.kind
        for tag, curve in run.curves.items()
        if len(tag) > 1 or _MONITORED in run.metadata
    }
    return {Kind.RETURN, Kind.AGENT} <= kinds


def _goes_on_like_training(run: Run) -> bool:
    """Whether what has an unknown name falls away, or everything breaks off, as steps go by."""
    measured = [
        curve
        for curve in run.curves.values()
        if curve.axis != "row" and curve.role.kind not in _BESIDE
    ]
    if any(falls_away(curve) for curve in measured if curve.role.kind is Kind.OTHER):
        return True
    return bool(measured) and all(map(breaks_off, measured))


def _is_one_of_many(run: Run) -> bool:
    """Whether a table has one column of what trainings have, and others of what is not known.

    Of `year,revenue,loss`, rows are years, and the loss is one of money.
    """
    kinds = [curve.role.kind for curve in run.curves.values() if curve.axis == "row"]
    known = [kind for kind in kinds if kind in _OPTIMISED | {Kind.SCORE, Kind.ERROR}]
    return run.format == "csv" and len(known) == 1 and Kind.OTHER in kinds


def _is_evidence(curve: Curve, least: int, text: bool, alone: bool) -> bool:
    if curve.axis == "row":
        # Rows with a learning rate may be trials; losses of evaluations, in a text that counts
        # nothing, are those of several models.
        known = curve.role.kind in _OPTIMISED - {Kind.LEARNING_RATE} and not alone
        known = known and not (text and curve.role.held_out)
        least *= _LEAST_POINTS
    else:
        known = curve.role.kind in _OPTIMISED | _MEASURED
    # What `train` and `test` are called alone, their values tell; not so other names.
    known = known and (not curve.role.inferred or (curve.axis != "row" and bool(curve.role.split)))
    # One NaN may be all that a training had to say, if it is of a loss that has no further words.
    lone = not curve.finite.all() and "_" not in curve.role.metric
    return known and (len(curve) >= least or lone)


def _first_with_metrics(readings: Iterable[Reading]) -> Reading:
    """The first reading that has metrics, else the last.

    Problems of those before it, and what they passed over, come along.
    """
    problems: list[Problem] = []
    skipped: list[Skip] = []
    found = Reading()
    for found in readings:
        problems += found.problems
        skipped += found.skipped
        if any(run.curves for run in found.runs):
            break
    return replace(found, problems=problems, skipped=skipped)


def _says_anything(run: Run) -> bool:
    """Whether a log says anything of a training: a program may fail before it begins."""
    return bool(run.curves) or any(message.kind != TRACEBACK for message in run.messages)


def _finished(reading: Reading, nothing: Problem | None) -> Reading:
    """The reading with its runs separated where a log holds several.

    `nothing` is the problem that it is to be without any metric.
    """
    runs = [part for run in reading.runs if run.curves or run.messages for part in separated(run)]
    if len({run.name for run in runs}) < len(runs):
        runs = [numbered(run, number) for number, run in enumerate(runs, 1)]
    problems = list(dict.fromkeys(reading.problems))
    if nothing is not None and not problems and not any(map(_says_anything, runs)):
        problems.append(nothing)
    return Reading(runs, problems, reading.skipped)
