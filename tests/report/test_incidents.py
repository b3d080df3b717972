"""An incident is told once: in full by its gravest finding, in a sentence each by the others."""

from __future__ import annotations

from dataclasses import replace

from gradlint.finding import Finding, Severity, Span, Window
from gradlint.report import concise, full, incidents, plain
from tests.report.test_log_findings import Nothing

LINE = Span(7, 1, 7, 1)


def found(
    code: str,
    series: str,
    start: int,
    incident: int,
    severity: Severity = Severity.ERROR,
    run: str = "a",
    before: int | None = None,
) -> Finding:
    window = Window(run, series, start, start, incident=incident, before=before)
    told = Finding(LINE, f"`{series}` went wrong", help="mend it", window=window)
    return told.stamped(code=code, name="name", severity=severity, path=f"{run}/log.csv")


LOSS = found("TL202", "loss", 12, 1, before=11)
SCORE = found("TL403", "acc", 10, 1, Severity.WARNING, before=9)
LATER = found("TL101", "loss", 90, 2, Severity.WARNING)
OTHER = found("TL101", "loss", 0, 3, run="b")
REMARK = found("TL601", "loss", 3, 0, Severity.INFO)
ALL = [SCORE, LOSS, LATER, OTHER, REMARK]


def page(findings: list[Finding]) -> str:
    return plain.text(full.render(findings, Nothing(), columns=80))


def test_the_gravest_is_told_in_full_and_the_others_in_a_sentence() -> None:
    text = page(ALL)
    assert text.count("`acc` went wrong") == 1
    assert "= also [TL403]: `acc` went wrong" in text
    assert "error[TL202] name: `loss` went wrong" in text
    assert text.count("= help: mend it") == len(ALL) - 1


def test_what_happened_to_each_run_comes_first() -> None:
    first, second, *_ = page(ALL).splitlines()
    assert first == (
        "error a/log.csv: name at step 10, last good step 9 (TL202, TL403), "
        "the gravest of 2 incidents"
    )
    assert second == "error b/log.csv: name from the beginning (TL101)"


def test_one_finding_says_it_all() -> None:
    assert page([LOSS]).startswith("error[TL202]")


def test_concise_output_has_a_line_for_each_finding() -> None:
    assert len(plain.text(concise.render(ALL)).splitlines()) == len(ALL)


def test_the_json_of_an_incident_says_where_it_began_and_what_came_after_what() -> None:
    first, *_ = incidents.document(ALL)
    assert first == {
        "id": 1,
        "path": "a/log.csv",
        "run": "a",
        "axis": "step",
        "onset": 10,
        "last_good": 9,
        "severity": "error",
        "message": "`loss` went wrong",
        "codes": ["TL202", "TL403"],
        "events": [
            {"step": 10, "series": "acc", "code": "TL403"},
            {"step": 12, "series": "loss", "code": "TL202"},
        ],
    }
    assert [it["id"] for it in incidents.document(ALL)] == [1, 2, 3]


def remarks(count: int) -> list[Finding]:
    return [
        replace(found("TL601", "loss", at, 0, Severity.INFO), span=Span(at, 1, at, 1))
        for at in range(1, count + 1)
    ]


def test_remarks_that_repeat_are_told_once_with_their_number_and_the_last() -> None:
    text = page(remarks(43))
    assert text.count("info[TL601]") == 1
    assert "= note: 42 more like this, the last on line 43" in text


def test_three_remarks_are_told_one_by_one() -> None:
    assert page(remarks(3)).count("info[TL601]") == 3


def test_remarks_of_another_file_or_rule_are_no_repetition() -> None:
    others = [found("TL602", "loss", 3, 0, Severity.INFO), found("TL601", "loss", 3, 0, run="b")]
    assert page([*remarks(2), *others]).count("[TL60") == 4


def test_warnings_are_never_counted_together() -> None:
    findings = [found("TL604", "loss", at, 0, Severity.WARNING) for at in range(9)]
    assert page(findings).count("warning[TL604]") == 9


def test_in_verbose_output_each_finding_has_its_block() -> None:
    text = plain.text(full.render([*ALL, *remarks(9)], Nothing(), columns=80, verbose=True))
    assert text.count("info[TL601]") == 10
    assert "warning[TL403] name: `acc` went wrong" in text
    assert "also [" not in text
