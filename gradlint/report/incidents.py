"""The findings of training logs, by the incident that they tell of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradlint.finding import Finding, Note, Severity, Window
from gradlint.report import event
from gradlint.report.characters import escape
from gradlint.report.layout import Line

FEW = 3
"""Remarks of one rule about one file that are told one by one; of more, the first is."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What one event caused.

    Attributes:
        members: the findings that tell of it, in the order of their steps.
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


def incidents(findings: Sequence[Finding]) -> list[Incident]:
    """All incidents, in the order of their first findings."""
    found: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.window is not None and finding.window.incident:
            found.setdefault(finding.window.incident, []).append(finding)
    return [Incident(tuple(sorted(it, key=_begin))) for it in found.values()]


def told_once(findings: Sequence[Finding]) -> list[tuple[Finding, tuple[Finding, ...]]]:
    """The findings without those that another one of their incident stands for, and with these.

    Of many remarks that a rule makes about one file the first says how many there are, and where
    the last is.
    """
    found = incidents(findings)
    others = {id(it.root): it.others for it in found}
    hidden = {id(member) for it in found for member in it.others}
    remarks: dict[tuple[str, str], list[Finding]] = {}
    for it in findings:
        if it.level < Severity.WARNING and not window_of(it).incident:
            remarks.setdefault((it.path, it.code), []).append(it)
    counted = {}
    for first, *rest in remarks.values():
        if len(rest) >= FEW:
            hidden |= {id(it) for it in rest}
            counted[id(first)] = Note(f"{len(rest)} more like this, the last {_at(rest[-1])}")
    return [
        (
            replace(it, notes=(*it.notes, counted[id(it)])) if id(it) in counted else it,
            others.get(id(it), ()),
        )
        for it in findings
        if id(it) not in hidden
    ]


def _at(finding: Finding) -> str:
    line, window = event.line(finding), window_of(finding)
    return f"at {window.axis} {window.start}" if line is None else f"on line {line}"


def window_of(finding: Finding) -> Window:
    """Where a finding of a log stands."""
    return finding.window or Window()


def _begin(finding: Finding) -> int:
    start = window_of(finding).start
    return 0 if start is None else start


def verdicts(findings: Sequence[Finding]) -> Iterator[Line]:
    """One line for each run that something happened to: what, where, and what was well before.

    None where one finding says it all.
    """
    if len(findings) < 2:
        return
    runs: dict[tuple[str, str], list[Incident]] = {}
    for it in incidents(findings):
        runs.setdefault((it.root.path, it.onset.run), []).append(it)
    for found in runs.values():
        worst = max(found, key=lambda it: it.root.level)
        root, onset = worst.root, worst.onset
        first = "from the beginning"
        if onset.before is not None:
            first = f"at {onset.axis} {onset.start}, last good {onset.axis} {onset.before}"
        many = "" if len(found) == 1 else f", the gravest of {len(found)} incidents"
        label = root.level.label
        run = "" if event.tells(root.path, onset.run) else f" (run {event.name_of(onset.run)})"
        rules = ", ".join(worst.codes)
        said = f" {escape(root.path)}{run}: {root.name} {first} ({rules}){many}"
        yield Line((), [(label, label), (said, "strong")], [("  ", "")])
    if runs:
        yield Line()


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
                    "step": window_of(member).start,
                    "series": window_of(member).series,
                    "code": member.code,
                }
                for member in it.members
            ],
        }
        for it in incidents(findings)
    ]
