"""An incident is told once: in full by its gravest finding, in a sentence each by the others."""

from __future__ import annotations

from dataclasses import replace

from gradlint.finding import Finding, Severity, Span, Window
from gradlint.report import concise, full, incidents, plain
from tests.report.curves import excerpt_of
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


def test_what_the_others_repeat_is_counted() -> None:
    repeated = replace(SCORE, window=replace(incidents.window_of(SCORE), start=14))
    assert "= also [TL403]: `acc` went wrong (2 times)\n" in page([SCORE, repeated, LOSS])


def test_what_happened_to_each_run_comes_first() -> None:
    first, second, *_ = page(ALL).splitlines()
    assert first == ("error a: name at step 10 (last good 9), gravest of 2 incidents")
    assert second == "error b: name from the beginning"


def test_a_verdict_says_what_came_first_if_it_was_not_the_gravest() -> None:
    spike = replace(SCORE, name="loss-spike")
    assert page([spike, LOSS]).startswith(
        "error a: loss-spike at step 10 (last good 9), then name\n"
    )


def test_steps_say_more_exactly_than_epochs_when_an_incident_began() -> None:
    of_epochs = replace(SCORE, window=replace(incidents.window_of(SCORE), start=2, axis="epoch"))
    (incident,) = incidents.incidents([of_epochs, LOSS])
    assert (incident.onset.axis, incident.onset.start) == ("step", 12)


def test_the_files_of_one_run_have_one_verdict() -> None:
    text = page([replace(SCORE, path="a/events.1"), LOSS])
    assert text.startswith("error a: name at step 10 (last good 9)\n\n")


def test_the_gravest_runs_come_first() -> None:
    mild = replace(LATER, path="0/log.csv")
    first, second, *_ = page([mild, OTHER]).splitlines()
    assert (first, second) == (
        "error   b: name from the beginning",
        "warning 0/log.csv (run a): name from the beginning",
    )


def of_many_runs(count: int) -> list[Finding]:
    return [found("TL101", "loss", 5, at, run=f"run{at}") for at in range(1, count + 1)]


def test_of_many_runs_there_is_a_line_each_and_how_many_each_rule_is_about() -> None:
    unreadable = replace(REMARK, path="x.csv", severity=Severity.ERROR, window=Window())
    text = page([*of_many_runs(11), LOSS, SCORE, unreadable, *remarks(9)])
    assert text.startswith("error run1: name from the beginning\n")
    assert "error a: name at step 10 (last good 9)\n" in text
    assert "error x.csv: name: `loss` went wrong\n" in text
    assert "-->" not in text
    counts = [line.split() for line in text.splitlines() if " TL" in line]
    assert counts == [
        ["11", "TL101", "name"],
        ["2", "TL601", "name"],
        ["1", "TL202", "name"],
        ["1", "TL403", "name"],
    ]


def test_ten_runs_are_told_with_their_curves() -> None:
    assert page(of_many_runs(10)).count("-->") == 10


def test_many_runs_are_told_in_full_in_verbose_output() -> None:
    text = plain.text(full.render(of_many_runs(11), Nothing(), columns=80, verbose=True))
    assert text.count("-->") == 11


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
            {"axis": "step", "step": 10, "series": "acc", "code": "TL403"},
            {"axis": "step", "step": 12, "series": "loss", "code": "TL202"},
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


def test_remarks_on_one_line_are_told_from_each_other_by_their_run() -> None:
    same = [replace(it, span=LINE) for it in remarks(5)]
    last = replace(same[-1], window=replace(incidents.window_of(same[-1]), run="a#5"))
    assert "= note: 4 more like this, the last in run a#5" in page([*same[:-1], last])


def test_remarks_come_after_what_went_wrong_and_have_no_plot() -> None:
    window = replace(incidents.window_of(REMARK), excerpt=excerpt_of([1.0, 2.0, 3.0], 1, 1))
    remark = replace(REMARK, window=window)
    text = page([remark, LOSS])
    assert text.index("error[TL202]") < text.index("info[TL601]")
    assert "^" not in text
    assert "^" in plain.text(full.render([remark], Nothing(), columns=80, verbose=True))


def test_in_verbose_output_the_curves_of_an_incident_are_on_one_axis() -> None:
    often = replace(incidents.window_of(LOSS), excerpt=excerpt_of([1.0] * 40 + [9.0] * 40, 40, 79))
    seldom = excerpt_of([0.9, 0.8, 0.7, 0.1], 2, 3)
    seldom = replace(seldom, steps=(0.0, 20.0, 40.0, 60.0), last=60.0)
    other = replace(incidents.window_of(SCORE), excerpt=seldom)
    both = [replace(LOSS, window=often), replace(SCORE, window=other)]
    text = plain.text(full.render(both, Nothing(), columns=80, verbose=True))
    marks = [line.index("^") for line in text.splitlines() if "^" in line]
    rulers = [line for line in text.splitlines() if line.endswith(" 79")]
    assert marks[0] == marks[1]
    assert rulers[0] == rulers[1]


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
