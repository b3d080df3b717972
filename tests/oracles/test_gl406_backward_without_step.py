"""GL406: gradients that are computed and never applied leave every weight where it was, however
many epochs run; with the step the loss falls.
Source: PyTorch documentation (torch.optim, "Taking an optimization step").
"""

import torch
from torch import nn

from .gradient_measures import gradient_norm

EPOCHS = 50


class Fit:
    """A linear task that gradient descent at rate 0.1 solves."""

    def __init__(self, *, step: bool) -> None:
        self.model = nn.Linear(4, 1)
        self._inputs = torch.randn(64, 4)
        self._targets = self._inputs.sum(1, keepdim=True)
        optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        self.before = self.loss().item()
        for _ in range(EPOCHS):
            optimizer.zero_grad()
            self.loss().backward()
            if step:
                optimizer.step()
        self.after = self.loss().item()

    def loss(self) -> torch.Tensor:
        loss: torch.Tensor = (self.model(self._inputs) - self._targets).pow(2).mean()
        return loss


def test_without_a_step_the_loss_never_moves() -> None:
    fit = Fit(step=False)
    assert fit.after == fit.before


def test_without_a_step_the_gradients_were_there_all_the_same() -> None:
    assert gradient_norm(Fit(step=False).model.parameters()) > 0.1


def test_with_a_step_the_loss_falls() -> None:
    fit = Fit(step=True)
    assert fit.after < 0.01 * fit.before
