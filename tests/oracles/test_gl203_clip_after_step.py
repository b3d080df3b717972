"""GL203: a clip between the step and the next clearing changes no weight at all: the training is
bit for bit the unclipped one.
Source: Pascanu, Mikolov, Bengio 2013 (arXiv:1211.5063), algorithm 1; torch clip_grad_norm_.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from .gradient_measures import ROUNDING
from .steep_regression import UNBOUNDED, SteepRegression

THRESHOLD, STEPS = 1.0, 3

Step = Callable[[SteepRegression], None]


def without_clip(steep: SteepRegression) -> None:
    steep.optimizer.step()


def clip_after_step(steep: SteepRegression) -> None:
    steep.optimizer.step()
    clip_grad_norm_(steep.model.parameters(), THRESHOLD)


def clip_before_step(steep: SteepRegression) -> None:
    clip_grad_norm_(steep.model.parameters(), THRESHOLD)
    steep.optimizer.step()


def update_of(step: Step) -> Tensor:
    torch.manual_seed(0)
    steep = SteepRegression()
    for _ in range(STEPS):
        steep.optimizer.zero_grad()
        steep.loss().backward()
        step(steep)
    return steep.update()


def test_a_clip_after_the_step_changes_nothing() -> None:
    assert torch.equal(update_of(clip_after_step), update_of(without_clip))


def test_a_clip_after_the_step_leaves_the_update_unbounded() -> None:
    assert update_of(clip_after_step).norm().item() > UNBOUNDED


def test_a_clip_before_the_step_bounds_the_update() -> None:
    assert update_of(clip_before_step).norm().item() <= STEPS * THRESHOLD * (1 + ROUNDING)
