"""Findings of training logs in the full, concise and JSON reports.

`GRADLINT_UPDATE_GOLDEN=1 pytest tests/report` writes the pages anew; read the difference.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from gradlint.finding import Finding, Window
from gradlint.report import concise, event, full, json as json_report, plain
from gradlint.report.characters import width
from gradlint.report.summary import log_summary
from tests.report.curves import (
    FINDINGS,
    HOSTILE,
    NAN_FINDING,
    SPIKE_FINDING,
    UNREADABLE,
    finding_of,
)
from tests.report.terminals import shown, uncoloured
from tests.report.test_full import golden

COVERED = {"files": 20, "runs": 14, "series": 96, "points": 412_000, "unjudged": 0}


class Nothing:
    def line(self, path: str, number: int) -> None:
        return None

    def position(self, path: str, number: int) -> tuple[None, int]:
        return None, number


def page_of(findings: Sequence[Finding], columns: int = 100, encoding: str = "utf-8") -> str:
    parts = full.render(findings, Nothing(), columns=columns, encoding=encoding)
    return plain.text(parts, columns)


def line_of(finding: Finding) -> str:
    return plain.text(concise.render([finding]))


@pytest.mark.parametrize("columns", [80, 140])
def test_pages(columns: int) -> None:
    page = page_of(FINDINGS, columns)
    golden(f"logs_{columns}.txt", page)
    for line in page.split("\n"):
        assert width(line) <= columns


def test_a_page_for_a_terminal_without_unicode() -> None:
    page = page_of(FINDINGS, 80, encoding="ascii")
    golden("logs_ascii.txt", page)
    assert page.isascii()


def test_a_terminal_adds_colours() -> None:
    colored = shown(full.render(FINDINGS, Nothing(), columns=80), columns=80)
    assert "\x1b[1;31m!!!" in colored
    assert uncoloured(colored) == page_of(FINDINGS, 80)


def test_a_log_and_a_program_share_a_page() -> None:
    in_program = finding_of("in a program", None, line=1)
    page = page_of([NAN_FINDING, in_program])
    assert "--> runs/lstm/metrics.csv:414 (run lstm/seed 3" in page
    assert "--> runs/lstm/metrics.csv:1:1\n" in page


def test_concise() -> None:
    golden("logs_concise.txt", plain.text(concise.render(FINDINGS)))


def test_evidence_is_in_words_and_short_numbers() -> None:
    page = page_of([SPIKE_FINDING])
    assert "= evidence: robust z 1270, cause unknown\n" in page


def test_evidence_leaves_out_what_the_message_says_unless_all_is_wanted() -> None:
    window = Window(
        "a", "loss", 4, 4, evidence={"before": 40, "after": 1, "low": 5.1e-5, "lost": 0}
    )
    finding = finding_of("steps fall from 40 to 1, values to 5.1e-5", window, code="TL201")
    assert "evidence" not in page_of([finding])
    parts = full.render([finding], Nothing(), columns=80, verbose=True)
    assert "= evidence: before 40, after 1, low 5.1e-5, lost 0\n" in plain.text(parts)


@pytest.mark.parametrize(
    ("path", "run", "named"),
    [
        ("metrics.csv", "metrics.csv", False),
        ("runs/a/metrics.csv", "a/metrics.csv", False),
        ("runs/a/events.out.tfevents.1.v2", "a", False),
        ("runs/a/metrics.csv", "metrics", True),
        ("runs/export.csv", "cosmic-lake-7", True),
    ],
)
def test_a_run_that_its_path_names_is_not_named_again(path: str, run: str, named: bool) -> None:
    line = line_of(finding_of("m", Window(run, "loss"), path=path))
    assert (f"(run {run}, series loss)" in line) is named


@pytest.mark.parametrize(
    ("path", "run", "place"),
    [
        ("runs/a/metrics.csv", "a/metrics.csv", "runs/a/metrics.csv"),
        ("runs/a/events.out.tfevents.1.v2", "a", "runs/a"),
        ("runs/log.txt", "log.txt#7", "runs/log.txt#7"),
        ("runs/export.csv", "cosmic-lake-7", "runs/export.csv (run cosmic-lake-7)"),
        ("notes.txt", "", "notes.txt"),
    ],
)
def test_a_verdict_names_the_run_by_its_path(path: str, run: str, place: str) -> None:
    assert event.run_place(path, run) == place


def test_nothing_dangerous_reaches_the_terminal() -> None:
    on_terminal = shown(full.render([HOSTILE], Nothing(), columns=80))
    for page in (page_of([HOSTILE]), line_of(HOSTILE), uncoloured(on_terminal)):
        assert not set(page) & set("\x1b\x07\u202e")


def test_a_name_of_a_megabyte_is_shortened() -> None:
    line = line_of(finding_of("m", Window("r" * 10**6, "s" * 10**6)))
    assert len(line) < 400


def diagnostic_of(finding: Finding) -> dict[str, object]:
    text = json_report.render([finding], [], Nothing(), covered=COVERED)
    (found,) = json.loads(text)["diagnostics"]
    assert isinstance(found, dict)
    return found


def test_the_json_of_a_log_finding() -> None:
    assert diagnostic_of(NAN_FINDING) == {
        "code": "TL101",
        "name": "nan-in-metric",
        "severity": "error",
        "path": "runs/lstm/metrics.csv",
        "line": 414,
        "run": "lstm/seed 3",
        "series": "train/loss",
        "axis": "step",
        "step_start": 413,
        "step_end": 469,
        "incident": None,
        "message": "`train/loss` is NaN from step 413 on, in 57 of the 57 values since",
        "help": NAN_FINDING.help,
        "evidence": {"step": 413, "last_healthy_step": 412, "last_healthy_value": 300.0},
        "notes": [
            {
                "message": "`grad_norm` left its range 4 values earlier",
                "path": "runs/lstm/metrics.csv",
            }
        ],
    }


def test_where_there_is_no_line_or_step_json_has_null() -> None:
    found = diagnostic_of(UNREADABLE)
    assert (found["line"], found["step_start"], found["step_end"]) == (None, None, None)


def test_json_is_strict_whatever_was_measured() -> None:
    evidence = {"a": math.nan, "b": math.inf, "c": -math.inf, "d": 1.0}
    found = diagnostic_of(finding_of("m", Window(evidence=evidence)))
    assert found["evidence"] == {"a": "nan", "b": "inf", "c": "-inf", "d": 1.0}


def test_the_summary_of_json_says_how_much_was_read() -> None:
    document = json.loads(json_report.render([NAN_FINDING], [], Nothing(), covered=COVERED))
    counted = {"errors": 1, "warnings": 0, "infos": 0, "skipped": 0}
    assert document["summary"] == {**COVERED, **counted}


def test_the_closing_line() -> None:
    assert log_summary([NAN_FINDING, SPIKE_FINDING], COVERED) == (
        "Found 1 error, 1 warning in 2 of 14 runs (412,000 points read from 20 files)."
    )
    assert log_summary([NAN_FINDING, UNREADABLE], COVERED) == (
        "Found 2 errors in 1 of 14 runs and 1 of 20 files (412,000 points read)."
    )
    nothing = dict.fromkeys(COVERED, 0)
    assert log_summary([UNREADABLE], {**nothing, "files": 1}) == (
        "Found 1 error in 1 file (0 points read)."
    )
    assert log_summary([], COVERED) == "All checks passed: 14 runs, 96 series, 412,000 points."
    assert log_summary([], COVERED, judged=False) == "Read: 14 runs, 96 series, 412,000 points."
    assert log_summary([UNREADABLE], COVERED, judged=False) == (
        "Read: 14 runs, 96 series, 412,000 points; found 1 error in 1 of 20 files."
    )
    assert log_summary([], nothing) == "Nothing to check: no training logs were found."


def test_the_closing_line_says_what_was_passed_over_and_not_judged() -> None:
    covered = {**COVERED, "unjudged": 1_200}
    assert log_summary([], covered, passed_over=1) == (
        "All checks passed: 14 runs, 96 series (1,200 not judged), 412,000 points,"
        " 1 file passed over."
    )
    assert log_summary([UNREADABLE], covered, passed_over=2, judged=False) == (
        "Read: 14 runs, 96 series (1,200 not judged), 412,000 points, 2 files passed over;"
        " found 1 error in 1 of 20 files."
    )
    assert log_summary([NAN_FINDING], COVERED, passed_over=2) == (
        "Found 1 error in 1 of 14 runs (412,000 points read from 20 files, 2 files passed over)."
    )
    assert log_summary([], dict.fromkeys(COVERED, 0), passed_over=3) == (
        "Nothing to check: no training logs were found, 3 files passed over."
    )


def test_findings_in_two_files_of_a_run_are_in_one_run() -> None:
    beside = replace(NAN_FINDING, path="runs/a/events.1")
    assert log_summary([NAN_FINDING, beside], COVERED).startswith("Found 2 errors in 2 of 14 runs")
    homes = {"runs/a/events.1": NAN_FINDING.path, NAN_FINDING.path: NAN_FINDING.path}
    assert log_summary([NAN_FINDING, beside], COVERED, homes=homes).startswith(
        "Found 2 errors in 1 of 14 runs"
    )


def test_the_first_line_is_a_line() -> None:
    assert line_of(finding_of("m", Window(), line=1)).startswith("runs/lstm/metrics.csv:1: ")
