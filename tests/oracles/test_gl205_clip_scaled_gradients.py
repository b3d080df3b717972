"""GL205: under a GradScaler the gradients are 65536 times too large until unscale_, so that a clip
before it cuts every update to a 65536th of the threshold; after it the clip is what it says.
Source: PyTorch documentation, automatic mixed precision examples, "Gradient clipping".
"""

import pytest
import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_

from .gradient_measures import ROUNDING, flat_values, gradient_norm

INITIAL_SCALE = 65536.0
# Well above the true gradient norm, which is of order 1: a clip that should not fire.
THRESHOLD = 100.0


class ScaledStep:
    """One step with learning rate 1 under a gradient scaler that works on the CPU."""

    def __init__(self, *, enabled: bool = True) -> None:
        self.model = nn.Linear(4, 1)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=1.0)
        self.scaler = torch.amp.GradScaler("cpu", enabled=enabled)
        inputs = torch.randn(32, 4)
        loss = (self.model(inputs) - 1).pow(2).mean()
        loss.backward(retain_graph=True)
        self.true_norm = gradient_norm(self.model.parameters())
        self.optimizer.zero_grad()
        self.scaler.scale(loss).backward()

    def clip(self) -> float:
        return clip_grad_norm_(self.model.parameters(), THRESHOLD).item()

    def step(self) -> float:
        before = flat_values(self.model.parameters())
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return float((flat_values(self.model.parameters()) - before).norm())


def test_a_clip_before_unscaling_measures_a_norm_65536_times_too_large() -> None:
    scaled = ScaledStep()
    assert scaled.clip() == pytest.approx(INITIAL_SCALE * scaled.true_norm, rel=ROUNDING)


def test_a_clip_before_unscaling_all_but_stops_the_training() -> None:
    scaled = ScaledStep()
    scaled.clip()
    assert scaled.step() == pytest.approx(THRESHOLD / INITIAL_SCALE, rel=0.01)


def test_a_clip_after_unscaling_measures_the_true_norm() -> None:
    scaled = ScaledStep()
    scaled.scaler.unscale_(scaled.optimizer)
    assert scaled.clip() == pytest.approx(scaled.true_norm, rel=ROUNDING)


def test_a_clip_after_unscaling_leaves_a_gradient_below_the_threshold_alone() -> None:
    scaled = ScaledStep()
    scaled.scaler.unscale_(scaled.optimizer)
    scaled.clip()
    assert scaled.step() == pytest.approx(scaled.true_norm, rel=ROUNDING)


def test_a_disabled_scaler_needs_no_unscaling() -> None:
    scaled = ScaledStep(enabled=False)
    scaled.clip()
    assert scaled.step() == pytest.approx(scaled.true_norm, rel=ROUNDING)


def test_unscaling_twice_is_loud() -> None:
    scaled = ScaledStep()
    scaled.scaler.unscale_(scaled.optimizer)
    with pytest.raises(RuntimeError, match="already been called"):
        scaled.scaler.unscale_(scaled.optimizer)
