"""Which jumps of a loss are trouble, and what explains the others."""

from __future__ import annotations

import pytest

from gradlint.relations.jumps import jump_evidence, jump_span
from gradlint.relations.loss_jumps import is_lone, is_short_table, stays, unplanned_jumps
from gradlint.runs.run import Curve
from tests.rules.series import run_of

FALLING = """
steps 1000
loss: 2.3 ~> 0.5 for 500 then 1.1 ~> 0.6, noise 2%
"""
"""A loss that doubles at step 500 and comes back slowly."""

CALM = """
steps 1000
loss: 2.3 ~> 0.8, noise 2%
"""


def jumps(text: str, tag: str = "loss") -> list[int]:
    """The steps at which a loss jumps without a reason."""
    run = run_of(text)
    return [run.curves[tag].step(it.start) for it in unplanned_jumps(run, run.curves[tag])]


def curve(text: str) -> Curve:
    return run_of(text).curves["loss"]


def every(*steps: int) -> str:
    """A calm loss with a jump of three points at each of the steps."""
    return CALM + "".join(f"loss: x1.6 at {step} for 3\n" for step in steps)


def test_a_jump_out_of_a_calm_history_is_trouble() -> None:
    assert jumps(FALLING) == [500]


@pytest.mark.parametrize(
    "term",
    [
        "aux_loss: 0.6 ~> 0.2, noise 2%\naux_loss: blank from 0 to 499",
        "aux_loss: 0.6 ~> 0.2, noise 2%\naux_loss: = 0 from 0 to 499",
        "aux_loss: 0.6 ~> 0.2, noise 2%\naux_loss: blank from 500",
    ],
    ids=["begins", "leaves 0", "ends"],
)
def test_where_another_term_changes_the_loss_is_another_sum(term: str) -> None:
    assert jumps(FALLING + term) == []


@pytest.mark.parametrize(
    "term",
    [
        "aux_loss: 0.6, noise 2%\naux_loss: blank from 0 to 299",
        "aux_loss: 0.6, noise 2%\naux_loss: = nan from 500\naux_loss: blank from 501",
        "val_aux_loss: 0.6, noise 2%\nval_aux_loss: blank from 0 to 499",
    ],
    ids=["elsewhere", "ends in NaN", "of another split"],
)
def test_another_term_that_does_not_change_there_explains_nothing(term: str) -> None:
    assert jumps(FALLING + term) == [500]


def test_another_term_that_is_counted_in_another_way_explains_nothing() -> None:
    run = run_of(FALLING + "aux_loss: 0.6, noise 2%\naux_loss: blank from 0 to 499")
    run.curves["aux_loss"].axis = "epoch"
    assert len(unplanned_jumps(run, run.curves["loss"])) == 1


def test_jumps_at_one_distance_are_the_period_of_the_log() -> None:
    assert jumps(every(230, 390, 550, 710, 870)) == []


def test_an_epoch_need_not_be_a_whole_number_of_points() -> None:
    assert jumps(every(230, 391, 551, 711, 872)) == []


def test_jumps_at_uneven_distances_are_trouble() -> None:
    assert len(jumps(every(230, 391, 570, 710, 870))) == 5


def test_three_jumps_make_no_period() -> None:
    assert len(jumps(every(380, 580, 780))) == 3


def test_a_period_does_not_explain_a_jump_above_the_start() -> None:
    assert jumps(every(230, 390, 550, 710, 870) + "loss: x20 at 630 for 3") == [630]


def test_a_warm_restart_is_planned() -> None:
    rate = "lr: 0.1 cos> 0.001 for 500 then 0.1 cos> 0.001"
    assert jumps(FALLING + rate) == []
    assert jumps(FALLING + "lr: 0.1") == [500]


def test_a_warm_restart_does_not_take_a_loss_above_its_start() -> None:
    rate = "lr: 0.1 cos> 0.001 for 500 then 0.1 cos> 0.001"
    assert jumps(FALLING + rate + "\nloss: x4 from 500 to 600") == [500]


