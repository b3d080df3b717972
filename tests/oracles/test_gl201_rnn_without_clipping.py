"""GL201: over a long sequence one gradient can be so large that a single unclipped step saturates
every unit: the output turns nearly constant and the gradient that could repair it is gone.
Source: Pascanu, Mikolov, Bengio 2013 (arXiv:1211.5063), section 3; keras-team/keras issue 3425.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .gradient_measures import ROUNDING, flat_values, gradient_norm

LEARNING_RATE, THRESHOLD = 0.05, 1.0
SHORT, LONG = 3, 60
# Recurrent weights that training can grow into; an orthogonal start has gain 1.
GROWN_GAIN, START_GAIN = 3.0, 1.0
HUGE, ORDINARY = 1e4, 1e2
# Past this |h| the slope of tanh is below 2%.
SATURATED = 0.99
SEEDS = (0, 1, 2, 3)


@dataclass(frozen=True)
class FirstStep:
    norm: float
    moved: float
    saturated: float
    recurrent_norm_after: float


def first_step(*, clip: bool, steps: int = LONG, gain: float = GROWN_GAIN) -> FirstStep:
    recurrent, head = nn.RNN(1, 16), nn.Linear(16, 1)
    parameters = [*recurrent.parameters(), *head.parameters()]
    nn.init.orthogonal_(recurrent.get_parameter("weight_hh_l0"), gain)
    optimizer = torch.optim.SGD(parameters, lr=LEARNING_RATE)
    inputs = torch.randn(steps, 32, 1)
    targets = inputs.mean(0) * 4

    def backward() -> Tensor:
        optimizer.zero_grad()
        state: Tensor = recurrent(inputs)[0][-1]
        (head(state) - targets).pow(2).mean().backward()
        return state.detach()

    backward()
    norm, before = gradient_norm(parameters), flat_values(parameters)
    if clip:
        nn.utils.clip_grad_norm_(parameters, THRESHOLD)
    optimizer.step()
    moved = (flat_values(parameters) - before).norm().item()
    saturated = (backward().abs() > SATURATED).float().mean().item()
    return FirstStep(norm, moved, saturated, gradient_norm(recurrent.parameters()))


def mean_saturation(*, clip: bool) -> float:
    shares = []
    for seed in SEEDS:
        torch.manual_seed(seed)
        shares.append(first_step(clip=clip).saturated)
    return sum(shares) / len(shares)


def test_the_gradient_of_a_long_sequence_is_huge() -> None:
    assert first_step(clip=False).norm > HUGE


def test_the_gradient_of_a_short_sequence_is_ordinary() -> None:
    assert first_step(clip=False, steps=SHORT).norm < ORDINARY


def test_the_gradient_at_an_orthogonal_start_is_ordinary() -> None:
    assert first_step(clip=False, gain=START_GAIN).norm < ORDINARY


def test_an_unclipped_step_throws_the_weights_far_away() -> None:
    assert first_step(clip=False).moved > HUGE * LEARNING_RATE


def test_a_clipped_step_moves_by_the_learning_rate_times_the_threshold() -> None:
    assert first_step(clip=True).moved <= LEARNING_RATE * THRESHOLD * (1 + ROUNDING)


def test_one_unclipped_step_saturates_the_hidden_units() -> None:
    assert mean_saturation(clip=False) > 0.9


def test_one_clipped_step_leaves_most_hidden_units_working() -> None:
    assert mean_saturation(clip=True) < 0.5


def test_after_an_unclipped_step_no_gradient_is_left_to_come_back() -> None:
    assert first_step(clip=False).recurrent_norm_after < 1e-3


def test_after_a_clipped_step_the_recurrence_still_has_a_gradient() -> None:
    assert first_step(clip=True).recurrent_norm_after > 1.0


def test_an_lstm_with_grown_weights_explodes_as_well() -> None:
    network = nn.LSTM(1, 16)
    nn.init.normal_(network.get_parameter("weight_hh_l0"), std=GROWN_GAIN)
    network(torch.randn(LONG, 32, 1))[0][-1].sum().backward()
    assert gradient_norm(network.parameters()) > HUGE


def test_an_lstm_at_its_default_start_does_not() -> None:
    network = nn.LSTM(1, 16)
    network(torch.randn(LONG, 32, 1))[0][-1].mean().backward()
    assert gradient_norm(network.parameters()) < ORDINARY
