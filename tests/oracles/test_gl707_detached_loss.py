"""GL707: a loss rebuilt from its own number has no way back to the weights; with requires_grad set
by hand backward even runs in silence and trains nothing. The loss itself trains.
Source: torch.tensor and torch.Tensor.detach documentation.
"""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from .steep_regression import UNBOUNDED, SteepRegression

Rebuild = Callable[[Tensor], Tensor]


def from_item(loss: Tensor) -> Tensor:
    return torch.tensor(loss.item(), requires_grad=True)


def from_detach(loss: Tensor) -> Tensor:
    return loss.detach().requires_grad_(True)


def learnt(rebuild: Rebuild) -> float:
    steep = SteepRegression()
    rebuild(steep.loss()).backward()
    steep.optimizer.step()
    return steep.update_norm()


@pytest.mark.parametrize("rebuild", [from_item, from_detach])
def test_a_rebuilt_loss_trains_nothing_in_silence(rebuild: Rebuild) -> None:
    assert learnt(rebuild) == 0.0


@pytest.mark.parametrize("rebuild", [Tensor.detach, lambda loss: torch.tensor(loss.item())])
def test_a_rebuilt_loss_that_does_not_ask_for_gradients_is_loud(rebuild: Rebuild) -> None:
    with pytest.raises(RuntimeError, match="does not require grad"):
        learnt(rebuild)


def test_the_loss_itself_trains() -> None:
    assert learnt(lambda loss: loss) > UNBOUNDED
