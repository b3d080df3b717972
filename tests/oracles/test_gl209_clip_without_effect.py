"""GL209: in torch a threshold of 0 zeroes every gradient, a negative one turns the descent into an
ascent, and infinite or far too large ones never fire; an ordinary one bounds the update.
Source: torch.nn.utils.clip_grad_norm_ documentation; pytorch/pytorch issue 31367.
"""

import math

import pytest
import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from .gradient_measures import ROUNDING, cosine, flat_gradient
from .steep_regression import SteepRegression


def clipped_to(threshold: float) -> Tensor:
    torch.manual_seed(0)
    steep = SteepRegression()
    steep.loss().backward()
    clip_grad_norm_(steep.model.parameters(), threshold)
    return flat_gradient(steep.model.parameters())


def true_gradient() -> Tensor:
    torch.manual_seed(0)
    steep = SteepRegression()
    steep.loss().backward()
    return flat_gradient(steep.model.parameters())


def test_a_threshold_of_zero_zeroes_every_gradient() -> None:
    assert clipped_to(0.0).norm().item() == 0.0


def test_a_negative_threshold_reverses_the_gradient() -> None:
    assert cosine(clipped_to(-1.0), true_gradient()) == pytest.approx(-1.0, abs=ROUNDING)


def test_a_negative_value_bound_makes_every_element_that_bound() -> None:
    steep = SteepRegression()
    steep.loss().backward()
    clip_grad_value_(steep.model.parameters(), -1.0)
    assert (flat_gradient(steep.model.parameters()) == -1.0).all()


def test_an_infinite_threshold_changes_nothing() -> None:
    assert torch.equal(clipped_to(math.inf), true_gradient())


def test_a_threshold_far_above_the_norm_changes_nothing() -> None:
    assert torch.equal(clipped_to(1e6), true_gradient())


def test_a_threshold_of_one_bounds_the_gradient() -> None:
    assert clipped_to(1.0).norm().item() == pytest.approx(1.0, rel=ROUNDING)


def test_a_threshold_of_one_keeps_the_direction() -> None:
    assert cosine(clipped_to(1.0), true_gradient()) == pytest.approx(1.0, abs=ROUNDING)
