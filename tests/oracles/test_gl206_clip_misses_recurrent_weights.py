"""GL206: a clip of the output layer alone leaves the recurrent gradient, the one that explodes, as
it was; a clip of the recurrent part alone bounds it but turns the joint direction.
Source: Pascanu, Mikolov, Bengio 2013 (arXiv:1211.5063), section 3.2.
"""

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_

from .gradient_measures import ROUNDING, cosine, flat_gradient, gradient_norm

THRESHOLD = 1.0
EXPLODED = 1e4


class SequenceRegression:
    """A recurrence with grown weights and an output layer, after one backward."""

    def __init__(self) -> None:
        self.recurrent, self.head = nn.RNN(1, 16), nn.Linear(16, 1)
        self.parameters = [*self.recurrent.parameters(), *self.head.parameters()]
        nn.init.orthogonal_(self.recurrent.get_parameter("weight_hh_l0"), 3.0)
        output = self.head(self.recurrent(torch.randn(60, 32, 1))[0][-1])
        (output - 100).pow(2).mean().backward()
        self.true_gradient = flat_gradient(self.parameters)


def test_a_clip_of_the_output_layer_leaves_the_recurrent_gradient_exploded() -> None:
    task = SequenceRegression()
    clip_grad_norm_(task.head.parameters(), THRESHOLD)
    assert gradient_norm(task.recurrent.parameters()) > EXPLODED


def test_a_clip_of_the_recurrent_part_bounds_the_recurrent_gradient() -> None:
    task = SequenceRegression()
    clip_grad_norm_(task.recurrent.parameters(), THRESHOLD)
    assert gradient_norm(task.recurrent.parameters()) <= THRESHOLD * (1 + ROUNDING)


def test_a_clip_of_the_recurrent_part_turns_the_joint_direction() -> None:
    task = SequenceRegression()
    clip_grad_norm_(task.recurrent.parameters(), THRESHOLD)
    assert cosine(flat_gradient(task.parameters), task.true_gradient) < 0.5


def test_one_clip_of_everything_keeps_the_joint_direction() -> None:
    task = SequenceRegression()
    clip_grad_norm_(task.parameters, THRESHOLD)
    assert cosine(flat_gradient(task.parameters), task.true_gradient) > 1 - ROUNDING
