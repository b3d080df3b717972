"""GL802: the raw optimizer applies gradients 65536 times too large; a scale whose result is dropped
makes them 65536 times too small; scale, scaler.step and update together give the true step.
Source: PyTorch documentation, automatic mixed precision examples, "Typical training".
"""

import pytest
import torch
from torch import nn

INITIAL_SCALE = 65536.0


class ScaledWeight:
    """One weight with gradient 1 and learning rate 1: its change is the applied gradient."""

    def __init__(self) -> None:
        self.weight = nn.Parameter(torch.zeros(()))
        self.optimizer = torch.optim.SGD([self.weight], lr=1.0)
        self.scaler = torch.amp.GradScaler("cpu")

    def change(self) -> float:
        return -self.weight.item()


def test_a_raw_step_on_scaled_gradients_is_65536_times_too_large() -> None:
    task = ScaledWeight()
    task.scaler.scale(1 * task.weight).backward()
    task.optimizer.step()
    assert task.change() == pytest.approx(INITIAL_SCALE)


def test_a_dropped_scale_makes_the_step_65536_times_too_small() -> None:
    task = ScaledWeight()
    loss = 1 * task.weight
    task.scaler.scale(loss)
    loss.backward()
    task.scaler.step(task.optimizer)
    assert task.change() == pytest.approx(1 / INITIAL_SCALE)


def test_the_full_protocol_gives_the_true_step() -> None:
    task = ScaledWeight()
    task.scaler.scale(1 * task.weight).backward()
    task.scaler.step(task.optimizer)
    task.scaler.update()
    assert task.change() == pytest.approx(1.0)


def test_a_second_step_without_update_is_loud() -> None:
    task = ScaledWeight()
    task.scaler.scale(1 * task.weight).backward()
    task.scaler.step(task.optimizer)
    with pytest.raises(RuntimeError, match="has already been called"):
        task.scaler.step(task.optimizer)
