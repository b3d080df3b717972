"""File names of checkpoints and the onset of trouble -> where a run can be restarted.

Nothing is opened: a checkpoint may be a pickle, and its name says its step.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradlint.finding import Finding, Severity
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

_SUFFIXES = frozenset(
    ".pt .pth .ckpt .bin .safetensors .h5 .hdf5 .keras .npz .tar .pkl .pickle .index .params "
    ".weights .msgpack .zip .onnx .chkpt .model .distcp".split()
)

_DEEPEST = 3
"""Folders below the given one: `lightning_logs/version_0/checkpoints`."""

_MOST = 100_000
"""Entries that are looked at."""

_SERIES = 3
"""Files whose names differ in one number alone are checkpoints in a row; `vit_16` is a model."""

_NUMBER = r"[-_=.]?0*(\d+)"
_STEP = re.compile(
    r"(?:global_?)?(?:steps?|iter(?:ation)?s?|(?<![a-z])it|updates?|(?<![a-z])ba)" + _NUMBER, re.I
)
_STEPS_AFTER = re.compile(r"(\d+)[-_]?(?:steps|iters|iterations|updates)(?![a-z])", re.I)
_EPOCH = re.compile(r"(?:epochs?|(?<![a-z])ep)" + _NUMBER, re.I)
_PLAIN = re.compile(
    r"(?:checkpoint|chkpt|ckpt|(?<![a-z])cp|model|weights|snapshot|state|params)" + _NUMBER, re.I
)
_DIGITS = 16
"""Digits of a number that is no step: a time in microseconds, a hash."""

_LONGEST_NAME = 255
"""Characters of a file's name on any system."""

_FAIRSEQ = re.compile(r"checkpoint_(\d+)_(\d+)$")
"""Epoch and number of updates."""

_NOISE = re.compile(r"\d+[-_]of[-_]\d+|(?:mp_|pp_|tp_|dp_)?rank[-_]?\d+", re.I)
"""Shards of one checkpoint: their numbers count files and processes."""

_PARTS = re.compile(r"optim(?:izer)?|rng|random|scheduler|scaler|training_args|events", re.I)
"""Files that belong to a checkpoint and hold no weights."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint and what its name tells: its step, its epoch, or a number of either."""

    path: str
    step: int | None = None
    epoch: int | None = None
    number: int | None = None

    def at(self, unit: str, plain: str) -> int | None:
        """Its `unit`; a bare number counts `plain`."""
        told = self.step if unit == "step" else self.epoch
        return self.number if told is None and unit == plain else told


@dataclass(frozen=True, slots=True)
class Restart:
    """Where a run went wrong, and the checkpoints from before.

    Attributes:
        run: the run.
        onset: the first step of the earliest error.
        axis: what the onset is counted by.
        newest: the path of the newest from before the onset, None if there is none.
        number: its step or epoch.
        former: the path of the one before that.
        limit: the onset as checkpoints count it.
        unit: what that is: `step` or `epoch`.
        directory: where was looked.
        count: checkpoints of which the name tells when they were written.
    """

    run: Run
    onset: int
    axis: str
    newest: str | None
    number: int | None
    former: str | None
    limit: int
    unit: str
    directory: str
    count: int


def restarts(run: Run, findings: Sequence[Finding], directory: str) -> list[Restart]:
    """The restart for the earliest error of `run`; none where nothing went wrong.

    None either where the log does not number its records: nothing can be compared with those.
    """
    onsets = [
        (finding.window.start, finding.window.axis)
        for finding in findings
        if finding.window is not None
        and finding.window.start is not None
        and finding.window.axis != "row"
        and finding.severity is not None
        and finding.severity >= Severity.ERROR
    ]
    onsets = [it for it in onsets if it[1] == run.axis] or onsets
    if not onsets:
        return []
    onset, axis = min(onsets)
    found = list(checkpoints(directory))
    plain = _meaning_of_plain(run, [it.number for it in found if it.number is not None], axis)
    # What the log counts tells more exactly than what is converted.
    for unit in ("step", "epoch") if axis == "step" else ("epoch",):
        limit = onset if unit == axis else _epoch_at(run, onset)
        told = [(n, it.path) for it in found if (n := it.at(unit, plain)) is not None]
        if limit is None or not told:
            continue
        before = sorted(one for one in told if one[0] < limit)
        newest = before[-1] if before else None
        former = [one for one in before if newest is not None and one[0] < newest[0]]
        return [
            Restart(
                run,
                onset,
                axis,
                newest=newest and newest[1],
                number=newest and newest[0],
                former=former[-1][1] if former else None,
                limit=limit,
                unit=unit,
                directory=directory,
                count=len(told),
            )
        ]
    return [Restart(run, onset, axis, None, None, None, onset, axis, directory, 0)]


