"""GL501: cross-entropy of a softmax output cannot fall below a floor (1.461 for ten classes) and
has no gradient where the model is surely wrong; logits have neither fault, log_softmax is exact.
Source: torch.nn.CrossEntropyLoss documentation (the input is expected to contain logits).
"""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

CLASSES = 10
# With probability 1 on the right class the loss is ln(e + 9) - 1.
FLOOR = math.log(math.e + CLASSES - 1) - 1
VANISHED = 1e-6

Output = Callable[[Tensor], Tensor]


def softmax(logits: Tensor) -> Tensor:
    return logits.softmax(-1)


def log_softmax(logits: Tensor) -> Tensor:
    return logits.log_softmax(-1)


def identity(logits: Tensor) -> Tensor:
    return logits


def loss_of_perfect_answers(output: Output) -> float:
    labels = torch.arange(CLASSES)
    return functional.cross_entropy(output(50.0 * torch.eye(CLASSES)), labels).item()


def gradient_when_surely_wrong(output: Output) -> Tensor:
    logits = torch.tensor([[50.0, 0.0, 0.0]], requires_grad=True)
    functional.cross_entropy(output(logits), torch.tensor([1])).backward()
    assert logits.grad is not None
    return logits.grad


def trained_loss(output: Output) -> float:
    labels = torch.arange(CLASSES).repeat(8)
    inputs = torch.eye(CLASSES)[labels] + 0.1 * torch.randn(len(labels), CLASSES)
    model = nn.Linear(CLASSES, CLASSES)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    for _ in range(150):
        optimizer.zero_grad()
        functional.cross_entropy(output(model(inputs)), labels).backward()
        optimizer.step()
    return functional.cross_entropy(output(model(inputs)), labels).item()


def test_perfect_answers_through_a_softmax_cost_the_floor() -> None:
    assert loss_of_perfect_answers(softmax) == pytest.approx(FLOOR, rel=1e-4)


def test_perfect_logits_cost_nothing() -> None:
    assert loss_of_perfect_answers(identity) < 1e-6


def test_training_through_a_softmax_stays_above_the_floor() -> None:
    assert trained_loss(softmax) >= FLOOR


def test_training_on_logits_goes_far_below_it() -> None:
    assert trained_loss(identity) < 0.1 * FLOOR


def test_a_surely_wrong_softmax_has_no_gradient() -> None:
    assert gradient_when_surely_wrong(softmax).abs().max().item() < VANISHED


def test_surely_wrong_logits_have_the_full_gradient() -> None:
    assert gradient_when_surely_wrong(identity).abs().max().item() == pytest.approx(1.0)


def test_a_log_softmax_before_cross_entropy_is_redundant_and_exact() -> None:
    assert torch.allclose(
        gradient_when_surely_wrong(log_softmax), gradient_when_surely_wrong(identity)
    )
