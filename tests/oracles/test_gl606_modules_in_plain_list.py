"""GL606: modules in a plain list are no part of the network: their parameters are not listed, so
that no optimizer trains them; in a ModuleList they are.
Source: torch.nn.ModuleList documentation.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class Stack(nn.Module):
    """Two hidden layers, registered or not, under an output layer that always is."""

    def __init__(self, *, registered: bool) -> None:
        super().__init__()
        hidden = [nn.Linear(4, 4), nn.Linear(4, 4)]
        self.hidden: Iterable[nn.Module] = nn.ModuleList(hidden) if registered else hidden
        self.output = nn.Linear(4, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        for layer in self.hidden:
            inputs = layer(inputs).tanh()
        output: Tensor = self.output(inputs)
        return output


def hidden_movement(*, registered: bool) -> float:
    model = Stack(registered=registered)
    first = next(iter(model.hidden)).get_parameter("weight")
    before = first.detach().clone()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    (model(torch.randn(8, 4)) - 1).pow(2).mean().backward()
    optimizer.step()
    return (first - before).abs().max().item()


def test_modules_in_a_plain_list_have_no_parameters_in_the_network() -> None:
    assert len(list(Stack(registered=False).parameters())) == 2


def test_modules_in_a_module_list_have() -> None:
    assert len(list(Stack(registered=True).parameters())) == 6


def test_modules_in_a_plain_list_are_not_trained() -> None:
    assert hidden_movement(registered=False) == 0.0


def test_modules_in_a_module_list_are_trained() -> None:
    assert hidden_movement(registered=True) > 0.0
