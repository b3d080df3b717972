"""GL502: a sigmoid before BCEWithLogitsLoss puts a floor under the loss and no gradient where the
model is surely wrong; logits into BCELoss raise. Each loss with its own input does neither.
Source: torch.nn.BCEWithLogitsLoss and torch.nn.BCELoss documentation.
"""

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

PERFECT = torch.tensor([50.0, -50.0])
LABELS = torch.tensor([1.0, 0.0])
# A second sigmoid sees 1 and 0 where it needs infinities: softplus(-1) and ln 2 remain.
FLOOR = (math.log1p(math.exp(-1)) + math.log(2)) / 2


def gradient(loss_input: Tensor, logits: Tensor) -> float:
    functional.binary_cross_entropy_with_logits(loss_input, torch.zeros(1)).backward()
    assert logits.grad is not None
    return logits.grad.item()


def test_perfect_answers_through_a_sigmoid_cost_the_floor() -> None:
    loss = functional.binary_cross_entropy_with_logits(PERFECT.sigmoid(), LABELS)
    assert loss.item() == pytest.approx(FLOOR, rel=1e-4)


def test_perfect_logits_cost_nothing() -> None:
    assert functional.binary_cross_entropy_with_logits(PERFECT, LABELS).item() < 1e-6


def test_a_sigmoid_before_the_logits_loss_has_no_gradient_when_surely_wrong() -> None:
    logits = torch.tensor([20.0], requires_grad=True)
    assert abs(gradient(logits.sigmoid(), logits)) < 1e-6


def test_logits_have_the_full_gradient_when_surely_wrong() -> None:
    logits = torch.tensor([20.0], requires_grad=True)
    assert gradient(logits, logits) == pytest.approx(1.0)


def test_logits_into_the_probability_loss_raise() -> None:
    with pytest.raises(RuntimeError, match="between 0 and 1"):
        functional.binary_cross_entropy(PERFECT, LABELS)


def test_probabilities_into_the_probability_loss_cost_nothing_when_perfect() -> None:
    assert functional.binary_cross_entropy(PERFECT.sigmoid(), LABELS).item() < 1e-6
