"""Closing lines and the JSON document."""

from __future__ import annotations

import json
from dataclasses import replace

from gradlint.finding import Edit, Finding, Fix, Note, Severity, Skip, Span
from gradlint.report import json as json_report, plain
from gradlint.report.summary import skipped, statistics, summary
from tests.report.terminals import shown, uncoloured


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


TOO_LARGE = Skip("big.py", None, "larger than 2 bytes")
TOO_DEEP = Skip("deep.py", Span(3, 1, 3, 2), "too many calls to follow")


def test_the_closing_line_says_what_was_found_and_what_was_looked_at() -> None:
    assert summary([ERROR], [], files=1, interpreted=1) == (
        "Found 1 error in 1 file (1 file read, 1 with training code)."
    )
    two = [ERROR, ERROR, WARNING, INFO, finding(Severity.ERROR, "b.py")]
    assert summary(two, [], files=1200, interpreted=30, suppressed=3) == (
        "Found 3 errors, 1 warning, 1 info in 2 files"
        " (1,200 files read, 30 with training code, 3 findings suppressed)."
    )
    assert summary([], [], files=12, interpreted=2, suppressed=1) == (
        "All checks passed: 12 files read, 2 with training code, 1 finding suppressed."
    )


def test_files_in_which_nothing_was_interpreted_have_not_passed() -> None:
    assert summary([], [], files=5, interpreted=0) == (
        "Nothing to judge: 5 files read, none with training code."
    )
    assert summary([], [], files=0, interpreted=0) == (
        "Nothing to check: no Python files or notebooks were found."
    )
    assert summary([], [TOO_LARGE], files=0, interpreted=0) == (
        "Nothing to judge: 0 files read, none with training code,"
        " 1 not followed to the end: larger than 2 bytes."
    )


def test_the_closing_line_says_why_files_were_given_up() -> None:
    skips = [TOO_LARGE, TOO_DEEP, replace(TOO_DEEP, path="deeper.py")]
    assert summary([], skips, files=9, interpreted=9) == (
        "All checks passed: 9 files read, 9 with training code,"
        " 3 not followed to the end: too many calls to follow; larger than 2 bytes."
    )
    more = [*skips, replace(TOO_DEEP, reason="something else")]
    assert summary([], more, files=9, interpreted=9).endswith(
        "3 not followed to the end: too many calls to follow; larger than 2 bytes; ...."
    )


def test_statistics_put_the_most_frequent_first() -> None:
    found = [finding(Severity.INFO, code="GL003"), *[WARNING] * 12]
    text = plain.text([statistics(found)])
    assert text == "12  GL201  gl201\n 1  GL003  gl003\n"
    assert uncoloured(shown([statistics(found)])) == text


SKIPS = [
    Skip("a.py", Span(3, 1, 3, 2), "an unknown call got the optimizer", "GL201"),
    Skip("n.ipynb", Span(12, 1, 12, 2), "x\x1b"),
    Skip("m.py", Span(7, 1, 7, 2), "x\x1b"),
    Skip("big.py", None, "too large"),
]
DISMISSED = {"names no framework": ["a\x1b.py", "b.py"], "nothing to judge": ["c.py"]}


def test_what_was_given_up_is_grouped_by_reason() -> None:
    assert plain.text(skipped(SKIPS, DISMISSED, Cells())) == (
        "Not followed to the end (GL201): an unknown call got the optimizer (1 file)\n"
        "  a.py:3\n"
        "Not followed to the end: x\\x1b (2 files)\n"
        "  n.ipynb:cell 2:2\n"
        "  m.py:7\n"
        "Not followed to the end: too large (1 file)\n"
        "  big.py\n"
        "Never interpreted: names no framework (2 files)\n"
        "  a\\x1b.py\n"
        "  b.py\n"
        "Never interpreted: nothing to judge (1 file)\n"
        "  c.py\n"
    )


def test_files_that_were_never_interpreted_may_be_counted_alone() -> None:
    text = plain.text(skipped(SKIPS[3:], DISMISSED, Cells(), paths=False))
    assert text == (
        "Not followed to the end: too large (1 file)\n"
        "  big.py\n"
        "Never interpreted: names no framework (2 files)\n"
        "Never interpreted: nothing to judge (1 file)\n"
    )


def test_what_was_passed_over_is_called_so_where_logs_were_read() -> None:
    text = plain.text(skipped(SKIPS[3:], {}, Cells(), fate="Passed over"))
    assert text == "Passed over: too large (1 file)\n  big.py\n"


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
