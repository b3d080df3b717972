"""A unit behind a number belongs to it, and neither to the next name nor to no one."""

from __future__ import annotations

import pytest

from tests.runs.readers.text.text_logs import series


@pytest.mark.parametrize("unit", ["sec", "secs", "seconds", "ms", "hours", "GB", "img/s"])
def test_the_unit_before_a_name_is_no_part_of_it(unit: str) -> None:
    assert series(f"step: 3 used: 12.5 {unit} loss: 0.5") == {
        "used": [(3, 12.5)],
        "loss": [(3, 0.5)],
    }


@pytest.mark.parametrize("name", ["seconds per step", "min loss", "seconds"])
def test_a_name_that_begins_like_a_unit_stays(name: str) -> None:
    assert series(f"step: 3 loss: 0.75 {name}: 0.5")[name] == [(3, 0.5)]


@pytest.mark.parametrize(
    "value", ["0.4 min", "0.4 sec - [x]", "0.4min", "0.4 s", "24 seconds", "24000ms", "0.4 h"]
)
def test_a_cost_in_units_of_time_is_no_loss(value: str) -> None:
    read = series(f"epoch 1, cost: {value}, acc: 0.5\nepoch 2, acc: 0.5, cost: {value}")
    assert [step for step, _ in read["cost time"]] == [1, 2]
    assert "cost" not in read


@pytest.mark.parametrize("name", ["time cost", "Total time cost"])
def test_a_cost_that_says_that_it_is_a_time_keeps_its_name(name: str) -> None:
    assert series(f"epoch 1, {name}: 24 s\nepoch 2, {name}: 25 s")[name] == [(1, 24), (2, 25)]


@pytest.mark.parametrize(
    "rest", ["", " min loss: 0.3", " sec: 3", " seconds 3.5", "m", " | h 2", " h 2"]
)
def test_a_cost_without_a_unit_of_time_stays(rest: str) -> None:
    assert series(f"epoch 1, cost: 0.4{rest}")["cost"] == [(1, 0.4)]
