"""GL403: a scheduler stepped before the first optimizer step skips the first learning rate, with a
warning from torch; stepped after it, the first update uses the rate that was asked for.
Source: PyTorch documentation, "How to adjust learning rate" (order since 1.1.0).
"""

import warnings

import pytest
import torch
from torch import nn

RATE, DECAY = 1.0, 0.1


class Scheduled:
    """One weight with gradient 1, so that its change is the learning rate that was used."""

    def __init__(self) -> None:
        self.weight = nn.Parameter(torch.zeros(()))
        self.optimizer = torch.optim.SGD([self.weight], lr=RATE)
        self.scheduler = torch.optim.lr_scheduler.ExponentialLR(self.optimizer, gamma=DECAY)
        self.weight.backward()

    def scheduler_first(self) -> float:
        self.scheduler.step()
        self.optimizer.step()
        return -self.weight.item()

    def optimizer_first(self) -> float:
        self.optimizer.step()
        self.scheduler.step()
        return -self.weight.item()


@pytest.mark.filterwarnings("ignore:Detected call of")
def test_a_scheduler_before_the_optimizer_skips_the_first_learning_rate() -> None:
    assert Scheduled().scheduler_first() == pytest.approx(RATE * DECAY)


def test_torch_warns_of_a_scheduler_before_the_optimizer() -> None:
    with pytest.warns(UserWarning, match=r"lr_scheduler.step\(\)` before `optimizer.step\(\)"):
        Scheduled().scheduler_first()


def test_a_scheduler_after_the_optimizer_uses_the_first_learning_rate_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Scheduled().optimizer_first() == pytest.approx(RATE)
