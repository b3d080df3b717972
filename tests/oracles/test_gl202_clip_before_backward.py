"""GL202: a clip that runs before the backward it is meant for bounds nothing; after it, or on
gradients that an earlier backward left behind on purpose, it does.
Source: Pascanu, Mikolov, Bengio 2013 (arXiv:1211.5063), algorithm 1; torch clip_grad_norm_.
"""

import pytest
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from .gradient_measures import ROUNDING
from .steep_regression import UNBOUNDED, SteepRegression

THRESHOLD = 1.0


def test_a_clip_before_backward_leaves_the_update_unbounded() -> None:
    steep = SteepRegression()
    clip_grad_norm_(steep.model.parameters(), THRESHOLD)
    steep.loss().backward()
    steep.optimizer.step()
    assert steep.update_norm() > UNBOUNDED


def test_a_clip_before_backward_on_zeroed_gradients_leaves_it_unbounded_too() -> None:
    steep = SteepRegression()
    steep.loss().backward()
    steep.optimizer.zero_grad(set_to_none=False)
    clip_grad_norm_(steep.model.parameters(), THRESHOLD)
    steep.loss().backward()
    steep.optimizer.step()
    assert steep.update_norm() > UNBOUNDED


def test_a_clip_before_backward_reports_a_norm_of_zero() -> None:
    assert clip_grad_norm_(SteepRegression().model.parameters(), THRESHOLD).item() == 0.0


def test_a_value_clip_before_the_first_backward_is_loud() -> None:
    with pytest.raises(RuntimeError):
        clip_grad_value_(SteepRegression().model.parameters(), THRESHOLD)


def test_a_clip_after_backward_bounds_the_update() -> None:
    steep = SteepRegression()
    steep.loss().backward()
    clip_grad_norm_(steep.model.parameters(), THRESHOLD)
    steep.optimizer.step()
    assert steep.update_norm() <= THRESHOLD * (1 + ROUNDING)


def test_a_clip_written_above_backward_is_sound_when_gradients_are_carried() -> None:
    steep = SteepRegression()
    for micro_batch in range(3):
        if micro_batch == 2:
            clip_grad_norm_(steep.model.parameters(), THRESHOLD)
            steep.optimizer.step()
            steep.optimizer.zero_grad()
        steep.loss().backward()
    assert 0.0 < steep.update_norm() <= THRESHOLD * (1 + ROUNDING)
