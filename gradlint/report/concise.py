"""Findings -> one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradlint.finding import Finding, Window
from gradlint.report.characters import escape
from gradlint.report.layout import Line


def place(path: str, cell: int | None, line: int, column: int) -> str:
    """A position as text that editors and people follow."""
    if cell is None:
        return f"{path}:{line}:{column}"
    return f"{path}:cell {cell}:{line}:{column}"


def render(findings: Iterable[Finding]) -> Iterator[Line]:
    """`path:line:col: severity[CODE] message`, a line each.

    For training logs `path:line: severity[CODE] message (run, series, steps)`.
    """
    for finding in findings:
        if finding.window is None:
            where, aside = _in_program(finding), ""
        else:
            where, aside = _in_log(finding, finding.window)
        head = f"{where}: {finding.level.label}[{finding.code}]"
        yield Line([(f"{head} {escape(finding.message)}{aside}", "")])


def _in_program(finding: Finding) -> str:
    line = finding.span.line if finding.cell_line is None else finding.cell_line
    return place(escape(finding.path), finding.cell, line, finding.span.column)


def _in_log(finding: Finding, window: Window) -> tuple[str, str]:
    from gradlint.report import event  # a check of programs has no use for it

    context = event.context(finding, window)
    return event.place(finding), f" ({context})" if context else ""
