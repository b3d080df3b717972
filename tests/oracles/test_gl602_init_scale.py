"""GL602: weights of standard deviation 1 on 512 inputs are 22 times too large, multiply the signal
by 16 per ReLU layer and overflow the gradient of a deep stack; He's scale keeps it.
Source: He et al. 2015 (arXiv:1502.01852), section 2.2; Glorot and Bengio 2010.
"""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

WIDTH, DEPTH = 512, 10
# A ReLU passes half of the variance.
GROWTH_PER_LAYER = math.sqrt(WIDTH / 2)

Init = Callable[[Tensor], Tensor]


def he(weight: Tensor) -> Tensor:
    return nn.init.kaiming_normal_(weight, nonlinearity="relu")


def unit_normal(weight: Tensor) -> Tensor:
    return nn.init.normal_(weight)


def growth(init: Init) -> float:
    """The factor by which the root mean square of the signal grows per layer."""
    signal = torch.randn(64, WIDTH)
    start = signal.pow(2).mean().sqrt()
    for _ in range(DEPTH):
        signal = (signal @ init(torch.empty(WIDTH, WIDTH)).T).relu()
    return math.pow(signal.pow(2).mean().sqrt() / start, 1 / DEPTH)


def test_unit_normal_weights_multiply_the_signal_by_sixteen_per_layer() -> None:
    assert growth(unit_normal) == pytest.approx(GROWTH_PER_LAYER, rel=0.1)


def test_he_weights_keep_the_signal() -> None:
    assert growth(he) == pytest.approx(1.0, rel=0.1)


def test_unit_normal_weights_are_twenty_two_times_those_of_one_over_root_fan_in() -> None:
    assert unit_normal(torch.empty(WIDTH, WIDTH)).std().item() * math.sqrt(WIDTH) == pytest.approx(
        22.6, rel=0.02
    )
