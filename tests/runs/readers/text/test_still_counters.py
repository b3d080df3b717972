"""A counter that never counts hides nothing: the lines are counted instead."""

from __future__ import annotations

import pytest

from tests.runs.readers.text.text_logs import points, run_of


@pytest.mark.parametrize("mark", ["Epoch: 0----------", "=== Epoch 1/1 ===", "Epoch 7"])
def test_an_epoch_that_never_changes_leaves_the_lines_to_be_counted(mark: str) -> None:
    log = "".join(f"{mark}\nTrain_loss: 0.{9 - at}\n====\n" for at in range(6))
    curve = run_of(log).curves["Train_loss"]
    assert curve.axis == "row"
    assert points(curve) == [(at, (9 - at) / 10) for at in range(6)]


def test_an_epoch_that_changes_counts() -> None:
    log = "".join(f"Epoch: {at}-----\nTrain_loss: 0.{9 - at}\n====\n" for at in range(6))
    assert run_of(log).curves["Train_loss"].axis == "epoch"


def test_a_number_that_never_changes_under_such_an_epoch_is_no_metric() -> None:
    log = "".join(f"Epoch: 0-----\nTrain_loss: 0.{9 - at}\nrate: 0.1\n" for at in range(6))
    assert list(run_of(log).curves) == ["Train_loss"]
