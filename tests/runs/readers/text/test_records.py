"""Values in several lines that belong together: matrices, tables of splits, printed objects."""

from __future__ import annotations

import pytest

from tests.runs.readers.text.text_logs import read, series, summary

# A line of names above a line of values

MATRIX = "".join(
    f"10:00:0{i} | time:{i}s total_exs:{i}00\n"
    f"    clip  exs  gnorm   loss  total_train_updates\n"
    f"       1  {i}00   .{i}5  {4 - i}.5                 {i}0\n\n"
    for i in (1, 2, 3)
)


def test_names_stand_above_their_values() -> None:
    found = series(MATRIX)
    assert found["loss"] == [(10, 3.5), (20, 2.5), (30, 1.5)]
    assert found["gnorm"] == [(10, 0.15), (20, 0.25), (30, 0.35)]


def test_a_wide_matrix_goes_on_below() -> None:
    log = "".join(
        f"  loss   ppl  num_updates  \\\n  {4 - i}.5  {9 - i}.0  {i}0  \n\n"
        f"  lr  token_acc  gnorm\n  0.1  0.{i}  2.{i}\n"
        for i in (1, 2)
    )
    assert series(log)["token_acc"] == [(10, 0.1), (20, 0.2)]


def test_an_announced_evaluation_is_that_of_the_values() -> None:
    log = "".join(f"valid:\n  exs   loss  num_updates\n  5  {4 - i}.5  {i}0\n" for i in (1, 2))
    assert series(log)["valid/loss"] == [(10, 3.5), (20, 2.5)]


@pytest.mark.parametrize(
    "below", ["  1  2  3  4\n", "  a  b  c\n", "\n  1  0.5  20\n", "  1  x  2\n"]
)
def test_what_does_not_fit_the_names_is_no_row(below: str) -> None:
    assert not read(f"  clip  loss  total_train_updates\n{below}" * 4).runs


# The columns are splits of the data


def test_the_columns_may_be_splits() -> None:
    name = "2026-01-01 10:00:0{},100 - INFO - trainer.console - "
    log = "".join(
        f"Epoch {i}/3\n{name.format(i)}              Training |  Validation\n"
        f"{name.format(i)}gpu_memory  |   120.0 |   N/A\n"
        f"{name.format(i)}loss        |   0.{9 - i} |   1.{i}\n"
        for i in (1, 2, 3)
    )
    found = series(log)
    assert found["training/loss"] == [(1, 0.8), (2, 0.7), (3, 0.6)]
    assert found["validation/loss"] == [(1, 1.1), (2, 1.2), (3, 1.3)]
    assert "validation/gpu_memory" not in found


@pytest.mark.parametrize("rule", ["", "---|---|---\n", "|-----|-----|----|\n"])
def test_bars_around_a_rule_and_a_name_for_the_metrics(rule: str) -> None:
    log = "".join(
        f"Epoch {i}\n| metric | Train | Val | \n{rule}| acc | 0.{i} | 0.{i}5 |\n" for i in (1, 2)
    )
    assert series(log) == {"train/acc": [(1, 0.1), (2, 0.2)], "val/acc": [(1, 0.15), (2, 0.25)]}


def test_a_table_of_data_sets_is_none_of_metrics() -> None:
    assert not read("| Data | Train | Test |\n| digits | 60000 | 10000 |\n| pets | 3 | 4 |\n").runs


def test_another_line_ends_the_table() -> None:
    log = "Epoch 1\nTraining | Validation\nloss | 0.5 | 0.6\nand | so | on\nacc | 0.7 | 0.8\n"
    assert set(series(log)) == {"training/loss", "validation/loss"}


# Objects with a member on each line


@pytest.mark.parametrize(
    "layout",
    [
        "{{'accuracy': 0.{0}, \n 'loss': {1}.5,\n 'step': {0}0}}\n\n",
        "{{\n  \"accuracy\": 0.{0},\n  \"loss\": {1}.5,\n  \"step\": {0}0\n}}\n",
        "{{'accuracy': 0.{0},\n 'model': {{'layers': 3}},\n 'loss': {1}.5,\n 'step': {0}0}}\n",
    ],
)  # fmt: skip
def test_the_step_of_a_printed_object_may_come_last(layout: str) -> None:
    log = "".join(layout.format(i, 4 - i) for i in (1, 2, 3))
    found = series(log)
    assert found["loss"] == [(10, 3.5), (20, 2.5), (30, 1.5)]
    assert found["accuracy"] == [(10, 0.1), (20, 0.2), (30, 0.3)]


def test_an_object_that_does_not_end_hides_nothing() -> None:
    log = "{\nepoch 1 loss: 0.5\nepoch 2 loss: 0.4\n{'a': 1,\n"
    assert series(log)["loss"] == [(1, 0.5), (2, 0.4)]


# Names and values between rules of two dashes


def test_the_step_of_a_ruled_block_may_come_last() -> None:
    rule = f"{'-' * 12}  {'-' * 8}\n"
    log = "".join(
        f"{rule}AverageReturn  {i}.5\nPolicy/Loss    {4 - i}.5\nIteration      {i}\n{rule}"
        for i in (0, 1, 2)
    )
    assert series(log)["AverageReturn"] == [(0, 0.5), (1, 1.5), (2, 2.5)]
    assert series(log)["Policy/Loss"] == [(0, 4.5), (1, 3.5), (2, 2.5)]


def test_text_below_a_rule_of_two_is_read_as_ever() -> None:
    assert series("------  ------\nepoch 1 loss: 0.5\nepoch 2 loss: 0.4\n") == {
        "loss": [(1, 0.5), (2, 0.4)]
    }


@pytest.mark.parametrize("log", [MATRIX, "{'a': 1,\n 'loss': 2.5,\n 'step': 3}\n" * 3])
def test_pieces_say_the_same_as_the_whole(log: str) -> None:
    assert summary(read(log, 1)) == summary(read(log))
