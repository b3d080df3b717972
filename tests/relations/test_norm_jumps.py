"""What the training losses do at a jump of the gradient norm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gradlint.curves.excursions import Excursion
from gradlint.relations.norm_jumps import loss_doubles, loss_falls, loss_follows
from gradlint.runs.run import Curve, Run
from tests.relations.series import curve, run_of

POINTS = 300
FIRST, LAST = 150, 152
"""The norm's jump."""


def with_norm(*others: Curve, axis: str = "step") -> tuple[Run, Curve, Excursion]:
    norm = curve("grad_norm", [1.0] * POINTS, axis=axis)
    jump = Excursion(FIRST, FIRST, LAST, 1.0, 9.0, True, 9.0, 9.0)
    return run_of(norm, *others), norm, jump


def loss(*changes: tuple[int, int, float], tag: str = "loss", start: float = 1.0) -> Curve:
    """A loss of 1 that begins at `start`, with other values from a point to another."""
    values = [start] * 10 + [1.0] * (POINTS - 10)
    for first, last, value in changes:
        values[first : last + 1] = [value] * (last + 1 - first)
    return curve(tag, values)


def rates(raised: int) -> Curve:
    return curve("lr", [0.5] + [0.1] * (raised - 1) + [0.5] * (POINTS - raised))


# Whether a loss follows


@pytest.mark.parametrize(
    ("at", "follows"), [(147, False), (149, True), (155, True), (162, True), (163, False)]
)
def test_a_loss_follows_until_ten_points_after_the_jump(at: int, follows: bool) -> None:
    # Its own jump has three points.
    assert loss_follows(*with_norm(loss((at, at + 2, 5.0)))) is follows


def test_at_the_end_of_the_log_there_are_no_ten_points() -> None:
    norm = curve("grad_norm", [1.0] * 155)
    falling = loss((154, 154, 2.0))
    run = run_of(norm, curve("loss", falling.values[:155]))
    jump = Excursion(150, 150, 152, 1.0, 9.0, True, 9.0, 9.0)
    assert loss_follows(run, norm, jump)


@pytest.mark.parametrize(("top", "follows"), [(1.29, False), (1.31, True)])
def test_a_loss_follows_that_rises_by_a_third(top: float, follows: bool) -> None:
    noisy = np.where(np.arange(POINTS) % 2, 1.0, 0.3)
    noisy[151] = top
    assert loss_follows(*with_norm(curve("loss", noisy))) is follows


@pytest.mark.parametrize(("at", "follows"), [(133, True), (134, False)])
def test_what_a_loss_had_been_is_its_last_sixteen_points(at: int, follows: bool) -> None:
    noisy = np.where(np.arange(POINTS) % 2, 1.0, 0.3)
    noisy[at] = 1.2
    noisy[151] = 1.4
    assert loss_follows(*with_norm(curve("loss", noisy))) is follows


def few(points_before: int, *, first: float = 1.0) -> Curve:
    steps = [*range(FIRST - points_before, FIRST), 151, 170]
    return curve("loss", [first] * points_before + [1.5, 1.0], steps=steps)


def test_two_points_do_not_say_what_a_loss_had_been() -> None:
    assert not loss_follows(*with_norm(few(2)))
    assert loss_follows(*with_norm(few(3)))
    assert not loss_follows(*with_norm(few(3, first=-1.0)))


def test_a_rise_after_the_rate_was_raised_does_not_follow() -> None:
    noisy = np.where(np.arange(POINTS) % 2, 1.0, 0.3)
    noisy[151] = 1.4
    assert not loss_follows(*with_norm(curve("loss", noisy), rates(150)))
    assert loss_follows(*with_norm(curve("loss", noisy), rates(100)))


def test_a_warm_restart_does_not_follow() -> None:
    restarted = loss((151, 153, 5.0), start=9.0)
    assert not loss_follows(*with_norm(restarted, rates(150)))
    assert loss_follows(*with_norm(loss((151, 153, 9.5), start=9.0), rates(150)))


