"""Where a schedule raises what a loss weighs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gradlint.relations.loss_jumps import unplanned_jumps
from gradlint.relations.schedules import weight_jumps, weight_raised
from tests.relations.series import curve, run_of

LOSS = curve("loss", [3.0] * 20)


def run(weights: Sequence[float], tag: str = "beta", **more: str):  # type: ignore[no-untyped-def]
    return run_of(LOSS, curve(tag, weights, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("weights", "raised"),
    [
        ([0.5] * 10 + [1.0] * 10, True),
        ([0.5] * 10 + [0.99] * 10, False),
        ([0.0] * 10 + [0.1] * 10, True),
        ([1.0] * 10 + [0.1] * 10, False),
        ([-1.0] * 10 + [1.0] * 10, False),
        ([0.1, 1.0] * 10, False),
        ([0.1 * it for it in range(10)] * 2, True),
    ],
)
def test_a_weight_is_raised_by_a_factor_or_from_zero_and_by_plan(
    weights: list[float], raised: bool
) -> None:
    assert weight_raised(run(weights), LOSS, 0, 19) is raised


def test_only_what_is_raised_between_the_points_counts() -> None:
    found = run([0.5] * 10 + [1.0] * 10)
    assert not weight_raised(found, LOSS, 0, 9)
    assert weight_raised(found, LOSS, 9, 10)
    assert not weight_raised(found, LOSS, 10, 19)


def test_a_jump_is_explained_shortly_after_the_weight_was_raised() -> None:
    found = run([0.5] * 10 + [1.0] * 10)
    assert [weight_jumps(found, LOSS, at) for at in (9, 10, 13, 14)] == [False, True, True, False]


def test_a_weight_that_counts_something_else_tells_nothing() -> None:
    assert not weight_raised(run([0.5] * 10 + [1.0] * 10, axis="epoch"), LOSS, 0, 19)


def test_what_is_no_schedule_tells_nothing() -> None:
    assert not weight_raised(run([0.5] * 10 + [1.0] * 10, tag="energy"), LOSS, 0, 19)


def test_a_loss_that_jumps_where_its_weight_does_is_planned() -> None:
    jumping = [2.0 + 0.01 * (it % 3) for it in range(60)] + [9.0] * 5 + [2.0] * 20
    loss = curve("loss", jumping)
    weight = curve("beta", [0.1] * 60 + [1.0] * 25)
    assert unplanned_jumps(run_of(loss), loss)
    assert not unplanned_jumps(run_of(loss, weight), loss)
