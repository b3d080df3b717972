"""GL207: a clip at every micro-batch clips the earlier ones again and again, so that the first is
all but gone from the sum; one clip before the step keeps their equal shares.
Source: Pascanu, Mikolov, Bengio 2013 (arXiv:1211.5063), algorithm 1 (one clip per update).
"""

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from .gradient_measures import ROUNDING, cosine

MICRO_BATCHES, THRESHOLD = 4, 1.0
# Each micro-batch's own gradient has this norm, ten times the threshold.
NORM = 10.0


def accumulated(*, clip_each: bool) -> Tensor:
    """The gradient to be applied; component k is what is left of micro-batch k."""
    model = nn.Linear(MICRO_BATCHES, 1, bias=False)
    for inputs in torch.eye(MICRO_BATCHES):
        (NORM * model(inputs)).sum().backward()
        if clip_each:
            clip_grad_norm_(model.parameters(), THRESHOLD)
    clip_grad_norm_(model.parameters(), THRESHOLD)
    assert model.weight.grad is not None
    return model.weight.grad[0]


def test_a_clip_at_every_micro_batch_all_but_erases_the_first() -> None:
    shares = accumulated(clip_each=True)
    assert shares[0].item() < 0.01 * shares[-1].item()


def test_a_clip_at_every_micro_batch_turns_the_gradient() -> None:
    assert cosine(accumulated(clip_each=True), torch.ones(MICRO_BATCHES)) < 0.7


def test_one_clip_before_the_step_keeps_the_shares_equal() -> None:
    shares = accumulated(clip_each=False)
    assert shares[0].item() == pytest.approx(shares[-1].item(), rel=ROUNDING)


def test_one_clip_before_the_step_bounds_the_sum() -> None:
    assert accumulated(clip_each=False).norm().item() <= THRESHOLD * (1 + ROUNDING)
