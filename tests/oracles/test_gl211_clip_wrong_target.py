"""GL211: a clip of the gradients themselves, of a state_dict, of another network, or a clamp whose
result is dropped or only rebound changes no update; the same clip at its right target does.
Source: torch.nn.utils.clip_grad_norm_ and torch.Tensor.clamp documentation.
"""

from collections.abc import Callable

import pytest
from torch import nn
from torch.nn.utils import clip_grad_norm_

from .gradient_measures import ROUNDING
from .steep_regression import UNBOUNDED, SteepRegression

THRESHOLD = 1.0

Clip = Callable[[nn.Module], object]


def clip_the_gradients_themselves(model: nn.Module) -> None:
    clip_grad_norm_([p.grad for p in model.parameters() if p.grad is not None], THRESHOLD)


def clip_the_state_dict(model: nn.Module) -> None:
    clip_grad_norm_(model.state_dict().values(), THRESHOLD)


def clip_another_network(_: nn.Module) -> None:
    clip_grad_norm_(nn.Linear(4, 1).parameters(), THRESHOLD)


def drop_the_clamped(model: nn.Module) -> None:
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad.clamp(-THRESHOLD, THRESHOLD)


def rebind_the_clamped(model: nn.Module) -> None:
    for parameter in model.parameters():
        gradient = parameter.grad
        if gradient is not None:
            gradient = gradient.clamp(-THRESHOLD, THRESHOLD)


def clip_the_parameters(model: nn.Module) -> None:
    clip_grad_norm_(model.parameters(), THRESHOLD)


def clamp_in_place(model: nn.Module) -> None:
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad.clamp_(-THRESHOLD, THRESHOLD)


def assign_the_clamped(model: nn.Module) -> None:
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad = parameter.grad.clamp(-THRESHOLD, THRESHOLD)


def largest_change(clip: Clip) -> float:
    steep = SteepRegression()
    steep.loss().backward()
    clip(steep.model)
    steep.optimizer.step()
    return steep.update().abs().max().item()


@pytest.mark.parametrize(
    "clip",
    [
        clip_the_gradients_themselves,
        clip_the_state_dict,
        clip_another_network,
        drop_the_clamped,
        rebind_the_clamped,
    ],
)
def test_a_clip_at_the_wrong_target_leaves_the_update_unbounded(clip: Clip) -> None:
    assert largest_change(clip) > UNBOUNDED


@pytest.mark.parametrize("clip", [clip_the_parameters, clamp_in_place, assign_the_clamped])
def test_a_clip_at_the_right_target_bounds_the_update(clip: Clip) -> None:
    assert largest_change(clip) <= THRESHOLD * (1 + ROUNDING)


@pytest.mark.parametrize("wrong", ["module", "named parameters"])
def test_a_module_or_named_parameters_are_refused_loudly(wrong: str) -> None:
    model = nn.Linear(4, 1)
    target = {"module": model, "named parameters": model.named_parameters()}[wrong]
    with pytest.raises((TypeError, AttributeError)):
        clip_grad_norm_(target, THRESHOLD)  # type: ignore[arg-type]
