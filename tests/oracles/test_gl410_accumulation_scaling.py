"""GL410: the mean losses of k micro-batches, summed and never divided by k, give a gradient k times
that of the whole batch; divided once they give exactly it, and divided twice a k-th of it.
Source: PyTorch documentation, automatic mixed precision examples, "Gradient accumulation".
"""

import pytest
import torch
from torch import nn

from .gradient_measures import ROUNDING, gradient_norm

MICRO_BATCHES = 4


def relative_norm(divisor: float) -> float:
    """The accumulated gradient relative to that of the whole batch."""
    model, inputs = nn.Linear(3, 1), torch.randn(32, 3)
    (model(inputs) - 1).pow(2).mean().backward()
    whole = gradient_norm(model.parameters())
    model.zero_grad()
    for micro_batch in inputs.chunk(MICRO_BATCHES):
        ((model(micro_batch) - 1).pow(2).mean() / divisor).backward()
    return gradient_norm(model.parameters()) / whole


@pytest.mark.parametrize(
    ("divisor", "expected"),
    [(1, MICRO_BATCHES), (MICRO_BATCHES**2, 1 / MICRO_BATCHES)],
    ids=["never divided", "divided twice"],
)
def test_a_wrong_division_scales_the_gradient(divisor: float, expected: float) -> None:
    assert relative_norm(divisor) == pytest.approx(expected, rel=ROUNDING)


def test_one_division_gives_the_gradient_of_the_whole_batch() -> None:
    assert relative_norm(MICRO_BATCHES) == pytest.approx(1.0, rel=ROUNDING)
