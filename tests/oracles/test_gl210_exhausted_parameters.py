"""GL210: an iterator of parameters that the optimizer has consumed is empty when the clip reads it,
so that nothing is clipped; torch warns of a generator and of nothing else. A list is read twice.
Source: pytorch/pytorch issue 148259 and pull request 151529.
"""

import warnings
from collections.abc import Callable, Iterable

import pytest
import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_

from .gradient_measures import ROUNDING
from .steep_regression import UNBOUNDED, SteepRegression

THRESHOLD = 1.0

Parameters = Iterable[nn.Parameter]


def update_norm(parameters_of: Callable[[nn.Module], Parameters]) -> float:
    steep = SteepRegression()
    parameters = parameters_of(steep.model)
    steep.optimizer = torch.optim.SGD(parameters, lr=1.0)
    steep.loss().backward()
    clip_grad_norm_(parameters, THRESHOLD)
    steep.optimizer.step()
    return steep.update_norm()


def generator(model: nn.Module) -> Parameters:
    return model.parameters()


def filtered(model: nn.Module) -> Parameters:
    return filter(lambda parameter: parameter.requires_grad, model.parameters())


def listed(model: nn.Module) -> Parameters:
    return list(model.parameters())


@pytest.mark.filterwarnings("ignore:.*empty generator")
def test_a_generator_used_for_optimizer_and_clip_clips_nothing() -> None:
    assert update_norm(generator) > UNBOUNDED


@pytest.mark.skipif(torch.__version__ < "2.8", reason="torch warns since 2.8")
def test_torch_warns_of_an_empty_generator() -> None:
    with pytest.warns(UserWarning, match="empty generator"):
        update_norm(generator)


def test_a_filter_used_for_both_clips_nothing_and_torch_is_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert update_norm(filtered) > UNBOUNDED


def test_a_list_used_for_both_bounds_the_update() -> None:
    assert update_norm(listed) <= THRESHOLD * (1 + ROUNDING)
