"""A linear regression in which everything is well but the size of its gradient."""

import torch
from torch import Tensor, nn

from .gradient_measures import flat_values

# Targets this far off give a gradient norm near 2 x 10,000, far above every threshold used.
TARGET = 10_000.0
# The size that stands for "nothing bounded this update".
UNBOUNDED = 1_000.0


class SteepRegression:
    """Takes steps of learning rate 1, so that an update is the applied gradient itself."""

    def __init__(self) -> None:
        self.model = nn.Linear(4, 1)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=1.0)
        self._inputs = torch.randn(32, 4)
        self._start = flat_values(self.model.parameters())

    def loss(self) -> Tensor:
        loss: Tensor = (self.model(self._inputs) - TARGET).pow(2).mean()
        return loss

    def update(self) -> Tensor:
        """What training has added to the parameters so far."""
        return flat_values(self.model.parameters()) - self._start

    def update_norm(self) -> float:
        return float(self.update().norm())