def _epochs(run: Run) -> Curve | None:
    """The series that tells the epoch of each step, if there is one."""
    for curve in run.curves.values():
        told = curve.role.kind is Kind.CLOCK and curve.role.metric == "epoch"
        if told and curve.axis == "step" and len(curve.points):
            return curve
    return None


def _epoch_at(run: Run, step: int) -> int | None:
    """The epoch in which `step` was done."""
    curve = _epochs(run)
    if curve is None:
        return None
    past = curve.points[curve.steps[curve.points] <= step]
    return int(curve.values[past[-1]]) if len(past) else int(curve.level[0])


def _meaning_of_plain(run: Run, numbers: Sequence[int], axis: str) -> str:
    """What `model_12` counts: epochs, if the run is known to have had as many and more steps."""
    curve = _epochs(run)
    if curve is None or not numbers or axis != "step":
        return axis
    last = float(curve.level[-1])
    few = max(numbers) <= last + 1 and int(curve.steps[-1]) > 2 * last
    return "epoch" if few else axis


def checkpoints(directory: str) -> Iterator[Checkpoint]:
    """What looks like a checkpoint in and below `directory`; folders of one are not entered."""
    looked = 0
    for folder, names, files in os.walk(directory):
        depth = os.path.relpath(folder, directory).count(os.sep) + (folder != directory)
        looked += len(names) + len(files)
        stems = [os.path.splitext(name) for name in files]
        entries = [(stem, stem + end) for stem, end in stems if end.lower() in _SUFFIXES]
        families = Counter(_family(stem) for stem, _ in entries)
        inside: list[str] = []
        for name in sorted(names):
            path = _joined(folder, name)
            said = _numbered(path, name) or (_bare(path, name) if name.isdigit() else None)
            if said is None:
                inside.append(name)
            else:
                yield said
        for stem, name in sorted(entries):
            path = _joined(folder, name)
            said = _numbered(path, stem)
            if said is None and (families[_family(stem)] >= _SERIES or stem.isdigit()):
                said = _bare(path, stem)
            if said is not None:
                yield said
        names[:] = inside if depth < _DEEPEST and looked < _MOST else []


def _joined(folder: str, name: str) -> str:
    return os.path.join(folder, name).replace(os.sep, "/")


def _family(stem: str) -> str:
    return re.sub(r"\d+", "#", stem)


def _bare(path: str, stem: str) -> Checkpoint | None:
    """The checkpoint of a name that has one number alone, set off from the words."""
    digits = re.findall(r"(?<![a-zA-Z\d])\d+", stem)
    if len(digits) != 1 or len(re.findall(r"\d+", stem)) != 1 or _PARTS.search(stem):
        return None
    return Checkpoint(path, number=int(digits[0])) if len(digits[0]) < _DIGITS else None


def _numbered(path: str, name: str) -> Checkpoint | None:
    """The checkpoint of a name that says what its number is; None if it does not."""
    name = _NOISE.sub("", name)[:_LONGEST_NAME]
    if _PARTS.search(name):
        return None
    both = _FAIRSEQ.match(name)
    if both:
        return Checkpoint(path, step=_first(both, 2), epoch=_first(both, 1))
    step = _first(_STEPS_AFTER.search(name) or _STEP.search(name))
    epoch = _first(_EPOCH.search(name))
    plain = None if step is not None or epoch is not None else _first(_PLAIN.search(name))
    if step is None and epoch is None and plain is None:
        return None
    return Checkpoint(path, step, epoch, plain)


def _first(found: re.Match[str] | None, group: int = 1) -> int | None:
    if found is None or len(found.group(group)) >= _DIGITS:
        return None
    return int(found.group(group))
