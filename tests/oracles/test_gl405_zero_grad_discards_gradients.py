"""GL405: gradients cleared between backward and step are never applied: no weight moves. Cleared
before backward or after the step, they are.
Source: PyTorch documentation (torch.optim.Optimizer.zero_grad).
"""

from collections.abc import Callable

import pytest

from .steep_regression import UNBOUNDED, SteepRegression

Iteration = Callable[[SteepRegression], None]


def clear_in_between(steep: SteepRegression) -> None:
    steep.loss().backward()
    steep.optimizer.zero_grad()
    steep.optimizer.step()


def zero_in_between(steep: SteepRegression) -> None:
    steep.loss().backward()
    steep.optimizer.zero_grad(set_to_none=False)
    steep.optimizer.step()


def clear_first(steep: SteepRegression) -> None:
    steep.optimizer.zero_grad()
    steep.loss().backward()
    steep.optimizer.step()


def clear_last(steep: SteepRegression) -> None:
    steep.loss().backward()
    steep.optimizer.step()
    steep.optimizer.zero_grad()


def learnt(iteration: Iteration) -> float:
    steep = SteepRegression()
    for _ in range(3):
        iteration(steep)
    return steep.update_norm()


@pytest.mark.parametrize("iteration", [clear_in_between, zero_in_between])
def test_clearing_between_backward_and_step_learns_nothing(iteration: Iteration) -> None:
    assert learnt(iteration) == 0.0


@pytest.mark.parametrize("iteration", [clear_first, clear_last])
def test_clearing_before_backward_or_after_the_step_learns(iteration: Iteration) -> None:
    assert learnt(iteration) > UNBOUNDED
