"""GL702: a running total of losses keeps the graph of every iteration alive, in a validation pass
with all its activations; a total of numbers keeps none.
Source: PyTorch documentation, FAQ, "My model reports cuda runtime error(2): out of memory".
"""

import weakref
from itertools import pairwise

import torch
from torch import Tensor, nn

from .graph_size import graph_size

ITERATIONS = 5


def sizes_of_the_total() -> list[int]:
    """The size of the total's graph after each training iteration."""
    model, total, sizes = nn.Linear(4, 1), torch.zeros(()), []
    for _ in range(ITERATIONS):
        loss = model(torch.randn(8, 4)).pow(2).mean()
        loss.backward()
        total = total + loss
        sizes.append(graph_size(total))
    return sizes


def activations_alive(*, numbers: bool) -> int:
    """How many of the validation pass's activations outlive their iteration."""
    model, seen = nn.Linear(4, 1), []
    total: float | Tensor = 0.0
    for _ in range(ITERATIONS):
        activation = model(torch.randn(8, 4))
        loss = activation.pow(2).mean()
        total = total + (loss.item() if numbers else loss)
        seen.append(weakref.ref(activation))
        del activation, loss
    alive = sum(reference() is not None for reference in seen)
    # The total, and whatever it holds, must outlive the count.
    del total
    return alive


def test_a_total_of_losses_grows_by_a_graph_with_every_iteration() -> None:
    assert all(later > earlier for earlier, later in pairwise(sizes_of_the_total()))


def test_a_total_of_losses_keeps_every_activation_of_a_validation_pass() -> None:
    assert activations_alive(numbers=False) == ITERATIONS


def test_a_total_of_numbers_keeps_none() -> None:
    assert activations_alive(numbers=True) == 0
