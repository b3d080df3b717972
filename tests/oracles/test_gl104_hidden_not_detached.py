"""GL104: a hidden state carried into the next iteration brings its graph along: torch raises,
retain_graph only changes the error, and without a step the graph grows by one batch per batch.
Source: PyTorch documentation (torch.autograd, detach); Williams and Peng 1990 (truncated BPTT).
"""

from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from .graph_size import graph_size

BATCHES = 4


class CarriedState:
    """Trains a GRU on chunks of one sequence and hands the state from chunk to chunk."""

    def __init__(self, *, detach: bool) -> None:
        self.network = nn.GRU(3, 5)
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=0.1)
        self._detach = detach

    def chunk(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        if self._detach:
            hidden = hidden.detach()
        output, hidden = self.network(torch.randn(7, 2, 3), hidden)
        return output.pow(2).mean(), hidden

    def train(self, *, retain_graph: bool = False) -> list[float]:
        hidden, losses = torch.zeros(1, 2, 5), []
        for _ in range(BATCHES):
            self.optimizer.zero_grad()
            loss, hidden = self.chunk(hidden)
            loss.backward(retain_graph=retain_graph)
            self.optimizer.step()
            losses.append(loss.item())
        return losses

    def graph_sizes(self) -> list[int]:
        hidden, sizes = torch.zeros(1, 2, 5), []
        for _ in range(BATCHES):
            loss, hidden = self.chunk(hidden)
            sizes.append(graph_size(loss))
        return sizes


def test_a_carried_state_raises_at_the_second_backward() -> None:
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        CarriedState(detach=False).train()


def test_retaining_the_graph_of_a_carried_state_raises_after_the_step() -> None:
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        CarriedState(detach=False).train(retain_graph=True)


def test_a_detached_state_trains_over_all_batches() -> None:
    assert len(CarriedState(detach=True).train()) == BATCHES


def test_the_graph_of_a_carried_state_grows_by_as_much_with_every_batch() -> None:
    sizes = CarriedState(detach=False).graph_sizes()
    growth = {later - earlier for earlier, later in pairwise(sizes)}
    assert len(growth) == 1
    assert growth.pop() > 0


def test_the_graph_of_a_detached_state_keeps_its_size() -> None:
    assert len(set(CarriedState(detach=True).graph_sizes())) == 1
