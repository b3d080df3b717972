"""Findings -> one line each."""

from __future__ import annotations

from collections.abc import Iterable

from gradlint.finding import Finding
from gradlint.report.terminal import Style, escape


def place(path: str, cell: int | None, line: int, column: int) -> str:
    """A position as text that editors and people follow."""
    if cell is None:
        return f"{path}:{line}:{column}"
    return f"{path}:cell {cell}:{line}:{column}"


def render(findings: Iterable[Finding], *, color: bool = False) -> str:
    """`path:line:col: severity[CODE] message`, a line each."""
    style = Style(color=color)
    lines = []
    for finding in findings:
        line = finding.span.line if finding.cell_line is None else finding.cell_line
        where = place(escape(finding.path), finding.cell, line, finding.span.column)
        label = finding.level.label
        head = style.severity(label, f"{label}[{finding.code}]")
        lines.append(f"{style.bold(where)}: {head} {escape(finding.message)}\n")
    return "".join(lines)
