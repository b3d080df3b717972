"""GL204: clamping the signal inside the backward pass makes every earlier gradient wrong and still
bounds nothing; a clip of the finished gradient keeps its direction and bounds it.
Source: Pascanu, Mikolov, Bengio 2013 (arXiv:1211.5063), section 3.2; torch register_hook.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from .gradient_measures import ROUNDING, cosine, flat_gradient

BOUND = 1.0
# An exploding gradient, which is what one clips for: tanh, gain 3, 50 steps.
GAIN, STEPS = 3.0, 50
# Less than this and the update is nearer to a right angle than to the true direction.
MISLEADING = 0.5


def clamped(gradient: Tensor) -> Tensor:
    return gradient.clamp(-BOUND, BOUND)


def recurrent_cell() -> nn.RNNCell:
    torch.manual_seed(0)
    cell = nn.RNNCell(4, 16)
    nn.init.orthogonal_(cell.weight_hh, GAIN)
    return cell


def backward(cell: nn.RNNCell, *, clamp_states: bool = False) -> Tensor:
    inputs, hidden = torch.randn(STEPS, 8, 4), torch.zeros(8, 16)
    for now in inputs:
        hidden = cell(now, hidden)
        if clamp_states:
            hidden.register_hook(clamped)
    (hidden - 1).pow(2).sum().backward()
    return flat_gradient(cell.parameters())


def test_clamping_every_hidden_state_turns_the_gradient_away() -> None:
    truth = backward(recurrent_cell())
    assert cosine(backward(recurrent_cell(), clamp_states=True), truth) < MISLEADING


def test_clamping_every_hidden_state_does_not_bound_the_gradient() -> None:
    assert backward(recurrent_cell(), clamp_states=True).norm().item() > 10 * BOUND


def test_a_norm_clip_after_backward_keeps_the_direction() -> None:
    cell = recurrent_cell()
    truth = backward(cell)
    clip_grad_norm_(cell.parameters(), BOUND)
    assert cosine(flat_gradient(cell.parameters()), truth) > 1 - ROUNDING


def test_a_norm_clip_after_backward_bounds_the_gradient() -> None:
    cell = recurrent_cell()
    backward(cell)
    clip_grad_norm_(cell.parameters(), BOUND)
    assert flat_gradient(cell.parameters()).norm().item() <= BOUND * (1 + ROUNDING)


def test_a_hook_on_the_parameters_bounds_each_element() -> None:
    cell = recurrent_cell()
    for parameter in cell.parameters():
        parameter.register_hook(clamped)
    assert backward(cell).abs().max().item() <= BOUND


def test_a_hook_on_the_parameters_changes_the_direction() -> None:
    truth, cell = backward(recurrent_cell()), recurrent_cell()
    for parameter in cell.parameters():
        parameter.register_hook(clamped)
    assert cosine(backward(cell), truth) < 1 - ROUNDING


def test_a_hook_on_the_parameters_lets_accumulated_gradients_pass_the_bound() -> None:
    cell = recurrent_cell()
    for parameter in cell.parameters():
        parameter.register_hook(clamped)
    backward(cell)
    torch.manual_seed(0)
    assert backward(cell).abs().max().item() > BOUND


def test_a_post_accumulate_hook_bounds_accumulated_gradients() -> None:
    def clamp_in_place(parameter: Tensor) -> None:
        assert parameter.grad is not None
        parameter.grad.clamp_(-BOUND, BOUND)

    cell = recurrent_cell()
    for parameter in cell.parameters():
        parameter.register_post_accumulate_grad_hook(clamp_in_place)
    backward(cell)
    assert backward(cell).abs().max().item() <= BOUND
