"""What became of each run of training logs, in a line; and of many runs together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from gradlint.finding import Finding
from gradlint.report.characters import escape
from gradlint.report.incidents import Incident, incidents, is_remark, place_of, window_of
from gradlint.report.layout import Line, Table

SCREENS = 10
"""Runs and files whose findings are told with their curves, a screen or so each: of more, a line
each is what can be taken in, and which of them to look at is for the reader to say."""


def verdicts(findings: Sequence[Finding]) -> Iterator[Line]:
    """One line for each run that something happened to, the gravest first.

    It says what happened, where, and what was well before. None where one finding says it all.
    """
    if len(findings) < 2:
        return
    runs: dict[str, list[Incident]] = {}
    for it in incidents(findings):
        runs.setdefault(place_of(it.root), []).append(it)
    worst = [(max(it, key=lambda one: one.root.level), len(it)) for it in runs.values()]
    yield from _lines([(it.root, _story(it, of)) for it, of in worst])
    if runs:
        yield Line()


def overview(findings: Sequence[Finding]) -> Iterator[Line | Table]:
    """What went wrong in many runs: a line for each of them, and how many each rule is about."""
    runs: dict[str, list[Finding]] = {}
    for it in findings:
        runs.setdefault(place_of(it), []).append(it)
    stories = []
    for told in runs.values():
        found = incidents(told)
        grave = max(told, key=lambda it: it.level)
        if found:
            worst = max(found, key=lambda it: it.root.level)
            stories.append((worst.root, _story(worst, len(found))))
        elif not is_remark(grave):
            stories.append((grave, f"{grave.name}: {grave.message}"))
    yield from _lines(stories)
    yield Line()
    hit = Counter(rule for told in runs.values() for rule in {(it.code, it.name) for it in told})
    often = sorted(hit.items(), key=lambda row: (-row[1], row[0]))
    rows = [(f"{number:,}", code, name) for (code, name), number in often]
    yield Table(rows, ("runs", "rule", ""), right=(0,))
    yield Line()
    said = f"Up to {SCREENS} runs are shown with their curves: name fewer, or add --verbose."
    yield Line((), [(said, "")])
    yield Line()


def _lines(stories: Sequence[tuple[Finding, str]]) -> Iterator[Line]:
    size = max((len(root.level.label) for root, _ in stories), default=0)
    for root, story in sorted(stories, key=lambda it: -it[0].level):
        label = root.level.label
        lead = [(f"{label:<{size}}", label), (" ", "")]
        hang = [(" " * (size + 1), "")]
        yield Line(lead, [(place_of(root), "strong"), (f": {escape(story)}", "")], hang)


def _story(incident: Incident, of: int) -> str:
    """`loss-divergence at step 412 (last good 411)`.

    `loss-spike at step 412 (last good 411), then nan-in-metric` where the gravest came later.
    """
    first, root, onset = incident.members[0], incident.root, incident.onset
    begun = window_of(root).axis == onset.axis and window_of(root).start == onset.start
    name = root.name if begun else first.name
    when = "from the beginning"
    if onset.before is not None:
        when = f"at {onset.axis} {onset.start} (last good {onset.before})"
    story = f"{name} {when}" if name == root.name else f"{name} {when}, then {root.name}"
    return story if of == 1 else f"{story}, gravest of {of} incidents"
