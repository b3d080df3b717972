"""GL801: small gradients underflow to zero in float16; scaled by 65536 before backward they are all
there, and in bfloat16 they need no scaling.
Source: Micikevicius et al. 2018 (arXiv:1710.03740), section 3.2.
"""

import torch
from torch import nn

SCALE = 65536.0
# A mean over many small terms: gradients near 1e-8, below the least float16 of 6e-8.
WEIGHT_OF_A_TERM = 1e-8


def share_of_gradients_left(dtype: torch.dtype, scale: float) -> float:
    model = nn.Linear(64, 8).to(dtype)
    output = model(torch.randn(1, 64).to(dtype))
    (output.float().sum() * WEIGHT_OF_A_TERM * scale).backward()
    assert model.weight.grad is not None
    return (model.weight.grad != 0).float().mean().item()


def test_small_gradients_vanish_in_float16() -> None:
    assert share_of_gradients_left(torch.float16, 1.0) < 0.01


def test_small_gradients_survive_in_float16_when_scaled() -> None:
    assert share_of_gradients_left(torch.float16, SCALE) > 0.99


def test_small_gradients_survive_in_bfloat16_unscaled() -> None:
    assert share_of_gradients_left(torch.bfloat16, 1.0) > 0.99
