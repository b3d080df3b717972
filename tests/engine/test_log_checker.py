"""Rules about training logs: what each is given, and what becomes of one that raises."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradlint.config import Settings
from gradlint.engine.logs import LogChecker, check_logs
from gradlint.finding import Finding, Severity, Span, Window
from gradlint.registry import Registry, Rule, log_registry
from gradlint.relations.restart_advice import RestartAdvice
from gradlint.relations.subjects import SUBJECTS
from gradlint.runs.run import Curve, Restart, Run

Write = Callable[[str, str | bytes], Path]


def rule(code: str, subject: type, check: Callable[..., Iterator[Finding]]) -> Rule:
    (found,) = (it for it in SUBJECTS if it.type is subject)
    return Rule(code, f"rule-{code}".lower(), Severity.ERROR, True, found, check, "# x", "")


def finding(step: int) -> Finding:
    return Finding(Span(0, 1, 0, 1), "found", window=Window(start=step, end=step))


def run_of(*tags: str) -> Run:
    steps = np.arange(4)
    run = Run("run", "run", "csv", {tag: Curve(tag, steps, np.ones(4)) for tag in tags})
    run.restarts = (Restart(None, 3, 1, appended=False),)
    return run


def said(run: Run, *rules: Rule, checkpoints: str | None = None) -> list[Finding]:
    return LogChecker(Settings(), Registry(rules), checkpoints).run(run)


@pytest.mark.parametrize(("subject", "count"), [(Run, 1), (Curve, 2), (Restart, 1)])
def test_a_rule_is_given_what_it_subscribes_to(subject: type, count: int) -> None:
    given: list[object] = []

    def check(it: Any) -> Iterator[Finding]:
        given.append(it)
        yield finding(1)

    assert len(said(run_of("a", "b"), rule("TL901", subject, check))) == count
    assert [type(it) for it in given] == [subject] * count


def test_the_advice_is_about_errors_of_rules_that_come_after_it(tmp_path: Path) -> None:
    (tmp_path / "step_1.pt").touch()
    given: list[RestartAdvice] = []

    def advise(advice: RestartAdvice) -> Iterator[Finding]:
        given.append(advice)
        yield finding(advice.onset)

    def late(run: Run) -> Iterator[Finding]:
        yield finding(2)

    rules = rule("TL901", RestartAdvice, advise), rule("TL902", Run, late)
    found = said(run_of("a"), *rules, checkpoints=str(tmp_path))
    assert [it.onset for it in given] == [2]
    assert [it.code for it in found] == ["TL902", "TL901"]


def test_without_a_directory_of_checkpoints_there_is_no_advice() -> None:
    def advise(advice: RestartAdvice) -> Iterator[Finding]:
        yield finding(advice.onset)

    assert said(run_of("a"), rule("TL901", RestartAdvice, advise)) == []


def test_a_rule_that_raises_does_not_stop_the_others() -> None:
    def fails(run: Run) -> Iterator[Finding]:
        raise ZeroDivisionError("oh")

    def works(run: Run) -> Iterator[Finding]:
        yield finding(1)

    (crashed,) = (it for it in log_registry() if it.code == "GL005")
    found = said(run_of("a"), rule("TL901", Run, fails), rule("TL902", Run, works), crashed)
    assert [it.code for it in found] == ["GL005", "TL902"]
    assert "ZeroDivisionError: oh" in found[0].message


def test_a_restart_whose_line_is_not_known_is_reported_on_none() -> None:
    (step_reset,) = (it for it in log_registry() if it.code == "TL601")
    (found,) = said(run_of("a"), step_reset)
    assert found.span == Span(0, 1, 0, 1)


def test_values_at_the_ends_of_what_a_float_holds_are_judged_without_a_warning(
    write: Write,
) -> None:
    values = [1e-300, 1e300, -1e300, 1e308, -1e308, 5e-324, 1.7e308, 1.0] * 20
    write(
        "a.csv",
        "step,loss,grad_norm\n" + "".join(f"{i},{v},{abs(v)}\n" for i, v in enumerate(values)),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = check_logs(["a.csv"], Settings(), log_registry()).findings
    assert "GL005" not in {it.code for it in found}
