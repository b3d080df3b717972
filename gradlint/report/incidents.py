"""The findings of training logs, by the incident that they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradlint.finding import Finding, Note, Severity, Window
from gradlint.report import event

FEW = 3
"""Remarks of one rule about one file that are told one by one; of more, the first is."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What one event caused.

    Attributes:
        members: the findings that tell of it, in the order of their steps; those in epochs after
            those in steps, which say more exactly when it was.
    """

    members: tuple[Finding, ...]

    @property
    def root(self) -> Finding:
        """The one that is told in full: of the gravest those that begin first."""
        return max(self.members, key=lambda it: it.level)

    @property
    def others(self) -> tuple[Finding, ...]:
        """The rest of them."""
        root = self.root
        return tuple(it for it in self.members if it is not root)

    @property
    def codes(self) -> list[str]:
        """The rules that speak of it."""
        return sorted({it.code for it in self.members})

    @property
    def onset(self) -> Window:
        """Where it begins."""
        return window_of(self.members[0])


@dataclass(frozen=True, slots=True)
class Block:
    """What is told in one piece.

    Attributes:
        finding: the one that is told in full.
        others: those that it stands for, because they tell of the same incident.
    """

    finding: Finding
    others: tuple[Finding, ...] = ()


def incidents(findings: Sequence[Finding]) -> list[Incident]:
    """All incidents, in the order of their first findings."""
    found: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.window is not None and finding.window.incident:
            found.setdefault(finding.window.incident, []).append(finding)
    return [Incident(tuple(sorted(it, key=_begin))) for it in found.values()]


def is_remark(finding: Finding) -> bool:
    """Whether it is about no event: nothing went wrong, but there is something to know."""
    return finding.level < Severity.WARNING and not window_of(finding).incident


def told_once(findings: Sequence[Finding]) -> list[Block]:
    """The findings without those that another one of their incident stands for.

    The remarks about a file come last; of many that one rule makes the first says how many there
    are, and where the last is.
    """
    found = incidents(findings)
    others = {id(it.root): it.others for it in found}
    hidden = {id(member) for it in found for member in it.others}
    remarks: dict[tuple[str, str], list[Finding]] = {}
    for it in findings:
        if is_remark(it):
            remarks.setdefault((it.path, it.code), []).append(it)
    counted = {}
    for first, *rest in remarks.values():
        if len(rest) >= FEW:
            hidden |= {id(it) for it in rest}
            counted[id(first)] = Note(
                f"{len(rest)} more like this, the last {_at(first, rest[-1])}"
            )
    files = {path: number for number, path in enumerate(dict.fromkeys(it.path for it in findings))}
    return [
        Block(
            replace(it, notes=(*it.notes, counted[id(it)])) if id(it) in counted else it,
            others.get(id(it), ()),
        )
        for it in sorted(findings, key=lambda it: (files[it.path], is_remark(it)))
        if id(it) not in hidden
    ]


def told_apart(findings: Sequence[Finding]) -> list[Block]:
    """Each finding, those of an incident one after another with their curves on one axis."""
    found = {id(it.root): it for it in incidents(findings)}
    hidden = {id(member) for it in found.values() for member in it.others}
    return [
        Block(finding)
        for it in findings
        if id(it) not in hidden
        for finding in (_on_one_axis(found[id(it)]) if id(it) in found else [it])
    ]


def _on_one_axis(incident: Incident) -> list[Finding]:
    """The members, the root first, all that are counted alike drawn over the same steps."""
    from gradlint.report.plot import on_one_axis  # of no use where nothing is drawn

    members = [incident.root, *incident.others]
    axis = window_of(incident.root).axis
    windows = [window_of(it) for it in members]
    alike = [it.excerpt for it in windows if it.excerpt is not None and it.axis == axis]
    if len(alike) < 2:
        return members
    drawn = iter(on_one_axis(alike))
    return [
        it
        if window.excerpt is None or window.axis != axis
        else replace(it, window=replace(window, excerpt=next(drawn)))
        for it, window in zip(members, windows, strict=True)
    ]


def _at(first: Finding, last: Finding) -> str:
    line, window = event.line(last), window_of(last)
    if line is None:
        return f"at {window.axis} {window.start}"
    return f"in run {window.run}" if line == event.line(first) else f"on line {line}"


def window_of(finding: Finding) -> Window:
    """Where a finding of a log stands."""
    return finding.window or Window()


def place_of(finding: Finding) -> str:
    """What tells a run from the others, whichever of its files a finding is in; else the file."""
    return event.run_place(finding.path, window_of(finding).run)


def _begin(finding: Finding) -> tuple[bool, int]:
    window = window_of(finding)
    return window.axis == "epoch", 0 if window.start is None else window.start


def document(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The incidents as JSON has them."""
    return [
        {
            "id": it.onset.incident,
            "path": it.root.path,
            "run": it.onset.run,
            "axis": it.onset.axis,
            "onset": it.onset.start,
            "last_good": it.onset.before,
            "severity": it.root.level.label,
            "message": it.root.message,
            "codes": it.codes,
            "events": [
                {
                    "axis": window_of(member).axis,
                    "step": window_of(member).start,
                    "series": window_of(member).series,
                    "code": member.code,
                }
                for member in it.members
            ],
        }
        for it in incidents(findings)
    ]
