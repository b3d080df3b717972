"""GL505: the root of a sum of squares has a NaN gradient at 0 and a division by a norm or a count
that is 0 gives NaN; an epsilon inside the root, a clamp, and torch's own norm do not.
Source: torch.sqrt and torch.linalg.vector_norm documentation (the subgradient of a norm at 0 is 0).
"""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

Scalar = Callable[[Tensor], Tensor]


def root_of_squares(x: Tensor) -> Tensor:
    return torch.sqrt(x.pow(2).sum())


def torch_norm(x: Tensor) -> Tensor:
    norm: Tensor = x.norm()
    return norm


def unit_vector_sum(x: Tensor) -> Tensor:
    return (x / torch_norm(x)).sum()


def epsilon_outside(x: Tensor) -> Tensor:
    return 1 / (torch.sqrt(x.pow(2).sum()) + 1e-8)


def root_with_epsilon(x: Tensor) -> Tensor:
    return torch.sqrt(x.pow(2).sum() + 1e-8)


def clamped_unit_vector_sum(x: Tensor) -> Tensor:
    return (x / torch_norm(x).clamp(min=1e-8)).sum()


def gradient_at_zero(function: Scalar) -> Tensor:
    x = torch.zeros(3, requires_grad=True)
    function(x).backward()
    assert x.grad is not None
    return x.grad


@pytest.mark.parametrize("function", [root_of_squares, unit_vector_sum, epsilon_outside])
def test_an_unguarded_root_or_division_has_no_finite_gradient_at_zero(function: Scalar) -> None:
    assert not gradient_at_zero(function).isfinite().any()


@pytest.mark.parametrize("function", [root_with_epsilon, clamped_unit_vector_sum, torch_norm])
def test_a_guarded_root_or_division_has_a_finite_gradient_at_zero(function: Scalar) -> None:
    assert gradient_at_zero(function).isfinite().all()


def masked_mean(losses: Tensor, mask: Tensor, least: float) -> Tensor:
    return (losses * mask).sum() / mask.sum().clamp(min=least)


def test_a_masked_mean_over_an_empty_mask_is_nan() -> None:
    assert masked_mean(torch.ones(3), torch.zeros(3), least=0.0).isnan()


def test_a_masked_mean_over_at_least_one_is_zero() -> None:
    assert masked_mean(torch.ones(3), torch.zeros(3), least=1.0).item() == 0.0
