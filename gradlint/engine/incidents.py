"""The findings of one run -> the incidents they tell of: what one event caused belongs together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gradlint.finding import Finding, Window
from gradlint.runs.run import Curve, Run

NEAR = 0.02
"""Share of the steps of a run after the first finding of an incident within which others begin that
belong to it. Losses, scores and norms of the runs that were looked at follow each other within a
few logged points."""

NEAR_POINTS = 1
"""Points of its own series that a finding may begin later: an evaluation sees an event when it is
its turn."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a log an event becomes visible: after line `after` of `file`, up to line `line`."""

    file: str
    after: int
    line: int


@dataclass(slots=True)
class _Incident:
    """One that is being put together.

    Attributes:
        number: its number.
        onsets: by axis, where it began.
        place: where its first finding became visible; None if the log has no lines.
        stretches: what its findings cover, as (series, first step, last step).
    """

    number: int
    onsets: dict[str, int]
    place: _Place | None
    stretches: list[tuple[str, int, int]]


def joined(run: Run, findings: Sequence[Finding], numbers: Iterator[int]) -> list[Finding]:
    """The findings with the number of their incident, of those that are about an event.

    Two belong together if one begins with the other or shortly after it, or is a part of it: a
    spike within a stretch of spikes of the same series. A finding in epochs and one in steps do so
    if the lines on which they can first be seen are those of the same time.
    """
    near = _near(run)
    numbered: dict[int, Finding] = {}
    incidents: list[_Incident] = []
    for index in sorted(range(len(findings)), key=lambda it: _begin(findings[it])):
        finding = findings[index]
        window = finding.window
        curve = None if window is None else run.curves.get(window.series)
        if window is None or curve is None or window.start is None:
            continue
        last = window.start if window.end is None else window.end
        place = _place(run, curve, window.start)
        found = next((it for it in incidents if _belongs(it, near, curve, window, place)), None)
        if found is None:
            found = _Incident(next(numbers), {}, place, [])
            incidents.append(found)
        found.onsets.setdefault(window.axis, window.start)
        found.stretches.append((window.series, window.start, last))
        before = curve.steps[curve.steps < window.start]
        numbered[index] = replace(
            finding,
            window=replace(
                window,
                incident=found.number,
                before=int(before[-1]) if len(before) else None,
            ),
        )
    return [numbered.get(index, finding) for index, finding in enumerate(findings)]


def _begin(finding: Finding) -> tuple[bool, int, int]:
    """First those that begin first, of these the longest; those in epochs after all others.

    What is counted in steps says more exactly when an event was.
    """
    window = finding.window
    if window is None or window.start is None:
        return False, 0, 0
    last = window.start if window.end is None else window.end
    return window.axis == "epoch", window.start, -last


def _near(run: Run) -> dict[str, float]:
    """By axis, the steps within which findings of a run are about one event."""
    ends: dict[str, tuple[int, int]] = {}
    for curve in run.curves.values():
        if len(curve):
            low, high = int(curve.steps[0]), int(curve.steps[-1])
            first, last = ends.get(curve.axis, (low, high))
            ends[curve.axis] = min(first, low), max(last, high)
    return {axis: NEAR * (last - first) for axis, (first, last) in ends.items()}


def _place(run: Run, curve: Curve, start: int) -> _Place | None:
    """Where the event of step `start` can first be seen; None if the log does not say it."""
    at = np.flatnonzero(curve.steps >= start)
    files = run.told.get(curve.tag) or run.sources
    if curve.records is None or not len(at) or (len(files) > 1 and curve.tag not in run.told):
        return None
    first = int(at[0])
    return _Place(
        files[0], int(curve.records[first - 1]) if first else 0, int(curve.records[first])
    )


def _belongs(
    incident: _Incident,
    near: dict[str, float],
    curve: Curve,
    window: Window,
    place: _Place | None,
) -> bool:
    start = window.start
    if start is None:
        return False
    onset = incident.onsets.get(window.axis)
    if onset is None:
        return _at_one_time(incident.place, place)
    if any(tag == window.series and low <= start <= high for tag, low, high in incident.stretches):
        return True
    usual = float(np.median(np.diff(curve.steps))) if len(curve) > 1 else 0.0
    return start - onset <= max(near.get(window.axis, 0.0), NEAR_POINTS * usual)


def _at_one_time(one: _Place | None, other: _Place | None) -> bool:
    if one is None or other is None or one.file != other.file:
        return False
    return one.after < other.line and other.after < one.line
