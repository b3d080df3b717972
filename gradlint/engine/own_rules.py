"""The rules about gradlint itself: their subjects -> findings with code, name and path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradlint.finding import Finding, Span
from gradlint.registry import Rule, RuleCrash


def own_findings(rules: Iterable[Rule], subject: object, path: str) -> list[Finding]:
    """What the rules that take `subject`'s type say about it."""
    return [
        finding.stamped(code=rule.code, name=rule.name, severity=rule.severity, path=path)
        for rule in rules
        if rule.subject.type is type(subject)
        for finding in rule.check(subject)
    ]


def crash_findings(
    rules: Sequence[Rule], path: str, code: str, error: BaseException, span: Span | None = None
) -> list[Finding]:
    """The finding that a rule, or the analysis (`code` empty), raised `error` on `path`."""
    first = Span(1, 1, 1, 1)
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return own_findings(rules, RuleCrash(span or first, code, text), path)
