"""Findings of a file and the comments in it -> an outcome without what the comments take away."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from gradlint.engine.outcome import Outcome
from gradlint.engine.own_rules import own_findings
from gradlint.finding import Finding
from gradlint.registry import Registry, Rule, RuleCrash
from gradlint.selection import expand
from gradlint.source.parsing import parse
from gradlint.source.reading import read
from gradlint.source.suppression import (
    Scope,
    faults,
    may_suppress,
    speaks_to_gradlint,
    statement_lines,
    suppress,
)
from gradlint.source.text import SourceFile, SyntaxFailure


class Silence:
    """Applies suppression comments, to a file's own findings and to those made from elsewhere."""

    def __init__(
        self, registry: Registry, rules_for: Callable[[str], tuple[Rule, ...]], max_size: int
    ) -> None:
        self._registry = registry
        self._rules_for = rules_for
        self._max_size = max_size
        self._defaults = frozenset(rule.code for rule in registry if rule.default)
        self._elsewhere: dict[str, tuple[SourceFile, ast.Module | SyntaxFailure] | None] = {}

    def over_own(
        self,
        source: SourceFile,
        tree: ast.Module | SyntaxFailure,
        rules: Sequence[Rule],
        findings: list[Finding],
    ) -> Outcome:
        """The outcome for the findings of a file itself, with the faults of its comments."""
        outcome = Outcome()
        scopes = self._apply(source, tree, findings, outcome)
        if scopes and not isinstance(tree, SyntaxFailure):
            crashes = {rule.code for rule in rules if rule.subject.type is RuleCrash}
            ran = {rule.code for rule in rules}
            if source.broken or not crashes.isdisjoint(finding.code for finding in findings):
                # Not everything was seen: a comment with nothing to suppress may yet be needed.
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
            self._apply(source, tree, about, outcome)
        return outcome

    def over_others(self, findings: Iterable[Finding]) -> Outcome:
        """The outcome for findings in files that an analysed file imports."""
        outcome = Outcome()
        by_path: dict[str, list[Finding]] = {}
        for finding in findings:
            by_path.setdefault(finding.path, []).append(finding)
        for path, group in by_path.items():
            on = {rule.code for rule in self._rules_for(path)}
            wanted = [finding for finding in group if finding.code in on]
            loaded = self._load(path)
            if loaded is None:
                outcome.findings += wanted
                continue
            source, tree = loaded
            scopes = self._apply(source, tree, wanted, outcome)
            outcome.needed |= {
                (path, scope.directive.span) for scope in scopes if scope.used_at_all
            }
        return outcome

    def _apply(
        self,
        source: SourceFile,
        tree: ast.Module | SyntaxFailure,
        findings: list[Finding],
        outcome: Outcome,
    ) -> list[Scope]:
        scopes: list[Scope] = []
        kept = findings
        if speaks_to_gradlint(source.data) or (findings and may_suppress(source.data)):
            # Imported only for a file that has such a comment; most have none.
            from gradlint.source.comments import directives

            comments = directives(source)
            statements = statement_lines(tree) if comments and isinstance(tree, ast.Module) else []
            scopes, result = suppress(source, comments, statements, findings, self._codes_of)
            kept = result.kept
            outcome.hidden |= {(it.path, it.span, it.code) for it in result.suppressed}
        outcome.findings += [_in_cell(finding, source) for finding in kept]
        return scopes

    def _codes_of(self, key: str) -> frozenset[str]:
        return expand(self._registry, key)

    def _load(self, path: str) -> tuple[SourceFile, ast.Module | SyntaxFailure] | None:
        if path not in self._elsewhere:
            source = read(path, max_size=self._max_size)
            loaded = (source, parse(source)) if isinstance(source, SourceFile) else None
            self._elsewhere[path] = loaded
        return self._elsewhere[path]


def _in_cell(finding: Finding, source: SourceFile) -> Finding:
    if not source.cells:
        return finding
    cell, line = source.position(finding.span.line)
    return replace(finding, cell=cell, cell_line=line)
