"""The examples of the rules about training logs, and how to run them.

A fence is `LANGUAGE bad` or `LANGUAGE good`. The language is `series` (see `series.py`) or the kind
of file that the text becomes: `csv`, `text`, `json`, `jsonl`. A bad one says what is found, a line
each: `# TL201: loss 900-903`, the code, the series (nothing for a finding about the run or file)
and the steps that the finding must touch; `# info: TL201: ...` also asks for that severity.
`checkpoints=a,b/` in the fence's head are a file and a folder of the `--checkpoints` directory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gradlint.config import Settings, Source
from gradlint.engine.logs import LogChecker, check_logs
from gradlint.finding import Finding
from gradlint.registry import Registry, Rule, log_registry
from tests.rules.series import run_of

_FENCE = re.compile(
    r"^```(series|csv|text|json|jsonl) (bad|good)(?: checkpoints=(\S+))?\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_MARK = re.compile(
    r"^# (?:(error|warning|info): )?(TL\d\d\d):(?: (\S.*?))??(?: (\d+)(?:-(\d+))?)?$"
)
_SUFFIX = {"csv": ".csv", "text": ".log", "json": ".json", "jsonl": ".jsonl"}


@dataclass(frozen=True)
class Expected:
    """What one mark asks for."""

    series: str
    first: int | None
    last: int | None
    severity: str | None

    def answers(self, finding: Finding) -> bool:
        window = finding.window
        assert window is not None
        if self.severity and finding.level.label != self.severity:
            return False
        if self.series != window.series:
            return False
        if self.first is None or window.start is None:
            return True
        last = self.first if self.last is None else self.last
        return window.start <= last and (window.end or window.start) >= self.first


@dataclass(frozen=True)
class LogExample:
    """One fence of a rule's document."""

    rule: Rule
    language: str
    kind: str
    number: int
    text: str
    checkpoints: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.rule.code}-{self.kind}-{self.number}"

    def expected(self) -> list[Expected]:
        found = []
        for line in self.text.splitlines():
            mark = _MARK.match(line)
            if mark and mark.group(2) == self.rule.code:
                severity, _, series, first, last = mark.groups()
                found.append(
                    Expected(
                        series or "",
                        None if first is None else int(first),
                        None if last is None else int(last),
                        severity,
                    )
                )
        return found

    def findings(self, directory: Path) -> list[Finding]:
        """What the rule says of the example."""
        settings = Settings((Source({"select": (self.rule.code,)}),))
        rules = log_registry() if self.checkpoints else Registry([self.rule])
        folder = None
        if self.checkpoints:
            # The advice is about what other rules find.
            settings = Settings()
            (directory / "checkpoints").mkdir()
            folder = str(directory / "checkpoints")
            for name in self.checkpoints:
                place = directory / "checkpoints" / name
                if name.endswith("/"):
                    place.mkdir(parents=True)
                else:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.touch()
        if self.language == "series":
            found = LogChecker(settings, rules, folder).run(run_of(self.text))
        else:
            path = directory / f"train{_SUFFIX[self.language]}"
            lines = [line for line in self.text.splitlines() if not _MARK.match(line)]
            path.write_text("\n".join(lines) + "\n")
            found = check_logs([str(path)], settings, rules, checkpoints=folder).findings
        return [finding for finding in found if finding.code == self.rule.code]


def log_examples() -> list[LogExample]:
    """Every example of every rule about logs."""
    found = []
    for rule in log_registry():
        counts: dict[str, int] = {}
        for language, kind, checkpoints, text in _FENCE.findall(rule.document):
            counts[kind] = counts.get(kind, 0) + 1
            names = tuple(filter(None, checkpoints.split(",")))
            found.append(LogExample(rule, language, kind, counts[kind], text, names))
    return found
