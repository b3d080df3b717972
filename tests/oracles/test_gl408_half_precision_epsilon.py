"""GL408: an epsilon of 1e-8 is zero in float16, so that the division it guards gives NaN, and a
mask of -1e9 does not fit; an epsilon and a mask taken from the dtype do their work.
Source: Micikevicius et al. 2018 (arXiv:1710.03740); torch.finfo documentation.
"""

import pytest
import torch
from torch import nn


def weights_after_adam(epsilon: float) -> torch.Tensor:
    weights = nn.Parameter(torch.ones(4, dtype=torch.float16))
    weights.grad = torch.zeros_like(weights)
    torch.optim.Adam([weights], lr=1e-3, eps=epsilon).step()
    return weights.detach()


def test_an_epsilon_of_1e_8_is_zero_in_float16() -> None:
    assert torch.tensor(1e-8, dtype=torch.float16).item() == 0.0


def test_adam_with_its_default_epsilon_turns_idle_float16_weights_into_nan() -> None:
    assert weights_after_adam(1e-8).isnan().all()


def test_adam_with_an_epsilon_that_float16_can_hold_keeps_them() -> None:
    assert torch.equal(weights_after_adam(1e-4), torch.ones(4, dtype=torch.float16))


def test_a_mask_of_minus_1e9_is_refused_in_float16() -> None:
    with pytest.raises(RuntimeError, match="without overflow"):
        torch.zeros(2, dtype=torch.float16).masked_fill(torch.tensor([True, False]), -1e9)


def test_a_mask_of_the_smallest_number_of_the_dtype_is_accepted() -> None:
    lowest = torch.finfo(torch.float16).min
    masked = torch.zeros(2, dtype=torch.float16).masked_fill(torch.tensor([True, False]), lowest)
    assert masked.softmax(0).tolist() == [0.0, 1.0]
