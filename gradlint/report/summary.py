"""Findings -> the closing lines: how many, how bad, in how many files; which rules, how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    hit = len({finding.path for finding in findings})
    return f"Found {_counted(findings)} in {_share(hit, files, 'file', 'files')}{aside}."


def log_summary(
    findings: Sequence[Finding], covered: Mapping[str, int], *, judged: bool = True
) -> str:
    """The closing line of a check of training logs, or of a listing that judged nothing.

    `covered` says how many `files`, `runs`, `series` and `points` were read.
    """
    files, runs = covered["files"], covered["runs"]
    points = count(covered["points"], "point", "points")
    read = f"{count(runs, 'run', 'runs')}, {covered['series']:,} series, {points}"
    if not findings:
        if not runs:
            return "Nothing to check: no training logs were found."
        return f"All checks passed: {read}." if judged else f"Read: {read}."
    hit_runs: set[tuple[str, str]] = set()
    hit_files: set[str] = set()
    for finding in findings:
        if finding.window is not None and finding.window.run:
            hit_runs.add((finding.path, finding.window.run))
        else:
            hit_files.add(finding.path)
    places = []
    if hit_runs:
        places.append(_share(len(hit_runs), runs, "run", "runs"))
    if hit_files:
        places.append(_share(len(hit_files), files, "file", "files"))
    found = f"{_counted(findings)} in {' and '.join(places)}"
    if not judged:
        return f"Read: {read}; found {found}."
    source = "" if hit_files else f" from {count(files, 'file', 'files')}"
    return f"Found {found} ({points} read{source})."


def _counted(findings: Sequence[Finding]) -> str:
    found = tally(findings)
    return ", ".join(count(found[many], one, many) for _, one, many in _WORDS if found[many])


def _share(hit: int, all_: int, one: str, many: str) -> str:
    return f"{f'{hit:,} of ' if hit < all_ else ''}{count(max(all_, hit), one, many)}"


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
