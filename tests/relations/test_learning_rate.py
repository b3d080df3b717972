"""What the learning rate of a run explains."""

from __future__ import annotations

import pytest

from gradlint.relations.learning_rate import raised_before, rate_is_spent, searches_rate
from tests.rules.series import run_of

LOSS = "steps 1000\nloss: 2.3 ~> 0.5\n"


@pytest.mark.parametrize("rate", ["lr: 1e-6 *> 10", "lr: 0 for 1 then 1e-5 -> 1"])
def test_a_rate_that_rises_a_thousandfold_and_never_falls_is_searched_for(rate: str) -> None:
    assert searches_rate(run_of(LOSS + rate))


@pytest.mark.parametrize(
    "rate",
    [
        "",
        "lr: 0.1",
        "lr: 0.001 -> 0.1",
        "lr: 1e-6 -> 0.1 for 100 then 0.1 cos> 1e-6",
        "lr: 1e-6 -> 0.1 for 100 then 0.1 cos> 1e-6 for 400 then 0.1",
    ],
    ids=["none", "constant", "hundredfold", "warm-up and decay", "warm restart"],
)
def test_other_rates_are_not_searched_for(rate: str) -> None:
    assert not searches_rate(run_of(LOSS + rate))


@pytest.mark.parametrize(
    ("rate", "spent"),
    [("lr: 0.1 -> 0", True), ("lr: 0.1 -> 1e-5", True), ("lr: 0.1 -> 1e-3", False), ("", False)],
)
def test_a_rate_is_spent_that_has_come_down_to_nothing(rate: str, spent: bool) -> None:
    assert rate_is_spent(run_of(LOSS + rate)) is spent


@pytest.mark.parametrize(
    ("point", "raised"), [(497, False), (498, True), (500, True), (502, True), (503, False)]
)
def test_a_rate_is_raised_before_a_point_that_is_a_few_points_away(
    point: int, raised: bool
) -> None:
    run = run_of(LOSS + "lr: 0.01 for 500 then 0.1")
    assert raised_before(run, run.curves["loss"], point) is raised


def test_a_rate_that_creeps_up_is_not_raised() -> None:
    run = run_of(LOSS + "lr: 0.01 -> 0.1")
    assert not any(raised_before(run, run.curves["loss"], point) for point in range(1000))


def test_a_rate_that_is_counted_in_another_way_says_nothing() -> None:
    run = run_of(LOSS + "lr: 0.01 for 500 then 0.1")
    run.curves["lr"].axis = "epoch"
    assert not raised_before(run, run.curves["loss"], 500)