def test_a_search_for_a_learning_rate_diverges_on_purpose() -> None:
    assert jumps(FALLING + "lr: 1e-6 *> 10") == []


@pytest.mark.parametrize("tag", ["g_loss", "policy_loss"])
def test_a_loss_that_pulls_against_another_jumps_as_it_likes(tag: str) -> None:
    assert jumps(FALLING.replace("loss", tag), tag) == []


def test_the_first_evaluations_may_be_wild() -> None:
    wild = "val_loss: 2.3 ~> 0.5, noise 2%\nval_loss: x20 at {}\nval_loss: only every 10\n"
    assert jumps("steps 1000\n" + wild.format(30), "val_loss") == []
    assert jumps("steps 1000\n" + wild.format(300), "val_loss") == [300]


def test_a_held_out_loss_that_stays_up_is_overfitting() -> None:
    assert (
        jumps("steps 1000\nval_loss: 2.3 ~> 0.5, noise 2%\nval_loss: x9 from 800", "val_loss") == []
    )


def test_a_first_batch_may_be_ten_times_as_high() -> None:
    assert jumps(CALM + "loss: x6 at 3") == []
    assert jumps(CALM + "loss: x30 at 3") == [3]


def test_the_order_of_a_few_rows_is_not_time() -> None:
    rows = "steps 20\naxis row\nloss: 1\nloss: x30 at 12"
    assert is_short_table(curve(rows))
    assert jumps(rows) == []
    assert not is_short_table(curve(rows.replace("20", "40")))
    assert not is_short_table(curve(rows.replace("axis row\n", "")))


def test_a_lone_jump_is_brief_and_below_the_start() -> None:
    def lone(change: str) -> bool:
        run = run_of(CALM + change)
        (jump,) = unplanned_jumps(run, run.curves["loss"])
        return is_lone(run.curves["loss"], jump)

    assert lone("loss: x2 at 700 for 2")
    assert not lone("loss: x2 at 700 for 3")
    assert not lone("loss: x9 at 700 for 2")


def test_a_jump_stays_that_keeps_half_of_its_height() -> None:
    def stayed(change: str) -> bool:
        run = run_of(CALM + change)
        (jump,) = unplanned_jumps(run, run.curves["loss"])
        return stays(run.curves["loss"], jump)

    assert stayed("loss: x9 from 700")
    assert not stayed("loss: x9 from 700\nloss: x0.3 from 950")
    assert not stayed("loss: x9 from 700 to 800")
    assert not stayed("loss: x9 from 998")
    assert stayed("loss: x9 from 997\nloss: = nan from 999")


def test_a_jump_that_stays_by_little_of_what_was_gained_is_no_divergence() -> None:
    run = run_of("steps 1000\nloss: 10 *> 0.1 for 500 then 0.1, noise 2%\nloss: x12 from 700")
    loss = run.curves["loss"]
    assert [stays(loss, it) for it in unplanned_jumps(run, loss)] == [False]


def test_a_loss_below_zero_may_diverge_as_well() -> None:
    run = run_of("steps 1000\nnll: 1 ~> -0.6, noise +-0.02\nnll: = 1.5 from 700")
    nll = run.curves["nll"]
    assert [stays(nll, it) for it in unplanned_jumps(run, nll)] == [True]


def test_a_loss_near_zero_jumps_by_nothing_that_matters() -> None:
    down = "steps 1000\nloss: 2.3 *> 0.001 for 500 then 0.001, noise 2%\n"
    assert jumps(down + "loss: x50 at 700 for 3") == []
    assert jumps(down + "loss: x500 at 700 for 3") == [700]


def test_what_is_told_of_a_jump() -> None:
    run = run_of(CALM + "loss: = nan at 500\nloss: x9 at 700\nloss: x12 at 701")
    loss = run.curves["loss"]
    found = unplanned_jumps(run, loss)
    told = jump_evidence(loss, found[0])
    assert jump_span(loss, found) == (700, 701)
    assert (told["peak"], told["peak step"]) == (loss.values[701], 701)
    assert told["before"] == pytest.approx(0.84, rel=0.05)
