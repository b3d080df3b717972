"""Labelled training logs: what was said about each file, and whether findings answer it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradlint.finding import Finding, Severity
from gradlint.runs import reading
from gradlint.runs.run import Run

KINDS = {
    "TL101": "nan", "TL102": "inf", "TL103": "nan", "TL104": "nan", "TL201": "spike",
    "TL202": "divergence", "TL203": "spike", "TL301": "grad-explosion", "TL302": "vanishing-grad",
    "TL303": "clipping-saturated", "TL304": "loss-scale", "TL401": "plateau",
    "TL402": "constant-output", "TL403": "metric-collapse", "TL501": "overfit",
    "TL502": "oscillation",
}  # fmt: skip

ANSWERS = {
    "nan": {"nan", "inf"},
    "inf": {"nan", "inf"},
    "spike": {"spike", "divergence"},
    "divergence": {"spike", "divergence", "metric-collapse"},
    "constant-output": {"constant-output", "plateau"},
    "plateau": {"constant-output", "plateau", "vanishing-grad"},
}
"""What else answers an event of a kind: the same points deserve either name."""

SLACK = 0.02
"""Share of an event's steps by which a finding may miss it; two steps at least."""

_LOUD = ("warning", "error")


@dataclass(frozen=True, slots=True)
class Event:
    """Something in a log that a reader would want to be told.

    `start` and `end` are steps of the file, both included; None where they are not known.
    """

    kind: str
    start: float | None
    end: float | None

    def answered(self, finding: Finding) -> bool:
        """Whether a finding is of the event's kind and touches its steps."""
        if KINDS.get(finding.code) not in ANSWERS.get(self.kind, {self.kind}):
            return False
        window = finding.window
        if window is None or window.start is None or self.start is None or self.end is None:
            return True
        slack = max(2.0, SLACK * (self.end - self.start))
        end = window.start if window.end is None else window.end
        return window.start <= self.end + slack and end >= self.start - slack


@dataclass(frozen=True, slots=True)
class Labelled:
    """One file with its runs.

    `events` are those that must be told; a file that is neither `healthy` nor has any is arguable
    and counts for nothing.
    """

    file: str
    family: str
    healthy: bool
    events: tuple[Event, ...]
    runs: tuple[Run, ...]


def read_labels(folder: Path) -> Iterator[Labelled]:
    """Read `labels.jsonl` in a folder and the logs that it names, in `files/` beside it.

    The labels are one JSON object a line: `file`, `healthy`, optionally `borderline`, `family` and
    `source`, and `events` with `kind`, `step_from`, `step_to`, `severity` and `borderline`. A file
    that is not there is passed over.
    """
    for line in filter(str.strip, (folder / "labels.jsonl").read_text().splitlines()):
        label = json.loads(line)
        path = folder / "files" / label["file"]
        if not path.exists():
            continue
        loud = [event for event in label["events"] if event["severity"] in _LOUD]
        yield Labelled(
            label["file"],
            f"{folder.name}:{family_of(label)}",
            label["healthy"] and not label.get("borderline") and not loud,
            tuple(
                Event(event["kind"], number(event["step_from"]), number(event["step_to"]))
                for event in loud
                if not event.get("borderline")
            ),
            tuple(run for it in reading.read([str(path)]) for run in it.runs),
        )


def family_of(label: dict[str, Any]) -> str:
    """The task a run is of: its `family`, else the script that made it, else where it was found."""
    if "family" in label:
        return str(label["family"])
    script = str(label.get("source", ""))
    if script.startswith("generated:"):
        return script.removeprefix("generated:").split()[0].split("/")[-1].removesuffix(".py")
    return script.split("@")[0] or label["file"].split("/")[0]


def number(step: object) -> float | None:
    """A step of a label, where it has one."""
    return float(step) if isinstance(step, (int, float)) else None


def alarmed(findings: Iterable[Finding]) -> bool:
    """Whether any finding is one that fails a check."""
    return any(finding.level >= Severity.WARNING for finding in findings)
