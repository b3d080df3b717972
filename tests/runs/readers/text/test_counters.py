"""Which number of a line says the epoch, and which the batch."""

from __future__ import annotations

import pytest

from gradlint.runs.joining.restarts import separated
from gradlint.runs.roles.assignment import assign_roles
from tests.runs.readers.text.text_logs import run_of, series

PASSES = [(epoch, batch) for epoch in (0, 1) for batch in (0, 5, 10)]


@pytest.mark.parametrize(
    "line",
    [
        "Train: {} [{:>4}/11 ( 50%)]  Loss: 2.5 (2.6)  LR: 1e-4",
        "train {} [{}/11] loss 2.5",
        "Training: {} ({}/11) loss=2.5",
    ],
)
def test_a_count_between_a_split_and_its_batches_is_the_epoch(line: str) -> None:
    found = series("".join(line.format(*at) + "\n" for at in PASSES))
    (loss,) = (points for tag, points in found.items() if "loss" in tag.lower())
    assert [step for step, _ in loss] == [0, 5, 10, 11, 16, 21]
    assert not {"Train", "train", "Training"} & found.keys()


def test_such_an_epoch_that_falls_begins_a_second_run() -> None:
    log = "".join(
        f"Train: {epoch} [{batch}/11]  Loss: {loss}.{epoch}{batch}\n"
        for loss in (3, 2)
        for epoch, batch in PASSES
    )
    run = run_of(log)
    assign_roles(run)
    steps = [part.curves["train/Loss"].steps.tolist() for part in separated(run)]
    assert steps == [[0, 5, 10, 11, 16, 21]] * 2


@pytest.mark.parametrize("line", ["Train: {} loss: 2.5 [9/10]", "Train: {} [9, 10] loss: 2.5"])
def test_a_count_of_a_split_without_batches_behind_it_is_no_epoch(line: str) -> None:
    found = series("".join(f"step {at} {line.format(at * 2)}\n" for at in range(4)))
    (loss,) = (points for tag, points in found.items() if "loss" in tag)
    assert [step for step, _ in loss] == [0, 1, 2, 3]


def test_a_place_behind_a_split_is_that_of_its_batches() -> None:
    log = "".join(f"val {at}/4 | loss=1.{at}\n" for at in (2, 4, 2, 4))
    assert series(log) == {"val/loss": [(0, 1.4), (1, 1.4)]}


def test_parts_of_a_whole_that_splits_have_stay_values() -> None:
    log = "".join(f"epoch {at} loss 0.5 train: {at}/8 test: {at}/4\n" for at in range(1, 4))
    assert [value for _, value in series(log)["train"]] == [0.125, 0.25, 0.375]
    assert [value for _, value in series(log)["test"]] == [0.25, 0.5, 0.75]


@pytest.mark.parametrize("key", ["i=", "idx: ", "b "])
def test_the_variable_of_a_loop_counts_batches_behind_an_epoch(key: str) -> None:
    log = "".join(f"epoch={epoch} {key}{at}/3 loss=5.{at}\n" for epoch in (0, 1) for at in (1, 3))
    assert series(log) == {"loss": [(1, 5.1), (3, 5.3), (4, 5.1), (6, 5.3)]}


def test_batches_beyond_the_total_make_the_epoch_longer() -> None:
    log = "".join(f"epoch={epoch} i={at}/3 loss=5.{at}\n" for epoch in (0, 1) for at in (1, 3, 5))
    assert [step for step, _ in series(log)["loss"]] == [1, 3, 5, 6, 8, 10]


def test_a_part_of_a_whole_behind_an_epoch_stays_a_value() -> None:
    log = "".join(f"epoch={at} correct={at}/8 loss=0.5\n" for at in range(1, 4))
    assert [value for _, value in series(log)["correct"]] == [0.125, 0.25, 0.375]


KERAS = "Epoch {}/2\n{}12/12 ━━━━━ 0s 5ms/step - loss: 0.{}\n"
LATE = "\r 2/12 ━━━━━ 0s 9ms/step - loss: 0.9\r 1/12 ━━━━━ 0s 9ms/step - loss: 0.8\b\b\b\r"


@pytest.mark.parametrize("updates", [LATE, LATE * 2, LATE + LATE.replace(" 2/12", " 5/12")])
def test_updates_of_one_line_that_overtake_each_other_are_one_pass(updates: str) -> None:
    log = KERAS.format(1, updates, 6) + KERAS.format(2, updates, 5)
    assert series(log) == {"loss": [(1, 0.6), (2, 0.5)]}


def test_a_pass_that_is_written_over_a_whole_one_is_another() -> None:
    again = "\r 1/12 ━━━━━ 0s 9ms/step - loss: 0.9\r12/12 ━━━━━ 0s 9ms/step - loss: 0.8\n"
    log = KERAS.format(1, "", 6).rstrip("\n") + again + KERAS.format(2, "", 5)
    assert series(log)["loss"] == [(1, 0.6), (2, 0.5)]


@pytest.mark.parametrize("line", ["Epoch: [{}][{}] Loss {}.5", "epoch ({}) ({}) loss {}.5"])
def test_a_second_bracket_is_the_position_in_the_epoch(line: str) -> None:
    log = "".join(line.format(e, b, b + 1) + "\n" for e in (0, 1) for b in (0, 50))
    (found,) = series(log).values()
    assert [step for step, _ in found] == [0, 50, 100, 150]


def test_a_real_number_in_the_second_bracket_is_no_position() -> None:
    log = "Epoch: [0] [0.5] Loss 1.5\nEpoch: [1] [0.4] Loss 1.25\n"
    assert series(log)["Loss"] == [(0, 1.5), (1, 1.25)]


@pytest.mark.parametrize("key", ["tokens/iter", "Samples/step", "ms/epoch"])
def test_how_much_there_is_of_something_in_a_step_is_no_step(key: str) -> None:
    log = f"{key} = 512 | params = 3.5\n" + "iter 10: loss 2.5\niter 20: loss 2.25\n"
    assert series(log) == {"loss": [(10, 2.5), (20, 2.25)]}


def test_points_between_headers_begin_anew_with_the_epochs() -> None:
    run = "".join(f"Epoch {e}\n" + f"loss: {e}.5\nloss: {e}.25\n" for e in range(3))
    assert [step for step, _ in series(run + run)["loss"]] == [0, 1, 2, 3, 4, 5] * 2


def test_points_between_headers_go_on_where_a_run_was_resumed() -> None:
    run = "".join(f"Epoch {e}\n" + f"loss: {e}.5\nloss: {e}.25\n" for e in (0, 1, 2, 1, 2))
    assert [step for step, _ in series(run)["loss"]] == list(range(10))
