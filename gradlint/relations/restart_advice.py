"""The onset of trouble in a run, and the checkpoints on disk -> the one to restart from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradlint.finding import Finding, Severity
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run


@dataclass(frozen=True, slots=True)
class RestartAdvice:
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


def restart_advice(run: Run, findings: Sequence[Finding], directory: str) -> list[RestartAdvice]:
    """Where to restart for the earliest error of `run`; empty where nothing went wrong.

    Empty as well where the log does not number its records: nothing can be compared with those.
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
    # Few runs ask for advice, and all of them would compile the patterns.
    from gradlint.runs.finding_files.checkpoints import checkpoints

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
            RestartAdvice(
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
    return [RestartAdvice(run, onset, axis, None, None, None, onset, axis, directory, 0)]


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
