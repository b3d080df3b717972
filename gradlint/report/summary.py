"""Findings -> the closing lines: how many, how bad, in how many files; what was looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from gradlint.finding import Finding, Severity, Skip
from gradlint.report import Excerpts
from gradlint.report.characters import escape
from gradlint.report.layout import Line, Table

_WORDS = (
    (Severity.ERROR, "error", "errors"),
    (Severity.WARNING, "warning", "warnings"),
    (Severity.INFO, "info", "infos"),
)

_REASONS = 2
"""Reasons for giving up that the closing line has room for, the most frequent first."""


def count(number: int, one: str, many: str) -> str:
    """`number` with the right word."""
    return f"{number:,} {one if number == 1 else many}"


def tally(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings there are of each severity, under the plural words of JSON."""
    return {many: sum(it.level is level for it in findings) for level, _, many in _WORDS}


def summary(
    findings: Sequence[Finding],
    skips: Sequence[Skip],
    *,
    files: int,
    interpreted: int,
    suppressed: int = 0,
) -> str:
    """The closing line of a check of source: the verdict, and what was looked at.

    Args:
        findings: what is reported.
        skips: what was given up.
        files: files that were read.
        interpreted: those of them with training code, which alone the rules can judge.
        suppressed: findings that comments took away.
    """
    if not files and not skips:
        return "Nothing to check: no Python files or notebooks were found."
    trained = f"{interpreted:,}" if interpreted else "none"
    parts = [f"{count(files, 'file', 'files')} read", f"{trained} with training code"]
    if suppressed:
        parts.append(f"{count(suppressed, 'finding', 'findings')} suppressed")
    if skips:
        parts.append(_given_up(skips))
    looked_at = ", ".join(parts)
    if findings:
        hit = len({finding.path for finding in findings})
        return f"Found {_counted(findings)} in {count(hit, 'file', 'files')} ({looked_at})."
    return f"{'All checks passed' if interpreted else 'Nothing to judge'}: {looked_at}."


def _given_up(skips: Sequence[Skip]) -> str:
    files = len({skip.path for skip in skips})
    often = Counter(skip.reason for skip in skips).most_common()
    reasons = "; ".join(escape(reason) for reason, _ in often[:_REASONS])
    more = "; ..." if len(often) > _REASONS else ""
    return f"{files:,} not followed to the end: {reasons}{more}"


def log_summary(
    findings: Sequence[Finding],
    covered: Mapping[str, int],
    *,
    homes: Mapping[str, str] | None = None,
    passed_over: int = 0,
    judged: bool = True,
) -> str:
    """The closing line of a check of training logs, or of a listing that judged nothing.

    Args:
        findings: what is reported.
        covered: how many `files`, `runs`, `series` and `points` were read, and of how many series
            (`unjudged`) no more than NaN can be told.
        homes: by file, the path of the run that it is a part of, where that is another one.
        passed_over: files that were found and hold no training log.
        judged: whether anything was judged.
    """
    files, runs = covered["files"], covered["runs"]
    points = count(covered["points"], "point", "points")
    series = f"{covered['series']:,} series"
    if covered["unjudged"]:
        series += f" ({covered['unjudged']:,} not judged)"
    read = f"{count(runs, 'run', 'runs')}, {series}, {points}"
    over = f", {count(passed_over, 'file', 'files')} passed over" if passed_over else ""
    if not findings:
        if not runs:
            return f"Nothing to check: no training logs were found{over}."
        read += over
        return f"All checks passed: {read}." if judged else f"Read: {read}."
    hit_runs: set[tuple[str, str]] = set()
    hit_files: set[str] = set()
    for finding in findings:
        if finding.window is not None and finding.window.run:
            path = (homes or {}).get(finding.path, finding.path)
            hit_runs.add((path, finding.window.run))
        else:
            hit_files.add(finding.path)
    places = []
    if hit_runs:
        places.append(_share(len(hit_runs), runs, "run", "runs"))
    if hit_files:
        places.append(_share(len(hit_files), files, "file", "files"))
    found = f"{_counted(findings)} in {' and '.join(places)}"
    if not judged:
        return f"Read: {read}{over}; found {found}."
    source = "" if hit_files else f" from {count(files, 'file', 'files')}"
    return f"Found {found} ({points} read{source}{over})."


def _counted(findings: Sequence[Finding]) -> str:
    found = tally(findings)
    return ", ".join(count(found[many], one, many) for _, one, many in _WORDS if found[many])


def _share(hit: int, all_: int, one: str, many: str) -> str:
    return f"{f'{hit:,} of ' if hit < all_ else ''}{count(max(all_, hit), one, many)}"


def statistics(findings: Sequence[Finding]) -> Table:
    """How often each rule found something, the most frequent first."""
    found = Counter((finding.code, finding.name) for finding in findings)
    rows = sorted(found.items(), key=lambda row: (-row[1], row[0]))
    return Table([(f"{number:,}", code, name) for (code, name), number in rows], right=(0,))


def skipped(
    skips: Sequence[Skip],
    dismissed: Mapping[str, Sequence[str]],
    excerpts: Excerpts,
    *,
    paths: bool = True,
    fate: str = "Not followed to the end",
) -> Iterator[Line]:
    """What was given up, and which files were never interpreted, by reason.

    Args:
        skips: what was given up, with its place.
        dismissed: the files that were never interpreted, by reason.
        excerpts: where positions in notebooks come from.
        paths: whether the files that were never interpreted are named or only counted: most files
            of most projects train nothing.
        fate: what became of that which was given up.
    """
    groups: dict[str, list[str]] = {}
    for skip in skips:
        rule = f" ({skip.code})" if skip.code else ""
        reason = f"{fate}{rule}: {skip.reason}"
        groups.setdefault(reason, []).append(_place(skip, excerpts))
    for reason, places in groups.items():
        yield from _group(reason, len(places), places)
    for reason, files in dismissed.items():
        yield from _group(f"Never interpreted: {reason}", len(files), files if paths else ())


def _group(reason: str, number: int, places: Sequence[str]) -> Iterator[Line]:
    yield Line(
        (), [(escape(reason), "strong"), (f" ({count(number, 'file', 'files')})", "")], [("  ", "")]
    )
    yield from (Line([(f"  {escape(place)}", "")]) for place in places)


def _place(skip: Skip, excerpts: Excerpts) -> str:
    if skip.span is None:
        return skip.path
    cell, line = excerpts.position(skip.path, skip.span.line)
    return f"{skip.path}:{line}" if cell is None else f"{skip.path}:cell {cell}:{line}"
