"""GL404: with no clearing, each backward adds to all gradients before it, and a descent that would
settle swings for ever; cleared once per step, it settles.
Source: PyTorch documentation (torch.optim.Optimizer.zero_grad; autograd accumulates into .grad).
"""

import torch
from torch import nn

STEPS, RATE, START = 40, 0.5, 1.0


def gradients(*, clear: bool) -> list[float]:
    """The gradient of 4w at each of three iterations."""
    weight, seen = nn.Parameter(torch.tensor(START)), []
    for _ in range(3):
        if clear:
            weight.grad = None
        (4 * weight).backward()
        assert weight.grad is not None
        seen.append(weight.grad.item())
    return seen


def late_amplitude(*, clear: bool) -> float:
    """The largest |w| in the second half of a descent on w^2 / 2."""
    weight = nn.Parameter(torch.tensor(START))
    optimizer, path = torch.optim.SGD([weight], lr=RATE), []
    for _ in range(STEPS):
        if clear:
            optimizer.zero_grad()
        (weight.pow(2) / 2).backward()
        optimizer.step()
        path.append(abs(weight.item()))
    return max(path[STEPS // 2 :])


def test_uncleared_gradients_add_up() -> None:
    assert gradients(clear=False) == [4.0, 8.0, 12.0]


def test_cleared_gradients_are_each_their_own() -> None:
    assert gradients(clear=True) == [4.0, 4.0, 4.0]


def test_a_descent_on_uncleared_gradients_never_settles() -> None:
    assert late_amplitude(clear=False) >= START


def test_a_descent_on_cleared_gradients_settles() -> None:
    assert late_amplitude(clear=True) < 1e-3 * START
