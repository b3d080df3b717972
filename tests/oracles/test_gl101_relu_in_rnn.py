"""GL101: an unbounded activation lets the recurrent state and its gradient grow geometrically;
tanh does not, a GRU hardly, and clipping bounds the update but not the forward state.
Source: Pascanu, Mikolov, Bengio 2013 (arXiv:1211.5063); Le, Jaitly, Hinton 2015 (arXiv:1504.00941).
"""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from .gradient_measures import gradient_norm

Activation = Callable[[Tensor], Tensor]

# A recurrent matrix barely over the bound of 1, over a sequence of ordinary length.
GAIN, STEPS = 1.1, 100
# Open gates double an LSTM(relu) state at each step: past 128 doublings float32 is over.
STEPS_TO_OVERFLOW = 200
THRESHOLD = 1.0
# A target of order 10 is reached through the output layer: no useful state is as large as this.
RUNAWAY = 1_000.0
# Where a single run ends is chaotic; the claim is that the state can run away, not that it must.
SEEDS = (0, 2)


def gradient_through_time(nonlinearity: str, gain: float) -> float:
    network = nn.RNN(4, 4, nonlinearity=nonlinearity, bias=False)
    with torch.no_grad():
        network.get_parameter("weight_hh_l0").copy_(gain * torch.eye(4))
        network.get_parameter("weight_ih_l0").zero_()
    first = torch.ones(1, 1, 4, requires_grad=True)
    _, last = network(torch.zeros(STEPS, 1, 4), first)
    last[0, 0, 0].backward()
    assert first.grad is not None
    return first.grad[0, 0, 0].item()


def lstm_states(inputs: Tensor, recurrent: Tensor, act: Activation, openness: float) -> Tensor:
    hidden = cell = inputs.new_zeros(inputs.shape[1], recurrent.shape[0])
    states = []
    for now in inputs:
        i, f, g, o = (now + hidden @ recurrent).chunk(4, -1)
        cell = torch.sigmoid(f + openness) * cell + torch.sigmoid(i + openness) * act(g)
        hidden = torch.sigmoid(o + openness) * act(cell)
        states.append(hidden)
    return torch.stack(states)


def gru_states(inputs: Tensor, recurrent: Tensor, act: Activation) -> Tensor:
    # An open reset gate and a half-open update gate: the worst that gates can do to a GRU.
    hidden = inputs.new_zeros(inputs.shape[1], recurrent.shape[0])
    states = []
    for now in inputs:
        candidate = act(now + hidden @ recurrent)
        hidden = 0.5 * hidden + 0.5 * candidate
        states.append(hidden)
    return torch.stack(states)


def open_lstm_states(act: Activation) -> Tensor:
    units = 4
    only_candidate = torch.zeros(units, 4 * units)
    only_candidate[:, 2 * units : 3 * units] = torch.eye(units)
    return lstm_states(torch.ones(STEPS_TO_OVERFLOW, 1, 4 * units), only_candidate, act, 4.0)


class Summing(nn.Module):
    """An LSTM of 16 units that learns the scaled sum of 100 numbers from [0, 1]."""

    def __init__(self, act: Activation) -> None:
        super().__init__()
        self.act = act
        self.embed = nn.Linear(1, 64)
        self.recurrent = nn.Parameter(
            torch.cat([nn.init.orthogonal_(torch.empty(16, 16)) for _ in range(4)], 1)
        )
        self.head = nn.Linear(16, 1)

    def states(self, inputs: Tensor) -> Tensor:
        return lstm_states(self.embed(inputs), self.recurrent, self.act, 0.0)


def train_clipped(act: Activation, seed: int) -> tuple[float, float]:
    """The largest state and the largest clipped gradient norm in 20 steps."""
    torch.manual_seed(seed)
    network = Summing(act)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    inputs = torch.rand(100, 16, 1)
    targets = inputs.mean(0) * 10
    largest_state = largest_norm = 0.0
    for _ in range(20):
        optimizer.zero_grad()
        states = network.states(inputs)
        (network.head(states[-1]) - targets).pow(2).mean().backward()
        nn.utils.clip_grad_norm_(network.parameters(), THRESHOLD)
        largest_norm = max(largest_norm, gradient_norm(network.parameters()))
        optimizer.step()
        largest_state = max(largest_state, states.abs().max().item())
    return largest_state, largest_norm


def test_a_relu_recurrence_multiplies_the_gradient_by_its_gain_at_every_step() -> None:
    assert gradient_through_time("relu", GAIN) == pytest.approx(GAIN**STEPS, rel=1e-3)


def test_a_relu_recurrence_below_gain_one_vanishes_just_as_exactly() -> None:
    assert gradient_through_time("relu", 0.9) == pytest.approx(0.9**STEPS, rel=1e-3)


def test_a_tanh_recurrence_of_the_same_gain_does_not_grow() -> None:
    assert gradient_through_time("tanh", GAIN) < 1.0


def test_the_state_of_a_relu_lstm_with_open_gates_overflows() -> None:
    assert open_lstm_states(torch.relu).isinf().any()


def test_the_state_of_a_tanh_lstm_with_the_same_weights_stays_below_one() -> None:
    assert open_lstm_states(torch.tanh).abs().max().item() <= 1.0


def test_the_state_of_a_relu_gru_with_the_same_recurrent_matrix_grows_only_linearly() -> None:
    states = gru_states(torch.ones(STEPS_TO_OVERFLOW, 1, 4), torch.eye(4), torch.relu)
    assert states.max().item() <= STEPS_TO_OVERFLOW


def test_clipping_does_not_bound_the_forward_state_of_a_relu_lstm() -> None:
    largest_state = max(train_clipped(torch.relu, seed)[0] for seed in SEEDS)
    assert largest_state > RUNAWAY


def test_a_tanh_lstm_trained_the_same_way_keeps_its_state_below_one() -> None:
    largest_state = max(train_clipped(torch.tanh, seed)[0] for seed in SEEDS)
    assert largest_state <= 1.0


def test_the_clip_that_does_not_help_was_at_work_all_the_while() -> None:
    _, largest_norm = train_clipped(torch.relu, 0)
    assert largest_norm <= THRESHOLD * 1.001
