"""GL102: the initialiser's constants give the spectral radius of the recurrent matrix, and on
which side of 1 it lies decides whether a gradient grows or fades on its way through tanh.
Source: Pascanu, Mikolov, Bengio 2013 (arXiv:1211.5063), section 2; Girko's circular law.
"""

import math

import pytest
import torch
from torch import Tensor, nn

from .gradient_measures import reach_back

UNITS = 256
# The circular law holds for large matrices; one of 256 units strays by some per cent.
STRAY = 0.12
STEPS = 30
MUCH, LITTLE = 100.0, 0.01


def radius(matrix: Tensor) -> float:
    return float(torch.linalg.eigvals(matrix).abs().max())


def reach_with_gain(gain: float) -> float:
    network = nn.RNN(4, 64)
    nn.init.orthogonal_(network.get_parameter("weight_hh_l0"), gain)
    return reach_back(lambda inputs: network(inputs)[0], STEPS, 4)


@pytest.mark.parametrize("std", [0.02, 0.1, 0.5])
def test_a_normal_initialiser_gives_std_times_the_root_of_the_units(std: float) -> None:
    matrix = nn.init.normal_(torch.empty(UNITS, UNITS), std=std)
    assert radius(matrix) == pytest.approx(std * math.sqrt(UNITS), rel=STRAY)


@pytest.mark.parametrize("bound", [0.05, 1.0])
def test_a_uniform_initialiser_gives_bound_times_the_root_of_a_third(bound: float) -> None:
    matrix = nn.init.uniform_(torch.empty(UNITS, UNITS), -bound, bound)
    assert radius(matrix) == pytest.approx(bound * math.sqrt(UNITS / 3), rel=STRAY)


@pytest.mark.parametrize("gain", [0.5, 1.0, 2.0])
def test_an_orthogonal_initialiser_gives_its_gain(gain: float) -> None:
    assert radius(nn.init.orthogonal_(torch.empty(64, 64), gain)) == pytest.approx(gain, rel=1e-3)


def test_a_gradient_grows_through_tanh_when_the_radius_is_far_over_one() -> None:
    assert reach_with_gain(3.0) > MUCH


def test_a_gradient_fades_through_tanh_when_the_radius_is_below_one() -> None:
    assert reach_with_gain(0.8) < LITTLE
