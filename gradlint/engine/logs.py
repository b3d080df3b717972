"""Training logs -> findings: read a run, name its series, let the rules look, let it go."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, BinaryIO

from gradlint.config import Settings, Source
from gradlint.engine.own_rules import crash_findings, own_findings
from gradlint.finding import Finding, Note, Skip, Window
from gradlint.registry import Registry, Rule, log_registry
from gradlint.run_summary import RunSummary, SeriesSummary
from gradlint.runs.finding_files.file_names import natural_order
from gradlint.selection import PerFile, enabled
from gradlint.subject import View

if TYPE_CHECKING:
    from gradlint.runs.run import Curve, Reading, Run

Progress = Callable[[int, int, str], None]
"""Called with the number of files and of runs that were read, and the name of the last."""


@dataclass(slots=True)
class LogOutcome:
    """What a check of logs found.

    `files` counts those that were read, readable or not; `skipped` are those that were found and
    hold no training log.
    """

    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    files: int = 0
    runs: list[RunSummary] = field(default_factory=list)

    @property
    def points(self) -> int:
        """Points of all runs."""
        return sum(run.points for run in self.runs)


def check_logs(
    paths: Sequence[str],
    settings: Settings,
    registry: Registry,
    *,
    stdin: BinaryIO | None = None,
    stdin_filename: str | None = None,
    checkpoints: str | None = None,
    progress: Progress | None = None,
    judge: bool = True,
) -> LogOutcome:
    """Check the training logs at and below `paths`; never raises for what is in them.

    Memory is bounded by the largest run: each is let go before the next is read.

    Args:
        paths: files, directories and globs; none means the working directory.
        settings: from `gradlint.config`.
        registry: the known log rules.
        stdin: a log to read instead of `paths`.
        stdin_filename: the name by which that log is shown.
        checkpoints: a directory of checkpoints, to name the one to restart from.
        progress: told what is being read.
        judge: False only reads and summarises.
    """
    from gradlint.runs import reading

    checker = LogChecker(settings, registry, checkpoints)
    outcome = LogOutcome()
    if stdin is not None:
        name = stdin_filename or "<stdin>"
        readings: Iterable[Reading] = [reading.read_stream(stdin, name, settings.roles)]
    else:
        readings = reading.read(paths or ["."], settings.roles)
    for found in readings:
        checker.take(found, outcome, judge=judge)
        if progress is not None:
            progress(outcome.files, len(outcome.runs), found.name)
    lowest = settings.severity
    kept = [finding for finding in outcome.findings if finding.level >= lowest]
    outcome.findings = sorted(kept, key=_order)
    return outcome


def logs_checked(
    path: str | os.PathLike[str], *, roles: Mapping[str, str] | None = None
) -> list[Finding]:
    """What is wrong with the training logs at `path`, a file, a directory or a pattern.

    The default rules, no configuration file; `roles` says what series measure whose names do not
    (see `[tool.gradlint.logs.roles]`). What could not be read is a finding as well.

    Raises:
        ValueError: a role does not exist.
    """
    settings = Settings((Source({"logs": {"roles": roles or {}}}),))
    return check_logs([os.fspath(path)], settings, log_registry()).findings


class LogChecker:
    """Checks one reading after another under the same settings."""

    def __init__(self, settings: Settings, registry: Registry, checkpoints: str | None) -> None:
        root = os.path.abspath(settings.root).replace(os.sep, "/")
        rules = enabled(registry, settings.layers)
        self._per_file = PerFile(registry, rules, settings.per_file_ignores, root)
        self._options = settings.rule_options
        self._checkpoints = checkpoints
        self._incidents = count(1)

    def take(self, reading: Reading, outcome: LogOutcome, *, judge: bool = True) -> None:
        """Add what a reading shows to `outcome`."""
        outcome.files += reading.files
        outcome.skipped += reading.skipped
        read = any(run.curves for run in reading.runs)
        for problem in reading.problems:
            problem = replace(problem, rest_read=read)
            outcome.findings += own_findings(self._rules(problem.path), problem, problem.path)
        for run in reading.runs:
            outcome.runs.append(summary(run))
            if judge:
                outcome.findings += self.run(run)

    def run(self, run: Run) -> list[Finding]:
        """What the rules say of one run whose series have their roles."""
        from gradlint.engine.incidents import joined

        events: list[Finding] = []
        others: list[Finding] = []
        rules = self._rules(run.path)
        for rule in rules:
            if rule.subject.view is not None:
                told = events if rule.symptoms else others
                told += self._said(rule, rules, run, rule.subject.view)
        found = joined(run, events, self._incidents) + others
        if self._checkpoints is not None:
            from gradlint.relations.restart_advice import RestartAdvice, restart_advice

            # The advice is about the earliest error, whichever rule reports it.
            view = partial(restart_advice, findings=tuple(found), directory=self._checkpoints)
            for rule in rules:
                if rule.subject.type is RestartAdvice:
                    found += self._said(rule, rules, run, view)
        return found

    def _said(self, rule: Rule, rules: Sequence[Rule], run: Run, view: View) -> list[Finding]:
        """What one rule says of what `view` finds in a run; that it raised, if it does."""
        import numpy as np

        options = self._options.get(rule.name, {})
        try:
            # Values near the ends of float64 may overflow in a measure: infinite is what they are.
            with np.errstate(over="ignore", invalid="ignore"):
                found = [it for subject in view(run) for it in rule.check(subject, **options)]
            return [_placed(rule, run, it) for it in found]
        except Exception as error:
            return crash_findings(rules, run.path, rule.code, error)

    def _rules(self, path: str) -> tuple[Rule, ...]:
        return self._per_file.rules_for(os.path.abspath(path).replace(os.sep, "/"))


def _placed(rule: Rule, run: Run, finding: Finding) -> Finding:
    """The finding with its rule's and its run's name, its curve, and the other files of that."""
    from gradlint.engine.excerpt import excerpt

    window = finding.window or Window()
    curve = run.curves.get(window.series)
    drawn = None if curve is None else excerpt(curve, window.start, window.end)
    path, *others = run.told.get(window.series, (run.path,))
    notes = finding.notes + tuple(Note(f"also in `{other}`", path=other) for other in others)
    finding = replace(finding, window=replace(window, run=run.name, excerpt=drawn), notes=notes)
    return finding.stamped(code=rule.code, name=rule.name, severity=rule.severity, path=path)


def summary(run: Run) -> RunSummary:
    """What is said of a run without judging it."""
    series = tuple(_series(curve) for curve in run.curves.values())
    axis = run.axis
    steps = [
        step
        for curve, one in zip(run.curves.values(), series, strict=True)
        if curve.axis == axis
        for step in (one.first, one.last)
    ]
    return RunSummary(
        name=run.name,
        path=run.path,
        format=run.format,
        part=run.part,
        points=run.points,
        axis=axis,
        first_step=min(steps, default=None),
        last_step=max(steps, default=None),
        series=series,
        files=run.sources,
    )


def _series(curve: Curve) -> SeriesSummary:
    import numpy as np

    finite = curve.values[curve.finite]
    return SeriesSummary(
        tag=curve.tag,
        role=str(curve.role),
        points=len(curve),
        first=int(curve.steps[0]),
        last=int(curve.steps[-1]),
        low=float(np.min(finite)) if len(finite) else math.nan,
        high=float(np.max(finite)) if len(finite) else math.nan,
        nonfinite=len(curve) - len(finite),
        judged=curve.role.judged,
    )


def _order(finding: Finding) -> tuple[str, list[str | int], int, str, str]:
    window = finding.window or Window()
    start = -1 if window.start is None else window.start
    return finding.path, natural_order(window.run), start, finding.code, window.series
