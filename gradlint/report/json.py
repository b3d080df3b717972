"""Findings -> the JSON document, version 1."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from gradlint import __version__
from gradlint.finding import Finding, Fix, Note, Skip, Span, Window
from gradlint.report import Excerpts, event
from gradlint.report.summary import tally

VERSION = 1


def render(
    findings: Sequence[Finding],
    skips: Sequence[Skip],
    excerpts: Excerpts,
    *,
    covered: Mapping[str, int],
    suppressed: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> str:
    """The whole run as one JSON object, ASCII only, with a final newline.

    `covered` says how much was read; `more` is added to the document as it is.
    """
    document = {
        "version": VERSION,
        "tool": {"name": "gradlint", "version": __version__},
        **(more or {}),
        "diagnostics": [diagnostic(finding, excerpts) for finding in findings],
        "skipped": [_skip(skip, excerpts) for skip in skips],
        "summary": {
            **covered,
            **tally(findings),
            **({} if suppressed is None else {"suppressed": suppressed}),
            "skipped": len(skips),
        },
    }
    text = json.dumps(_strict(document), indent=2, allow_nan=False)
    # JSON leaves DEL alone; a terminal does not.
    return text.replace("\x7f", "\\u007f") + "\n"


def diagnostic(finding: Finding, excerpts: Excerpts) -> dict[str, Any]:
    """One finding as the schema has it."""
    head = {"code": finding.code, "name": finding.name, "severity": finding.level.label}
    if finding.window is not None:
        return {**head, **_in_log(finding, finding.window, excerpts)}
    return {
        **head,
        "confidence": finding.confidence.label,
        "path": finding.path,
        **_place(finding.path, finding.span, excerpts),
        "message": finding.message,
        "help": finding.help,
        "url": None,
        "fix": None if finding.fix is None else _fix(finding.path, finding.fix, excerpts),
        "notes": [_note(finding.path, note, excerpts) for note in finding.notes],
    }


def _in_log(finding: Finding, window: Window, excerpts: Excerpts) -> dict[str, Any]:
    return {
        "path": finding.path,
        "line": event.line(finding),
        "run": window.run,
        "series": window.series,
        "axis": window.axis,
        "step_start": window.start,
        "step_end": window.end,
        "incident": window.incident or None,
        "message": finding.message,
        "help": finding.help,
        "evidence": dict(window.evidence),
        "notes": [_note(finding.path, note, excerpts) for note in finding.notes],
    }


def _strict(value: Any) -> Any:
    """`value` with NaN and infinities, which JSON lacks, as the strings `nan`, `inf` and `-inf`."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _strict(it) for key, it in value.items()}
    return [_strict(it) for it in value] if isinstance(value, list) else value


def _place(path: str, span: Span, excerpts: Excerpts) -> dict[str, Any]:
    cell, line = excerpts.position(path, span.line)
    _, end_line = excerpts.position(path, span.end_line)
    return {
        "line": line,
        "column": span.column,
        "end_line": end_line,
        "end_column": span.end_column,
        "cell": cell,
        "source_line": span.line,
    }


def _fix(path: str, fix: Fix, excerpts: Excerpts) -> dict[str, Any]:
    edits = [{**_place(path, edit.span, excerpts), "text": edit.text} for edit in fix.edits]
    return {"message": fix.message, "safe": fix.safe, "edits": edits}


def _note(path: str, note: Note, excerpts: Excerpts) -> dict[str, Any]:
    path = note.path or path
    place = {} if note.span is None else _place(path, note.span, excerpts)
    return {"message": note.message, "path": path, **place}


def _skip(skip: Skip, excerpts: Excerpts) -> dict[str, Any]:
    cell, line = None, None
    if skip.span is not None:
        cell, line = excerpts.position(skip.path, skip.span.line)
    return {
        "path": skip.path,
        "line": line,
        "cell": cell,
        "reason": skip.reason,
        "code": skip.code or None,
    }
