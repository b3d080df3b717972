"""Findings -> the closing lines: how many, how bad, in how many files; which rules, how often."""

from __future__ import annotations

from collections.abc import Sequence

from gradlint.finding import Finding, Severity, Skip
from gradlint.report import Excerpts
from gradlint.report.terminal import escape

_WORDS = (
    (Severity.ERROR, "error", "errors"),
    (Severity.WARNING, "warning", "warnings"),
    (Severity.INFO, "info", "infos"),
)


def count(number: int, one: str, many: str) -> str:
    """`number` with the right word."""
    return f"{number:,} {one if number == 1 else many}"


def tally(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings there are of each severity, under the plural words of JSON."""
    return {many: sum(it.level is level for it in findings) for level, _, many in _WORDS}


def summary(findings: Sequence[Finding], files: int, suppressed: int = 0) -> str:
    """The closing line of a run over `files` files."""
    aside = f" ({suppressed:,} suppressed)" if suppressed else ""
    if not findings:
        if not files:
            return "Nothing to check: no Python files or notebooks were found."
        return f"All checks passed: {count(files, 'file', 'files')}{aside}."
    found = tally(findings)
    parts = ", ".join(count(found[many], one, many) for _, one, many in _WORDS if found[many])
    hit = len({finding.path for finding in findings})
    of = f"{hit:,} of " if hit < files else ""
    return f"Found {parts} in {of}{count(max(files, hit), 'file', 'files')}{aside}."


def statistics(findings: Sequence[Finding]) -> str:
    """One line for each rule that found something, the most frequent first."""
    found: dict[tuple[str, str], int] = {}
    for finding in findings:
        key = (finding.code, finding.name)
        found[key] = found.get(key, 0) + 1
    rows = sorted(found.items(), key=lambda row: (-row[1], row[0]))
    wide = max((len(f"{number:,}") for _, number in rows), default=0)
    return "".join(f"{number:>{wide},}  {code}  {name}\n" for (code, name), number in rows)


def skipped(skips: Sequence[Skip], excerpts: Excerpts) -> str:
    """One line for each thing that was given up."""
    lines = []
    for skip in skips:
        place = escape(skip.path)
        if skip.span is not None:
            cell, line = excerpts.position(skip.path, skip.span.line)
            place += f":{line}" if cell is None else f":cell {cell}:{line}"
        code = f"[{skip.code}]" if skip.code else ""
        lines.append(f"{place}: skipped{code} {escape(skip.reason)}\n")
    return "".join(lines)
