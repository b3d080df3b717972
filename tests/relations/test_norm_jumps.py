"""What the losses do where a gradient norm jumps."""

from __future__ import annotations

import pytest

from gradlint.curves.excursions import Excursion
from gradlint.relations.norm_jumps import loss_doubles, loss_falls, loss_follows
from tests.rules.series import run_of

BASE = """
steps 1000
grad_norm: 1.0, noise 5%
loss: 2.3 ~> 0.5, noise 2%
"""


def jump(start: int, end: int) -> Excursion:
    """A jump of the norm from point `start` to point `end`."""
    return Excursion(start, start, end, 1.0, 50.0, 99.0, 9.0, recovered=True)


def follows(changes: str, at: Excursion) -> bool:
    run = run_of(BASE + changes)
    return loss_follows(run, run.curves["grad_norm"], at)


def falls(changes: str, start: int, end: int) -> bool:
    run = run_of(BASE + changes)
    return loss_falls(run, run.curves["grad_norm"], start, end)


def doubles(changes: str, at: Excursion) -> bool:
    run = run_of(BASE + changes)
    return loss_doubles(run, run.curves["grad_norm"], at)


def test_a_calm_loss_does_not_follow() -> None:
    assert not follows("", jump(500, 503))


@pytest.mark.parametrize(
    "change",
    ["loss: x4 from 505 to 520", "loss: x1.5 at 504", "loss: = nan at 512", "loss: = inf at 501"],
)
def test_a_loss_that_leaves_its_history_follows(change: str) -> None:
    assert follows(change, jump(500, 503))


def test_a_loss_that_leaves_its_last_values_follows_though_it_was_wilder_before() -> None:
    wild = "loss: times 1, noise 40%\n"
    calm = "".join(f"loss: = {0.7 - 0.001 * at:.3f} at {480 + at}\n" for at in range(40))
    assert follows(wild + calm + "loss: = 1.0 at 504", jump(500, 503))
    assert not follows(wild + calm + "loss: = 0.8 at 504", jump(500, 503))


def test_nothing_is_said_of_a_loss_that_has_only_begun() -> None:
    assert not follows("loss: x1.2 at 2", jump(0, 2))


@pytest.mark.parametrize("change", ["loss: x4 from 530 to 540", "loss: = nan at 530"])
def test_what_comes_later_does_not_follow(change: str) -> None:
    assert not follows(change, jump(500, 503))


def test_a_loss_that_was_high_already_does_not_follow() -> None:
    assert not follows("loss: x4 from 400 to 440", jump(500, 503))


def test_a_loss_that_a_warm_restart_raises_does_not_follow() -> None:
    raised = "loss: x2 from 501 to 520\nlr: {}"
    assert follows(raised.format("0.1"), jump(500, 503))
    assert not follows(raised.format("0.01 for 500 then 0.1"), jump(500, 503))


@pytest.mark.parametrize("tag", ["val_loss", "g_loss"])
def test_only_the_loss_that_is_trained_is_asked(tag: str) -> None:
    run = run_of(BASE.replace("loss", tag) + f"{tag}: x4 from 505 to 520")
    assert not loss_follows(run, run.curves["grad_norm"], jump(500, 503))


def test_a_loss_that_is_counted_in_another_way_is_not_asked() -> None:
    run = run_of(BASE + "loss: x4 from 505 to 520")
    run.curves["loss"].axis = "epoch"
    assert not loss_follows(run, run.curves["grad_norm"], jump(500, 503))


def test_a_loss_is_doubled_against_all_that_it_was() -> None:
    assert doubles("loss: x2.5 at 3", jump(2, 4))
    assert not doubles("loss: x1.5 at 3", jump(2, 4))
    assert not doubles("loss: x2.5 at 503", jump(502, 504))


def test_a_loss_that_leaves_a_plateau_falls() -> None:
    plateau = "steps 1000\ngrad_norm: 1.0\nloss: 2.3 for 500 then 2.3 ~> 0.5"
    run = run_of(plateau)
    assert loss_falls(run, run.curves["grad_norm"], 500, 600)
    assert not loss_falls(run, run.curves["grad_norm"], 200, 300)


@pytest.mark.parametrize("loss", ["2.3 for 500 then 2.2", "9 -> 2.3 for 300 then 2.3"])
def test_a_loss_that_has_lost_little_or_long_before_does_not_fall(loss: str) -> None:
    run = run_of(f"steps 1000\ngrad_norm: 1.0\nloss: {loss}")
    assert not loss_falls(run, run.curves["grad_norm"], 500, 600)


def test_a_loss_that_falls_and_ends_in_nan_has_not_fallen() -> None:
    assert falls("", 0, 999)
    assert not falls("loss: = nan from 990", 0, 999)
