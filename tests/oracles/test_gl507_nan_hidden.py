"""GL507: nan_to_num on a loss makes the number finite and leaves the gradient NaN, so that one
step makes the weights NaN while the log looks well; a guard before the step keeps them.
Source: torch.nan_to_num documentation (a value is replaced; the graph behind it is not).
"""

import torch
from torch import Tensor, nn


class PoisonedStep:
    """A model whose loss is 0 / 0 at its present weights."""

    def __init__(self) -> None:
        self.weights = nn.Parameter(torch.zeros(3))
        self.optimizer = torch.optim.SGD([self.weights], lr=0.1)

    def loss(self) -> Tensor:
        return (self.weights / self.weights.sum()).sum()


def test_nan_to_num_makes_the_loss_look_well() -> None:
    assert torch.nan_to_num(PoisonedStep().loss()).item() == 0.0


def test_the_weights_are_nan_after_a_step_on_the_hidden_loss() -> None:
    step = PoisonedStep()
    torch.nan_to_num(step.loss()).backward()
    step.optimizer.step()
    assert step.weights.isnan().all()


def test_the_weights_stay_finite_where_a_guard_skips_the_step() -> None:
    step = PoisonedStep()
    loss = step.loss()
    if loss.isfinite():
        loss.backward()
        step.optimizer.step()
    assert step.weights.isfinite().all()
