"""A graph that is larger than a limit is left alone: nothing is certain of a part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlint.model.gradients import differentiated
from gradlint.model.training import carried_state, unbounded_state
from gradlint.values.kinds import Apply
from tests.model.programs import program_of

CARRIED = """
import torch
cell = torch.nn.RNNCell(10, 20)
optimizer = torch.optim.SGD(cell.parameters())
state = torch.zeros(8, 20)
for x in loader:
    state = cell(x, state)
    state.sum().backward()
    optimizer.step()
"""

GROWING = """
import torch
linear = torch.nn.Linear(20, 20)
h = torch.zeros(8, 20)
for x in xs:
    h = torch.relu(linear(h) + x)
"""

DIFFERENTIATED = """
import torch
first = torch.nn.functional.mse_loss(x, y)
second = torch.nn.functional.l1_loss(x, y)
first.backward()
"""


def test_a_loss_behind_which_too_much_stands_may_be_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = program_of(DIFFERENTIATED, tmp_path)
    second = next(apply for apply in program.applies if apply.fn.endswith("l1_loss"))
    assert isinstance(second, Apply)
    assert differentiated.Differentiated(program).holds(second) is False
    monkeypatch.setattr(differentiated, "MOST_NODES", 3)
    assert differentiated.Differentiated(program).holds(second) is None


def test_a_state_that_is_too_far_back_is_not_carried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = program_of(CARRIED, tmp_path)
    assert len(list(carried_state.carried_states(program))) == 1
    monkeypatch.setattr(carried_state, "MOST_NODES", 2)
    assert list(carried_state.carried_states(program)) == []


def test_a_way_around_that_is_too_long_grows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = program_of(GROWING, tmp_path)
    assert len(list(unbounded_state.unbounded_states(program))) == 1
    monkeypatch.setattr(unbounded_state, "MOST_NODES", 3)
    assert list(unbounded_state.unbounded_states(program)) == []
