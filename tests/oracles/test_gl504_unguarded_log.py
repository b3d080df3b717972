"""GL504: the logarithm of a probability that has reached 0 is -inf and its gradient is not finite;
clamped, in log space, or as xlogy it stays finite.
Source: torch.nn.functional.logsigmoid and torch.xlogy documentation.
"""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

Log = Callable[[Tensor], Tensor]


def log_of_sigmoid(logit: Tensor) -> Tensor:
    return torch.log(torch.sigmoid(logit))


def log_of_one_minus_sigmoid(logit: Tensor) -> Tensor:
    return torch.log(1 - torch.sigmoid(logit))


def log_of_clamped_sigmoid(logit: Tensor) -> Tensor:
    return torch.log(torch.sigmoid(logit).clamp(min=1e-8))


def value_and_gradient(log: Log, at: float) -> Tensor:
    logit = torch.tensor(at, requires_grad=True)
    value = log(logit)
    value.backward()
    assert logit.grad is not None
    return torch.stack([value.detach(), logit.grad])


# 1 - sigmoid(x) is 0 in float32 from x = 17 on; sigmoid(x) itself only below x = -103.
@pytest.mark.parametrize(
    ("log", "at"), [(log_of_sigmoid, -200.0), (log_of_one_minus_sigmoid, 20.0)]
)
def test_an_unguarded_log_of_a_saturated_probability_is_not_finite(log: Log, at: float) -> None:
    assert not value_and_gradient(log, at).isfinite().any()


@pytest.mark.parametrize("log", [log_of_clamped_sigmoid, functional.logsigmoid])
def test_a_guarded_log_of_a_saturated_probability_is_finite(log: Log) -> None:
    assert value_and_gradient(log, -200.0).isfinite().all()


def test_logsigmoid_keeps_the_full_gradient() -> None:
    assert value_and_gradient(functional.logsigmoid, -200.0)[1].item() == pytest.approx(1.0)


def test_entropy_with_a_plain_log_is_nan_at_probability_zero() -> None:
    probability = torch.tensor(0.0)
    assert (probability * torch.log(probability)).isnan()


def test_entropy_with_xlogy_is_zero_at_probability_zero() -> None:
    probability = torch.tensor(0.0)
    assert torch.xlogy(probability, probability).item() == 0.0
