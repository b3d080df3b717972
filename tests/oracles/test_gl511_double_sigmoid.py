"""GL511: the sigmoid of a sigmoid lies between 0.5 and 0.731, so that no negative can be predicted
and the loss has a floor; a single sigmoid learns the same labels.
Source: Glorot and Bengio 2010 (saturation); torch.nn.BCELoss documentation.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

Output = Callable[[Tensor], Tensor]

# The best that probabilities of 0.731 for one half and 0.5 for the other can cost.
FLOOR = (math.log1p(math.exp(-1)) + math.log(2)) / 2


def once(logits: Tensor) -> Tensor:
    return logits.sigmoid()


def twice(logits: Tensor) -> Tensor:
    return logits.sigmoid().sigmoid()


class Classifier:
    """A separable task with as many positives as negatives."""

    def __init__(self, output: Output) -> None:
        inputs = torch.tensor([-2.0, -1.0, 1.0, 2.0]).repeat(8).unsqueeze(1)
        labels = (inputs > 0).float()
        model = nn.Linear(1, 1)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.3)
        for _ in range(150):
            optimizer.zero_grad()
            functional.binary_cross_entropy(output(model(inputs)), labels).backward()
            optimizer.step()
        self.probabilities = output(model(inputs)).detach()
        self.loss = functional.binary_cross_entropy(self.probabilities, labels).item()


def gradient_at_zero(output: Output) -> float:
    logit = torch.zeros((), requires_grad=True)
    output(logit).backward()
    assert logit.grad is not None
    return logit.grad.item()


def test_a_double_sigmoid_never_predicts_a_negative() -> None:
    assert Classifier(twice).probabilities.min().item() >= 0.5


def test_a_single_sigmoid_predicts_negatives() -> None:
    assert Classifier(once).probabilities.min().item() < 0.05


def test_a_double_sigmoid_cannot_get_below_its_floor() -> None:
    assert Classifier(twice).loss >= FLOOR * 0.9999


def test_a_single_sigmoid_goes_far_below_it() -> None:
    assert Classifier(once).loss < 0.1 * FLOOR


def test_a_double_sigmoid_has_less_than_a_sixteenth_of_the_gradient() -> None:
    assert gradient_at_zero(twice) < 1 / 16


def test_a_single_sigmoid_has_a_quarter() -> None:
    assert gradient_at_zero(once) == 0.25
