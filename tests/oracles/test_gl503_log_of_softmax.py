"""GL503: log(softmax(x)) underflows to -inf with a NaN gradient once two logits are some 104 apart;
log_softmax, equal to it everywhere else, is finite.
Source: torch.nn.functional.log_softmax documentation (numerically unstable in two steps).
"""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

LogProbability = Callable[[Tensor], Tensor]


def two_steps(logits: Tensor) -> Tensor:
    return torch.log(torch.softmax(logits, -1))


def one_step(logits: Tensor) -> Tensor:
    return torch.log_softmax(logits, -1)


def gradient(log_probability: LogProbability) -> Tensor:
    logits = torch.tensor([0.0, -200.0], requires_grad=True)
    log_probability(logits)[1].backward()
    assert logits.grad is not None
    return logits.grad


def test_the_log_of_a_softmax_is_minus_infinity_for_far_logits() -> None:
    assert two_steps(torch.tensor([0.0, -200.0]))[1].item() == float("-inf")


def test_the_log_of_a_softmax_has_a_nan_gradient_there() -> None:
    assert gradient(two_steps).isnan().all()


def test_log_softmax_is_exact_for_far_logits() -> None:
    assert one_step(torch.tensor([0.0, -200.0]))[1].item() == pytest.approx(-200.0)


def test_log_softmax_has_the_right_gradient_there() -> None:
    assert gradient(one_step).tolist() == pytest.approx([-1.0, 1.0])


def test_both_agree_for_ordinary_logits_so_that_the_fix_is_safe() -> None:
    logits = torch.randn(100, 10)
    assert torch.allclose(two_steps(logits), one_step(logits), atol=1e-6)
