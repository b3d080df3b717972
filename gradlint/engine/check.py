"""Paths -> findings: read, parse, analyse, suppress, in order, over one process or several."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gradlint.config import Settings
from gradlint.engine.own_rules import OWN_SUBJECTS, crash_findings, own_findings
from gradlint.finding import Finding, Skip, sort_key
from gradlint.registry import Registry, Rule
from gradlint.selection import PerFile, enabled, expand
from gradlint.source.discovery import Target, discover
from gradlint.source.parsing import SyntaxFailure, parse
from gradlint.source.suppression import (
    faults,
    may_suppress,
    speaks_to_gradlint,
    statement_lines,
    suppress,
)
from gradlint.source.text import SourceFile, Unreadable, display_path, from_bytes, load

_PARALLEL_FROM = 200
"""Files below which starting processes costs more than it saves."""


@dataclass(slots=True)
class Outcome:
    """What a check found.

    `files` counts the files that were looked at, readable or not, but not those that were skipped;
    `lines` their lines, `suppressed` the findings that comments took away.
    """

    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    files: int = 0
    lines: int = 0
    suppressed: int = 0

    def add(self, other: Outcome) -> None:
        """Take in another part of the same check."""
        self.findings += other.findings
        self.skipped += other.skipped
        self.files += other.files
        self.lines += other.lines
        self.suppressed += other.suppressed

    def sort(self) -> None:
        """Put everything into the order of output, whatever order it was found in."""
        self.findings = sorted(dict.fromkeys(self.findings), key=_order)
        self.skipped.sort(key=_skip_order)


def check(
    paths: Sequence[str],
    settings: Settings,
    registry: Registry,
    *,
    stdin: bytes | None = None,
    stdin_filename: str | None = None,
    jobs: int = 1,
) -> Outcome:
    """Check the programs at and below `paths`; never raises for what is in them.

    Args:
        paths: files and directories; none means the working directory.
        settings: from `gradlint.config`.
        registry: the known rules.
        stdin: a program to check instead of `paths`.
        stdin_filename: the name by which that program is shown, configured and typed.
        jobs: processes to use; 0 lets the number of files and of cores decide.
    """
    checker = Checker(settings, registry)
    outcome = Outcome()
    if stdin is not None:
        outcome.add(checker.program(stdin_filename or "<stdin>", stdin, explicit=True))
        outcome.sort()
        return outcome
    targets: list[Target] = []
    for found in discover(paths, settings.excludes, respect_gitignore=settings.respect_gitignore):
        if isinstance(found, Unreadable):
            outcome.add(checker.unreadable(found))
        else:
            targets.append(found)
    workers = _workers(jobs, len(targets))
    if workers > 1:
        from gradlint.engine.pool import check_in_processes

        outcome.add(check_in_processes(targets, settings, registry, workers))
    else:
        outcome.add(checker.all(targets))
    outcome.sort()
    return outcome


class Checker:
    """Checks one program after another under the same settings."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._settings = settings
        self._registry = registry
        rules = enabled(registry, settings.layers)
        root = os.path.abspath(settings.root).replace(os.sep, "/")
        self._per_file = PerFile(registry, rules, settings.per_file_ignores, root)
        self._defaults = frozenset(
            rule.code for rule in registry if rule.default and rule.code.startswith("GL")
        )

    def all(self, targets: Iterable[Target]) -> Outcome:
        """Check the files `targets`."""
        outcome = Outcome()
        for target in targets:
            outcome.add(self.file(target))
        return outcome

    def file(self, target: Target) -> Outcome:
        """Check one file."""
        data = load(target.path, max_size=self._settings.max_file_size)
        if isinstance(data, Unreadable):
            return self.unreadable(data)
        if isinstance(data, Skip):
            return Outcome(skipped=[data])
        return self.program(target.path, data, explicit=target.explicit)

    def unreadable(self, subject: Unreadable) -> Outcome:
        """The outcome for a file or directory that cannot be read."""
        findings = own_findings(self._rules(subject.path), subject, subject.path)
        return Outcome(findings=findings, files=int(subject.kind == "file"))

    def crashed(self, path: str, error: BaseException) -> Outcome:
        """The outcome for a file on which the analysis itself broke down."""
        shown = display_path(path)
        return Outcome(findings=crash_findings(self._rules(path), shown, "", error), files=1)

    def program(self, path: str, data: bytes, *, explicit: bool) -> Outcome:
        """Check the program in `data`; one that was not `explicit` may be dismissed unparsed."""
        from gradlint.engine.analyze import worth_analyzing

        try:
            # A search of the bytes, before they are decoded: most files of a project end here.
            relevant = worth_analyzing(data)
            if not (explicit or relevant or speaks_to_gradlint(data)):
                return Outcome(files=1, lines=data.count(b"\n"))
            source = from_bytes(path, data, max_size=self._settings.max_file_size)
            if isinstance(source, Unreadable):
                return self.unreadable(source)
            if isinstance(source, Skip):
                return Outcome(skipped=[source])
            return self._source(path, source, relevant)
        except Exception as error:
            # Whatever a file holds, the other files are still checked.
            return self.crashed(path, error)

    def _rules(self, path: str) -> tuple[Rule, ...]:
        return self._per_file.rules_for(os.path.abspath(path).replace(os.sep, "/"))

    def _source(self, path: str, source: SourceFile, relevant: bool) -> Outcome:
        rules = self._rules(path)
        outcome = Outcome(files=1, lines=len(source.lines))
        for failure in source.broken:
            outcome.findings += own_findings(rules, failure, source.path)
        tree = parse(source)
        if isinstance(tree, SyntaxFailure):
            outcome.findings += own_findings(rules, tree, source.path)
        elif relevant:
            found, skipped = _analysis(source, tree, rules, self._settings.rule_options)
            outcome.findings += found
            outcome.skipped += skipped
        if may_suppress(source.data):
            self._suppress(source, tree, rules, outcome)
        lowest = self._settings.severity
        outcome.findings = [it for it in outcome.findings if it.level >= lowest]
        if source.cells:
            outcome.findings = [_in_cell(finding, source) for finding in outcome.findings]
        return outcome

    def _suppress(
        self,
        source: SourceFile,
        tree: ast.Module | SyntaxFailure,
        rules: Sequence[Rule],
        outcome: Outcome,
    ) -> None:
        from gradlint.source.comments import directives

        comments = directives(source)
        if not comments:
            return
        crashes = {rule.code for rule in rules if rule.subject == "RuleCrash"}
        parsed = not isinstance(tree, SyntaxFailure)
        statements = [] if isinstance(tree, SyntaxFailure) else statement_lines(tree)
        scopes, result = suppress(source, comments, statements, outcome.findings, self._codes_of)
        outcome.findings = result.kept
        outcome.suppressed = result.suppressed
        if not parsed:
            # No rule ran, so no comment can be said to be idle.
            return
        ran = {rule.code for rule in rules}
        if source.broken or not crashes.isdisjoint(it.code for it in outcome.findings):
            # Not everything was seen, so a comment with nothing to suppress may yet be needed.
            ran = set()
        unused, unknown = faults(
            scopes,
            [*self._registry.by_code, *self._registry.by_name],
            ran,
            all_ran=ran >= self._defaults,
        )
        about: list[Finding] = []
        for subject in (*unused, *unknown):
            about += own_findings(rules, subject, source.path)
        _, rest = suppress(source, comments, statements, about, self._codes_of)
        outcome.findings += rest.kept
        outcome.suppressed += rest.suppressed

    def _codes_of(self, key: str) -> frozenset[str]:
        return expand(self._registry, key)


def _analysis(
    source: SourceFile,
    tree: ast.Module,
    rules: Sequence[Rule],
    options: Mapping[str, Mapping[str, Any]],
) -> tuple[list[Finding], list[Skip]]:
    from gradlint.engine.analyze import analyze

    try:
        wanted = [rule for rule in rules if rule.subject not in OWN_SUBJECTS]
        return analyze(source, tree, wanted, options)
    except RecursionError:
        return [], [Skip(source.path, None, "nested too deeply to be analysed")]
    except Exception as error:
        return crash_findings(rules, source.path, "", error), []


def _in_cell(finding: Finding, source: SourceFile) -> Finding:
    cell, line = source.position(finding.span.line)
    return replace(finding, cell=cell, cell_line=line)


def _order(finding: Finding) -> tuple[tuple[str, int, int, str], str]:
    return sort_key(finding), finding.message


def _skip_order(skip: Skip) -> tuple[str, int, str]:
    return skip.path, skip.span.line if skip.span else 0, skip.reason


def _workers(jobs: int, files: int) -> int:
    if jobs == 0:
        return min(os.cpu_count() or 1, files) if files > _PARALLEL_FROM else 1
    return max(min(jobs, files), 1)
