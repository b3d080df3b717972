"""GL510: a comparison with NaN is never true, nor is identity with one, so that the guard never
fires; isnan sees it.
Source: IEEE 754; Python documentation (math.isnan).
"""

import math

import torch
from torch import Tensor


def nan_loss() -> Tensor:
    return torch.tensor(0.0) / torch.tensor(0.0)


def test_a_guard_that_compares_with_nan_does_not_fire() -> None:
    guard = nan_loss() == float("nan")
    assert not guard


def test_a_guard_that_asks_for_identity_with_nan_does_not_fire() -> None:
    assert nan_loss().item() is not math.nan


def test_a_guard_that_compares_with_a_bound_does_not_fire_either() -> None:
    assert not nan_loss() > 1e6


def test_a_guard_that_asks_isnan_fires() -> None:
    assert torch.isnan(nan_loss())
