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


@dataclass(slots=True)
class _Incident:
    """One that is being put together: its number, where it began, and its stretches by series."""

    number: int
    axis: str
    onset: int
    stretches: list[tuple[str, int, int]]


def joined(run: Run, findings: Sequence[Finding], numbers: Iterator[int]) -> list[Finding]:
    """The findings with the number of their incident, of those that are about an event.

    Two belong together if one begins with the other or shortly after it, or is a part of it: a
    spike within a stretch of spikes of the same series.
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
        found = next((it for it in incidents if _belongs(it, near, curve, window)), None)
        if found is None:
            found = _Incident(next(numbers), window.axis, window.start, [])
            incidents.append(found)
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


def _begin(finding: Finding) -> tuple[int, int]:
    """First those that begin first, of these the longest."""
    window = finding.window
    if window is None or window.start is None:
        return 0, 0
    return window.start, -(window.start if window.end is None else window.end)


def _near(run: Run) -> dict[str, float]:
    """By axis, the steps within which findings of a run are about one event."""
    ends: dict[str, tuple[int, int]] = {}
    for curve in run.curves.values():
        if len(curve):
            low, high = int(curve.steps[0]), int(curve.steps[-1])
            first, last = ends.get(curve.axis, (low, high))
            ends[curve.axis] = min(first, low), max(last, high)
    return {axis: NEAR * (last - first) for axis, (first, last) in ends.items()}


def _belongs(incident: _Incident, near: dict[str, float], curve: Curve, window: Window) -> bool:
    start = window.start
    if start is None or window.axis != incident.axis:
        return False
    if any(tag == window.series and low <= start <= high for tag, low, high in incident.stretches):
        return True
    usual = float(np.median(np.diff(curve.steps))) if len(curve) > 1 else 0.0
    return start - incident.onset <= max(near.get(window.axis, 0.0), NEAR_POINTS * usual)
