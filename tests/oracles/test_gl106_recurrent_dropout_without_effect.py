"""GL106: the dropout argument of a recurrent layer works between stacked layers only, so that a
single layer ignores it, with a warning; two layers use it.
Source: PyTorch documentation (torch.nn.LSTM, argument dropout).
"""

import warnings

import pytest
import torch
from torch import nn


def outputs_differ(layers: int) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = nn.LSTM(4, 8, num_layers=layers, dropout=0.5)
    inputs = torch.randn(6, 2, 4)
    return not torch.equal(network(inputs)[0], network(inputs)[0])


def test_dropout_on_a_single_layer_drops_nothing() -> None:
    assert not outputs_differ(layers=1)


def test_dropout_between_two_layers_drops() -> None:
    assert outputs_differ(layers=2)


def test_torch_warns_of_dropout_on_a_single_layer() -> None:
    with pytest.warns(UserWarning, match="dropout"):
        nn.LSTM(4, 8, num_layers=1, dropout=0.5)
