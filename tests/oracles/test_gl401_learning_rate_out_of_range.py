"""GL401: at a learning rate far beyond its optimizer's range the training leaves the task worse
than a constant would, or non-finite; at the usual one, the same program learns it.
Source: PyTorch documentation, defaults of torch.optim (Adam 1e-3, SGD 1e-3); Kingma and Ba 2015.
"""

import math

import torch
from torch import nn
from torch.optim import SGD, Adam

STEPS = 100


def loss_ratio(make_optimizer: type[Adam] | type[SGD], learning_rate: float) -> float:
    """The final loss relative to that of the best constant answer."""
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
    model.append(nn.Linear(32, 1))
    inputs = torch.randn(128, 8)
    targets = inputs[:, :1] * inputs[:, 1:2] + inputs[:, 2:3]
    optimizer = make_optimizer(model.parameters(), lr=learning_rate)
    for _ in range(STEPS):
        optimizer.zero_grad()
        (model(inputs) - targets).pow(2).mean().backward()
        optimizer.step()
    with torch.no_grad():
        return float((model(inputs) - targets).pow(2).mean() / targets.var(correction=0))


def fails(ratio: float) -> bool:
    return not math.isfinite(ratio) or ratio > 0.9


def test_adam_at_one_does_not_learn() -> None:
    assert fails(loss_ratio(Adam, 1.0))


def test_adam_at_a_hundredth_learns() -> None:
    assert loss_ratio(Adam, 1e-2) < 0.2


def test_sgd_at_ten_does_not_learn() -> None:
    assert fails(loss_ratio(SGD, 10.0))


def test_sgd_at_a_tenth_learns() -> None:
    assert loss_ratio(SGD, 0.1) < 0.5
