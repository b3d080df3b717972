"""Where the learning rate was raised, searched for, or came to nothing."""

from __future__ import annotations

import pytest

from gradlint.relations.learning_rate import raised_before, rate_is_spent, searches_rate
from tests.relations.series import curve, run_of

RISING = [0.001, 0.001, 0.01, 0.1]


@pytest.mark.parametrize(
    ("rates", "searched"),
    [
        ([*RISING, 1.0], True),
        ([*RISING, 0.999], False),
        ([0.0, 0.0, *RISING, 1.0], True),
        ([0.001, 0.01, 0.009, 1.0], False),
        ([0.001, 1.0], False),
        ([0.001, 0.01, 1.0], True),
    ],
)
def test_a_search_only_rises_and_by_a_factor_of_a_thousand(
    rates: list[float], searched: bool
) -> None:
    assert searches_rate(run_of(curve("lr", rates))) is searched


@pytest.mark.parametrize(
    ("rates", "spent"),
    [([0.1, 1.0, 1e-4], True), ([0.1, 1.0, 1.1e-4], False), ([0.0], False), ([1.0, 0.0], True)],
)
def test_a_rate_is_spent_at_a_ten_thousandth_of_its_maximum(
    rates: list[float], spent: bool
) -> None:
    assert rate_is_spent(run_of(curve("lr", rates))) is spent


@pytest.mark.parametrize("raised", range(15, 25))
def test_right_before_is_within_four_points_or_one_behind(raised: int) -> None:
    loss = curve("loss", [1.0] * 40)
    run = run_of(loss, curve("lr", [0.2] + [0.1] * (raised - 1) + [0.2] * (40 - raised)))
    assert raised_before(run, loss, 20) is (raised in range(18, 23))


@pytest.mark.parametrize(
    ("rates", "raised"),
    [([0.1, 0.199], False), ([0.1, 0.2], True), ([0.0, 1e-9], True), ([0.0, 0.0], False)],
)
def test_a_restart_doubles_the_rate(rates: list[float], raised: bool) -> None:
    loss = curve("loss", [1.0, 1.0, 1.0])
    assert raised_before(run_of(loss, curve("lr", [1.0, *rates])), loss, 2) is raised


@pytest.mark.parametrize(("after", "raised"), [(0.29, True), (0.31, False)])
def test_a_restart_goes_back_to_what_it_was_trained_with(after: float, raised: bool) -> None:
    loss = curve("loss", [1.0] * 6)
    rates = curve("lr", [0.2, 0.1, 0.1, 0.1, after, after])
    assert raised_before(run_of(loss, rates), loss, 4) is raised


def test_what_is_counted_otherwise_was_not_raised_before() -> None:
    loss = curve("loss", [1.0] * 4)
    epochs = curve("lr", [0.2, 0.1, 0.2, 0.2], axis="epoch")
    assert not raised_before(run_of(loss, epochs), loss, 2)
    later = curve("sgd/lr", [0.2, 0.1, 0.2, 0.2])
    assert raised_before(run_of(loss, epochs, later), loss, 2)


def test_a_rate_that_was_logged_once_was_not_raised() -> None:
    loss = curve("loss", [1.0] * 4)
    once = curve("lr", [0.1], steps=[2])
    later = curve("sgd/lr", [0.2, 0.1, 0.2, 0.2])
    assert not raised_before(run_of(loss, once), loss, 2)
    assert raised_before(run_of(loss, once, later), loss, 2)
