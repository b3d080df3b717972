"""What one event causes is one incident."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from gradlint.engine.incidents import joined
from gradlint.finding import Finding, Span, Window
from gradlint.runs.run import Curve, Run
from tests.relations.series import curve, run_of

LINE = Span(1, 1, 1, 1)
EVERY = curve("val_loss", [1.0] * 20, steps=list(range(0, 1000, 50)))
RUN = run_of(
    curve("loss", [1.0] * 1000),
    curve("grad_norm", [1.0] * 1000),
    EVERY,
    curve("epoch/f1", [1.0] * 10, axis="epoch"),
)


def finding(series: str, start: int | None, end: int | None = None, axis: str = "step") -> Finding:
    return Finding(LINE, "m", window=Window("run", series, start, end or start, axis))


def numbers(*findings: Finding) -> list[int]:
    return [it.window.incident for it in joined(RUN, findings, count(1)) if it.window is not None]


@pytest.mark.parametrize(("later", "together"), [(0, True), (19, True), (20, False)])
def test_what_begins_within_a_fiftieth_of_the_run_is_one_incident(
    later: int, together: bool
) -> None:
    found = numbers(finding("loss", 500), finding("grad_norm", 500 + later))
    assert (found[0] == found[1]) is together


def test_an_evaluation_sees_an_event_when_it_is_its_turn() -> None:
    assert numbers(finding("loss", 501), finding("val_loss", 550)) == [1, 1]
    assert numbers(finding("loss", 501), finding("val_loss", 600)) == [1, 2]


def test_a_spike_within_a_stretch_of_spikes_is_a_part_of_it() -> None:
    assert numbers(finding("loss", 800), finding("loss", 100, 900)) == [1, 1]
    assert numbers(finding("grad_norm", 800), finding("loss", 100, 900)) == [2, 1]


def test_steps_and_epochs_are_not_compared() -> None:
    assert numbers(finding("loss", 5), finding("epoch/f1", 5, axis="epoch")) == [1, 2]


def lined(tag: str, steps: list[int], lines: list[int], axis: str = "step") -> Curve:
    made = curve(tag, [1.0] * len(steps), steps=steps, axis=axis)
    made.records = np.array(lines, np.int64)
    return made


def epoch_and_step(run: Run, epoch: int, step: int) -> bool:
    found = joined(run, [finding("f1", epoch, axis="epoch"), finding("loss", step)], count(1))
    first, second = (it.window.incident for it in found if it.window is not None)
    return first == second


EPOCHS = lined("f1", [1, 2, 3], [11, 21, 31], axis="epoch")
LOSS = lined("loss", list(range(10, 400, 10)), [n for n in range(1, 43) if n % 10 != 1 or n == 1])


@pytest.mark.parametrize(
    ("epoch", "step", "together"),
    [(2, 100, False), (2, 110, True), (2, 200, True), (2, 210, False)],
)
def test_an_epoch_is_one_with_the_steps_that_are_logged_since_the_epoch_before(
    epoch: int, step: int, together: bool
) -> None:
    assert epoch_and_step(run_of(LOSS, EPOCHS), epoch, step) is together


def test_lines_of_two_files_tell_no_order() -> None:
    run = run_of(LOSS, EPOCHS)
    run.told = {"loss": ("train.log",), "f1": ("val.csv",)}
    assert not epoch_and_step(run, 2, 110)
    run.told = {}
    run.files = ("train.log", "val.csv")
    assert not epoch_and_step(run, 2, 110)


def test_numbers_go_on_from_run_to_run() -> None:
    counter = count(1)
    for expected in (1, 2):
        (found,) = joined(RUN, [finding("loss", 5)], counter)
        assert found.window is not None
        assert found.window.incident == expected


def test_the_last_step_before_is_that_of_the_series_itself() -> None:
    loss, late, first = joined(
        RUN, [finding("loss", 500), finding("val_loss", 500), finding("loss", 0)], count(1)
    )
    steps = [it.window.before for it in (loss, late, first) if it.window is not None]
    assert steps == [499, 450, None]


def test_a_finding_about_no_series_is_about_no_event() -> None:
    assert numbers(finding("", 5), finding("loss", None)) == [0, 0]


def test_findings_keep_their_order() -> None:
    given = [finding("loss", at) for at in np.random.default_rng(1).permutation(900)[:30].tolist()]
    told = joined(RUN, given, count(1))
    assert [it.window and it.window.start for it in told] == [
        it.window and it.window.start for it in given
    ]
