"""Parameters in; the size, direction and reach of their gradients out."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

# Measured norms carry float32 rounding and the 1e-6 that torch adds to the norm it divides by.
ROUNDING = 1e-4


def flat_gradient(parameters: Iterable[Tensor]) -> Tensor:
    """All gradients as one vector, zeros where there is none."""
    return torch.cat(
        [(torch.zeros_like(p) if p.grad is None else p.grad).detach().flatten() for p in parameters]
    )


def gradient_norm(parameters: Iterable[Tensor]) -> float:
    """The global 2-norm of the gradients."""
    return float(flat_gradient(parameters).norm())


def flat_values(parameters: Iterable[Tensor]) -> Tensor:
    """A copy of all parameters as one vector."""
    return torch.cat([p.detach().flatten() for p in parameters])


def cosine(left: Tensor, right: Tensor) -> float:
    """The cosine of the angle between two vectors."""
    return torch.nn.functional.cosine_similarity(left, right, dim=0).item()


def reach_back(states: Callable[[Tensor], Tensor], steps: int, features: int) -> float:
    """How much of the gradient at the last of `steps` inputs still arrives at the first one.

    `states` maps inputs (time, batch, features) to the hidden state at every time step.
    """
    inputs = torch.randn(steps, 8, features, requires_grad=True)
    states(inputs)[-1].pow(2).sum().backward()
    assert inputs.grad is not None
    by_step = inputs.grad.flatten(1).norm(dim=1)
    return float(by_step[0] / by_step[-1])
