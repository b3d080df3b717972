"""Conditions in a loop over parameters: what they say of the recurrent matrix of an RNN."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlint.frameworks import knowledge
from gradlint.model.networks.parameter_conditions import Parameter, holds
from gradlint.values.kinds import Apply, Const
from gradlint.values.trace import Branch, flat
from tests.model.programs import program_of

LOOP = """
import torch
rnn = torch.nn.RNN(3, 10)
for name, p in rnn.named_parameters():
    if {}:
        torch.nn.init.ones_(p)
"""


def _held(condition: str, directory: Path, known: bool = True) -> bool | None:
    program = program_of(LOOP.format(condition), directory)
    (branch,) = [act for act in flat(program.roots[0]) if isinstance(act, Branch)]
    (item,) = [
        apply.args[0].args[0]
        for apply in program.applies
        if apply.fn == "torch.nn.init.ones_" and isinstance(apply.args[0], Apply)
    ]
    return holds(branch.test, Parameter("weight_hh_l0", known, 2, item, program.knowledge))


OF_ITS_OWN = {
    # Its name.
    '"weight_hh" in name': True,
    '"hh" in name': True,
    '"weight_ih" in name': False,
    '"rnn." in name': False,
    '"bias" not in name': True,
    '"weight" not in name': False,
    'name.startswith("weight_hh")': True,
    'name.startswith("bias")': False,
    'name.endswith("_l0")': True,
    'name.endswith("_l1")': False,
    'name == "weight_hh_l0"': True,
    'name == "bias_hh_l0"': False,
    'name != "weight_hh_l0"': False,
    'name != "bias_hh_l0"': True,
    # Its dimensions.
    "p.dim() > 1": True,
    "p.dim() >= 2": True,
    "p.dim() >= 3": False,
    "p.dim() < 2": False,
    "p.dim() <= 2": True,
    "p.ndim == 2": True,
    "p.ndim != 2": False,
    "p.ndimension() > 1": True,
    "len(p.shape) > 1": True,
    "len(p.size()) == 1": False,
    # Both, and neither.
    'not "bias" in name': True,
    '"weight" in name and p.dim() > 1': True,
    '"weight" in name and p.dim() > 2': False,
    '"bias" in name or p.dim() > 1': True,
    '"bias" in name or p.dim() > 2': False,
    '"bias" in name and unknown': False,
    '"weight" in name or unknown': True,
    '"weight" in name and unknown': None,
    '"bias" in name or unknown': None,
    # A parameter that is trained is what every start is for.
    "p.requires_grad": True,
    "not p.requires_grad": False,
    # Of these nothing is known.
    "not unknown": None,
    "word in name": None,
    "word not in name": None,
    '"weight" in other': None,
    "name.startswith(word)": None,
    "name.endswith()": None,
    "name == word": None,
    'name > "weight"': None,
    "p.dim() > least": None,
    "p.dim(0).x > 1": None,
    "len() > 1": None,
    "len(p) > 1": None,
    "len(p.size(0)) > 1": None,
    "len(p.names) > 1": None,
    "p.is_leaf": None,
    "p.size > 1": None,
    "unknown > 1": None,
    "check(name)": None,
    "1 < p.dim() < 3": None,
}


@pytest.mark.parametrize(("condition", "expected"), OF_ITS_OWN.items())
def test_a_loop_over_the_layer_itself(
    condition: str, expected: bool | None, tmp_path: Path
) -> None:
    assert _held(condition, tmp_path) is expected


INSIDE_A_NETWORK = {
    # `rnn.weight_hh_l0`, `encoder.forward_rnn.weight_hh_l0`: what stands before is not known.
    '"weight_hh" in name': True,
    '"weight_ih" in name': False,
    '"bias" in name': False,
    '"encoder" in name': None,
    '"encoder" not in name': None,
    'name.endswith("weight_hh_l0")': True,
    'name.endswith("_l1")': False,
    'name.endswith("encoder.weight_hh_l0")': None,
    'name.startswith("weight")': None,
    'name == "weight_hh_l0"': None,
    'name != "weight_hh_l0"': None,
    "p.dim() > 1": True,
}


@pytest.mark.parametrize(("condition", "expected"), INSIDE_A_NETWORK.items())
def test_a_loop_over_the_network_around_it(
    condition: str, expected: bool | None, tmp_path: Path
) -> None:
    assert _held(condition, tmp_path, known=False) is expected


def test_a_literal_decides_unless_a_caller_may_replace_it() -> None:
    parameter = Parameter("weight_hh_l0", True, 2, None, knowledge())
    assert holds(Const(1), parameter) is True
    assert holds(Const(None), parameter) is False
    assert holds(Const(1, default=True), parameter) is None
