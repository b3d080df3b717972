"""GL103: at torch's default initialisation the gradient of an ungated recurrence fades like
0.577^T, so that nothing of it is left after 50 steps; a short sequence or an open gate keeps it.
Source: Bengio, Simard, Frasconi 1994; Hochreiter and Schmidhuber 1997; torch.nn.RNN documentation.
"""

import pytest
import torch
from torch import nn

from .gradient_measures import reach_back

UNITS, FEATURES = 64, 16
SHORT, LONG = 5, 50
# Below this share the first input's part is lost in float32 beside the last input's.
LOST = 1e-7
ALIVE = 1e-2
# A forget gate of sigmoid(4) = 0.98 forgets 60% over 50 steps, not everything.
OPEN_FORGET_BIAS = 4.0


def reach_of(network: nn.RNN | nn.LSTM, steps: int) -> float:
    return reach_back(lambda inputs: network(inputs)[0], steps, FEATURES)


def test_the_default_recurrent_matrix_has_spectral_radius_one_over_root_three() -> None:
    matrix = nn.RNN(FEATURES, 512).get_parameter("weight_hh_l0").detach()
    radius = torch.linalg.eigvals(matrix).abs().max().item()
    assert radius == pytest.approx(3**-0.5, rel=0.1)


def test_an_ungated_recurrence_loses_the_gradient_over_fifty_steps() -> None:
    assert reach_of(nn.RNN(FEATURES, UNITS), LONG) < LOST


def test_the_gradient_fades_at_least_as_far_as_the_message_says() -> None:
    assert reach_of(nn.RNN(FEATURES, UNITS), LONG) <= 10 * 3 ** (-LONG / 2)


def test_an_ungated_recurrence_keeps_the_gradient_over_five_steps() -> None:
    assert reach_of(nn.RNN(FEATURES, UNITS), SHORT) > ALIVE


def test_an_lstm_with_an_open_forget_gate_keeps_the_gradient_over_fifty_steps() -> None:
    network = nn.LSTM(FEATURES, UNITS)
    with torch.no_grad():
        network.get_parameter("bias_ih_l0")[UNITS : 2 * UNITS] = OPEN_FORGET_BIAS
    assert reach_of(network, LONG) > ALIVE
