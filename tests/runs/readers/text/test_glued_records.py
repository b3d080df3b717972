"""Records that were printed without a line end between them are read one by one."""

from __future__ import annotations

import pytest

from tests.runs.readers.text.text_logs import read, series


@pytest.mark.parametrize(
    "record",
    [
        "epoch: {}/9, loss: {}.5, acc: 0.25",
        "Step {} loss {}.5 acc 0.25",
        "iter={} loss={}.5;acc=0.25",
    ],
)
def test_each_record_of_a_line_is_one(record: str) -> None:
    log = "".join(record.format(at, at) for at in range(1, 6))
    expected = [(at, at + 0.5) for at in range(1, 6)]
    assert series(log)["loss"] == expected


def test_a_mark_that_comes_twice_is_the_best_epochs() -> None:
    log = "".join(f"epoch {at} loss 1.{at} epoch {at} best\n" for at in range(1, 4))
    assert series(log)["loss"] == [(1, 1.1), (2, 1.2), (3, 1.3)]


def test_a_list_of_values_is_no_record() -> None:
    assert not read("scale 1 scale 2 scale 3 scale 4\n" * 3).runs