@pytest.mark.parametrize(("at", "follows"), [(149, False), (150, True), (162, True), (163, False)])
def test_a_loss_that_is_not_finite_follows(at: int, follows: bool) -> None:
    assert loss_follows(*with_norm(loss((at, at, np.nan)))) is follows


@pytest.mark.parametrize("tag", ["val_loss", "gan_loss"])
def test_only_what_is_trained_on_and_is_no_game_follows(tag: str) -> None:
    assert not loss_follows(*with_norm(loss((151, 153, 5.0), tag=tag)))


def test_a_loss_that_is_counted_otherwise_does_not_follow() -> None:
    assert not loss_follows(*with_norm(loss((151, 153, 5.0)), axis="epoch"))


def test_any_of_several_losses_may_follow() -> None:
    calm = loss(tag="a/loss")
    assert loss_follows(*with_norm(calm, loss((151, 153, 5.0), tag="b/loss")))


# Whether a loss doubles


@pytest.mark.parametrize(
    ("change", "doubles"),
    [
        ((150, 150, 2.0), True),
        ((152, 152, 2.0), True),
        ((150, 150, 1.9), False),
        ((149, 149, 2.0), False),
        ((153, 153, 2.0), False),
    ],
)
def test_a_loss_doubles_within_the_jump(change: tuple[int, int, float], doubles: bool) -> None:
    assert loss_doubles(*with_norm(loss(change))) is doubles


def test_it_doubles_all_that_it_was_before() -> None:
    assert not loss_doubles(*with_norm(loss((150, 150, 5.0), start=3.0)))
    assert loss_doubles(*with_norm(loss((150, 150, 6.0), start=3.0)))


def test_a_loss_that_is_not_logged_at_the_jump_does_not_double() -> None:
    other = curve("loss", [1.0, 1.0, 9.0], steps=[0, 149, 153])
    assert not loss_doubles(*with_norm(other))


def test_of_a_loss_that_begins_with_the_jump_the_first_point_is_before() -> None:
    values, steps = [1.0, 2.0, 2.0], [150, 151, 152]
    assert loss_doubles(*with_norm(curve("loss", values, steps=steps)))


# Whether a loss falls


@pytest.mark.parametrize(("after", "falls"), [(0.89, True), (0.91, False)])
def test_a_loss_falls_by_a_tenth(after: float, falls: bool) -> None:
    run, norm, _ = with_norm(loss((150, POINTS - 1, after)))
    assert loss_falls(run, norm, FIRST, LAST) is falls


def levels_of(before: Sequence[float], after: Sequence[float]) -> Curve:
    """A loss of 1 with other values right before the norm's jump and right after it."""
    values = [1.0] * POINTS
    values[FIRST - len(before) : FIRST] = before
    values[LAST + 1 : LAST + 1 + len(after)] = after
    return curve("loss", values)


@pytest.mark.parametrize(("points", "falls"), [(7, False), (8, True)])
def test_the_level_on_either_side_is_the_median_of_sixteen(points: int, falls: bool) -> None:
    for other in (levels_of([], [0.5] * points), levels_of([2.0] * points, [])):
        run, norm, _ = with_norm(other)
        assert loss_falls(run, norm, FIRST, LAST) is falls


def test_a_loss_that_ends_as_nan_does_not_fall() -> None:
    run, norm, _ = with_norm(loss((150, POINTS - 1, 0.5), (POINTS - 1, POINTS - 1, np.nan)))
    assert not loss_falls(run, norm, FIRST, LAST)


def test_from_the_first_to_the_last_point_the_ends_are_compared() -> None:
    run, norm, _ = with_norm(curve("loss", np.linspace(2.0, 1.0, POINTS)))
    assert loss_falls(run, norm, 0, POINTS - 1)
    run, norm, _ = with_norm(curve("loss", np.linspace(1.0, 2.0, POINTS)))
    assert not loss_falls(run, norm, 0, POINTS - 1)
