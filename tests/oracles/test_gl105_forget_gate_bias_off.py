"""GL105: a forget gate that starts at bias 0 or below halves the cell at every step and forgets
a long sequence before training begins; bias 1, Keras's default, keeps far more of it.
Source: Gers, Schmidhuber, Cummins 2000; Jozefowicz, Zaremba, Sutskever 2015.
"""

import torch
from torch import nn

from .gradient_measures import reach_back

UNITS, FEATURES, STEPS = 64, 16, 50
# sigmoid(1) = 0.73 against sigmoid(0) = 0.5: over 50 steps a factor of 1e8, of which we ask 1e3.
MUCH_MORE = 1e3


def reach_with_bias(bias: float) -> float:
    network = nn.LSTM(FEATURES, UNITS)
    forget = slice(UNITS, 2 * UNITS)
    with torch.no_grad():
        network.get_parameter("bias_ih_l0")[forget] = bias
        network.get_parameter("bias_hh_l0")[forget] = 0.0
    return reach_back(lambda inputs: network(inputs)[0], STEPS, FEATURES)


def test_a_forget_bias_of_one_keeps_far_more_of_the_gradient_than_none() -> None:
    assert reach_with_bias(1.0) > MUCH_MORE * reach_with_bias(0.0)


def test_a_negative_forget_bias_keeps_even_less_than_none() -> None:
    assert reach_with_bias(-1.0) * MUCH_MORE < reach_with_bias(0.0)
