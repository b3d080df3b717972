"""Closing lines and the JSON document."""

from __future__ import annotations

import json

from gradlint.finding import Edit, Finding, Fix, Note, Severity, Skip, Span
from gradlint.report import json as json_report
from gradlint.report.summary import skipped, statistics, summary


class Cells:
    def line(self, path: str, number: int) -> str | None:
        return None

    def position(self, path: str, number: int) -> tuple[int | None, int]:
        return (2, number - 10) if path.endswith(".ipynb") else (None, number)


def finding(severity: Severity, path: str = "a.py", code: str = "GL201") -> Finding:
    return Finding(
        Span(12, 1, 13, 4), "m", severity=severity, code=code, name=code.lower(), path=path
    )


ERROR, WARNING, INFO = (finding(it) for it in (Severity.ERROR, Severity.WARNING, Severity.INFO))


def test_the_closing_line_counts_in_words() -> None:
    assert summary([ERROR], 1) == "Found 1 error in 1 file."
    assert summary([ERROR, ERROR, WARNING, INFO], 1) == (
        "Found 2 errors, 1 warning, 1 info in 1 file."
    )
    assert summary([WARNING], 1200, 3) == "Found 1 warning in 1 of 1,200 files (3 suppressed)."
    two = [WARNING, finding(Severity.ERROR, "b.py")]
    assert summary(two, 2) == "Found 1 error, 1 warning in 2 files."
    assert summary([ERROR], 0) == "Found 1 error in 1 file."
    assert summary([], 1) == "All checks passed: 1 file."
    assert summary([], 12, 1) == "All checks passed: 12 files (1 suppressed)."
    assert summary([], 0).startswith("Nothing to check")


def test_statistics_put_the_most_frequent_first() -> None:
    found = [finding(Severity.INFO, code="GL003"), *[WARNING] * 12]
    assert statistics(found) == "12  GL201  gl201\n 1  GL003  gl003\n"
    assert statistics([]) == ""


def test_skips_are_placed_like_findings() -> None:
    skips = [
        Skip("a.py", Span(3, 1, 3, 2), "an unknown call got the optimizer", "GL201"),
        Skip("n.ipynb", Span(12, 1, 12, 2), "x\x1b"),
        Skip("big.py", None, "too large"),
    ]
    assert skipped(skips, Cells()) == (
        "a.py:3: skipped[GL201] an unknown call got the optimizer\n"
        "n.ipynb:cell 2:2: skipped x\\x1b\n"
        "big.py: skipped too large\n"
    )


def test_the_json_document() -> None:
    span = Span(12, 5, 13, 9)
    full = Finding(
        span,
        "über \x7f\udc80",
        help="do",
        notes=(Note("here", Span(11, 1, 11, 2)), Note("there", span, "b.py"), Note("so")),
        fix=Fix("replace", (Edit(span, "x"),), safe=True),
        severity=Severity.WARNING,
        code="GL201",
        name="rnn-without-clipping",
        path="n.ipynb",
        cell=2,
        cell_line=2,
    )
    skips = [Skip("a.py", Span(3, 1, 3, 2), "why", "GL201"), Skip("b.py", None, "big")]
    text = json_report.render(
        [full], skips, Cells(), covered={"files": 3, "lines": 90}, suppressed=4
    )
    assert text.isascii()
    assert "\x7f" not in text
    place = {"line": 2, "column": 5, "end_line": 3, "end_column": 9, "cell": 2, "source_line": 12}
    other = {**place, "line": 12, "end_line": 13, "cell": None}
    document = json.loads(text)
    tool = document.pop("tool")
    assert tool["name"] == "gradlint"
    assert document == {
        "version": 1,
        "diagnostics": [
            {
                "code": "GL201",
                "name": "rnn-without-clipping",
                "severity": "warning",
                "confidence": "high",
                "path": "n.ipynb",
                **place,
                "message": "über \x7f\udc80",
                "help": "do",
                "url": None,
                "fix": {"message": "replace", "safe": True, "edits": [{**place, "text": "x"}]},
                "notes": [
                    {
                        "message": "here",
                        "path": "n.ipynb",
                        "line": 1,
                        "column": 1,
                        "end_line": 1,
                        "end_column": 2,
                        "cell": 2,
                        "source_line": 11,
                    },
                    {"message": "there", "path": "b.py", **other},
                    {"message": "so", "path": "n.ipynb"},
                ],
            }
        ],
        "skipped": [
            {"path": "a.py", "line": 3, "cell": None, "reason": "why", "code": "GL201"},
            {"path": "b.py", "line": None, "cell": None, "reason": "big", "code": None},
        ],
        "summary": {
            "files": 3,
            "lines": 90,
            "errors": 0,
            "warnings": 1,
            "infos": 0,
            "suppressed": 4,
            "skipped": 2,
        },
    }
