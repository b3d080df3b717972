"""GL601: hidden units that start equal stay equal for ever, and a network of zeros has no gradient
but that of the last bias; units that start different grow apart.
Source: LeCun et al. 1998 (Efficient BackProp), section 4.6; Goodfellow et al. 2016, section 8.4.
"""

import torch
from torch import nn


def trained(constant: float | None) -> nn.Sequential:
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    if constant is not None:
        for parameter in model.parameters():
            nn.init.constant_(parameter, constant)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    inputs = torch.randn(64, 4)
    for _ in range(20):
        optimizer.zero_grad()
        (model(inputs) - inputs.prod(1, keepdim=True)).pow(2).mean().backward()
        optimizer.step()
    return model


def different_hidden_units(model: nn.Sequential) -> int:
    return len(model.get_parameter("0.weight").detach().unique(dim=0))


def test_hidden_units_that_start_equal_stay_equal() -> None:
    assert different_hidden_units(trained(0.5)) == 1


def test_hidden_units_that_start_at_random_stay_different() -> None:
    assert different_hidden_units(trained(None)) == 8


def test_a_network_of_zeros_trains_nothing_but_its_last_bias() -> None:
    moved = [name for name, value in trained(0.0).named_parameters() if value.abs().max() > 0]
    assert moved == ["2.bias"]


def test_a_network_that_starts_at_random_trains_everything() -> None:
    weights = dict(trained(None).named_parameters())
    assert all(value.grad is not None and value.grad.any() for value in weights.values())
