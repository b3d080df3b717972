"""Tables whose columns are told apart by bars, tabs or wide gaps."""

from __future__ import annotations

import pytest

from tests.runs.readers.text.text_logs import read, series


@pytest.mark.parametrize(
    "table",
    [
        "Epoch   Train loss   Val acc\n1   0.5   0.7\n2   0.4   0.8\n",
        "Epoch\tTrain loss\tVal acc\n1\t0.5\t0.7\n2\t0.4\t0.8\n",
        "| Epoch | Train loss | Val acc |\n|--:|:--|---|\n| 1 | 0.5 | 0.7 |\n"
        "| 2 | **0.4** | 0.8 |\n",
        "┃ Epoch ┃ Train loss ┃ Val acc ┃\n┡━━━╇━━┩\n│ 1     │ 0.5 │ 0.7 │\n"
        "│ 2     │ 0.4 │ 0.8 │\n",
        "+---+\n| Epoch | Train loss | Val acc |\n+===+\n| 1 | 0.5 | 0.7 |\n+---+\n"
        "| 2 | 0.4 | 0.8 |\n+---+\n",
    ],
)  # fmt: skip
def test_rules(table: str) -> None:
    assert series(f"Started.\n{table}Done.\n") == {
        "Train loss": [(1, 0.5), (2, 0.4)],
        "Val acc": [(1, 0.7), (2, 0.8)],
    }


def test_the_step_counts_where_the_epoch_stands_beside_it() -> None:
    log = (
        "E    #       LOSS NER  SCORE\n---  ------  --------  -----\n"
        "  0       0     45.00   0.10\n  0     200   1714.29   0.29\n  1     400   1333.33   0.37\n"
    )
    assert series(log)["LOSS NER"] == [(0, 45.0), (200, 1714.29), (400, 1333.33)]
    assert list(series(log)) == ["LOSS NER", "SCORE"]


def test_a_cell_may_say_that_nothing_was_logged() -> None:
    log = "| Step | Loss | Val Loss |\n|---|---|---|\n| 5 | No log | 0.7 |\n| 9 | 0.4 | n/a |\n"
    assert series(log) == {"Val Loss": [(5, 0.7)], "Loss": [(9, 0.4)]}


def test_a_table_of_things_has_no_metrics() -> None:
    assert not read("| Name | Type | Params |\n|---|---|---|\n| 0 | fc | 12 |\n").runs


def test_a_header_of_two_rows() -> None:
    log = (
        "Training on CPU.\n"
        "|  Epoch  |  Iteration  |  Time  |  Mini-batch  |  Mini-batch  |  Base Learning  |\n"
        "|         |             |        |   Accuracy   |     Loss     |      Rate       |\n"
        "|       1 |           1 | 00:00:01 |    10.16%  |       2.5845 |          0.0100 |\n"
        "|       2 |          30 | 00:00:30 |    75.78%  |          NaN |          0.0100 |\n"
    )
    found = series(log)
    assert found["Mini-batch Accuracy"] == [(1, 10.16), (30, 75.78)]
    assert found["Base Learning Rate"] == [(1, 0.01), (30, 0.01)]
    assert found["Mini-batch Loss"][0] == (1, 2.5845)


def test_names_that_come_twice_and_are_not_told_apart_are_no_columns() -> None:
    log = "| Epoch | Loss | Loss |\n| 1 | 0.5 | 0.6 |\n| 2 | 0.4 | 0.5 |\n"
    assert not read(log).runs
