"""GL506: where() keeps the singular value out of the result but not out of the gradient, for 0
times inf is NaN; a where inside the function as well, or boolean indexing, keeps it out of both.
Source: pytorch/pytorch issue 68425; JAX documentation, FAQ, "gradients contain NaN using where".
"""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

Function = Callable[[Tensor], Tensor]

SINGULAR = [torch.sqrt, torch.log, torch.reciprocal]


def gradient_beside_the_singularity(safe: Function) -> Tensor:
    x = torch.tensor([0.0, 4.0], requires_grad=True)
    value = safe(x).sum()
    assert value.isfinite()
    value.backward()
    assert x.grad is not None
    return x.grad


@pytest.mark.parametrize("function", SINGULAR)
def test_a_where_outside_only_has_a_nan_gradient(function: Function) -> None:
    def outside(x: Tensor) -> Tensor:
        return torch.where(x > 0, function(x), 0.0)

    assert gradient_beside_the_singularity(outside)[0].isnan()


@pytest.mark.parametrize("function", SINGULAR)
def test_a_where_inside_as_well_has_a_zero_gradient(function: Function) -> None:
    def inside(x: Tensor) -> Tensor:
        return torch.where(x > 0, function(torch.where(x > 0, x, 1.0)), 0.0)

    assert gradient_beside_the_singularity(inside)[0].item() == 0.0


@pytest.mark.parametrize("function", SINGULAR)
def test_boolean_indexing_has_a_zero_gradient(function: Function) -> None:
    def indexed(x: Tensor) -> Tensor:
        return function(x[x > 0])

    assert gradient_beside_the_singularity(indexed)[0].item() == 0.0
