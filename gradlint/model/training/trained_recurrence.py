"""Programs -> trained networks: which recurrences an update reaches, and whether anything clips."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.networks import layers
from gradlint.model.networks.handwritten_recurrence import HandWritten
from gradlint.model.networks.layers import Recurrence
from gradlint.values.graph import number, walk
from gradlint.values.kinds import Apply, Instance, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge
    from gradlint.values.kinds import Module


@dataclass(frozen=True, slots=True, eq=False)
class TrainedRecurrence:
    """A recurrent network and the update that trains it.

    `clipped` is True where something bounds its gradients, None where that can't be excluded.
    `steps` is the length of its sequences, where shapes or constants tell it.
    """

    node: ast.AST
    module: Module
    layers: list[Recurrence]
    hand_written: list[HandWritten]
    optimizer: Value | None
    optimizer_fact: Fact | None
    clipped: bool | None
    steps: int | None = None
    losses: frozenset[str] = frozenset()
    summed_over_time: bool = False
    summed_error: bool = False
    own_vocabulary: bool = False
    per_step: bool = False
    keras: bool = False
    trainer_argument: str = ""
    stacked: int = 1

    def learning_rate(self, knowledge: Knowledge) -> float | None:
        """The learning rate, as a literal or as the optimizer's default."""
        if self.optimizer_fact is None:
            return None
        if not isinstance(self.optimizer, Apply):
            return self.optimizer_fact.get("learning-rate")
        for name in ("lr", "learning_rate"):
            given = knowledge.argument(self.optimizer, self.optimizer_fact, name)
            if given is not None:
                return number(given)
        return self.optimizer_fact.get("learning-rate")


ADAM_RANGE = 0.03
"""Learning rate above which the Adam family is known to fail for most problems; Adam's step is
about the rate itself, whatever the gradient."""


def usual_rate(fact: Fact) -> float:
    """The learning rate above which an optimizer leaves its usual range (inf: not known)."""
    if fact["kind"] == "adam":
        return ADAM_RANGE
    if "first-step" in fact:
        return ADAM_RANGE / float(fact["first-step"])
    return float("inf")


def recurrences_of(value: Value, knowledge: Knowledge) -> list[Recurrence]:
    """The recurrent layers that a value was computed with, or that a network holds."""
    found: dict[int, Recurrence] = {}
    for node in walk(value):
        stack = [node]
        if isinstance(node, Instance) and layers.is_network(node, knowledge):
            stack.extend(layers.parts(node, knowledge))
        for part in stack:
            if isinstance(part, Apply):
                layer = layers.recurrence(part, knowledge)
                if layer is not None:
                    found.setdefault(id(part), layer)
    return list(found.values())


def loss_kinds(losses: list[Value], knowledge: Knowledge) -> frozenset[str]:
    """The kinds of loss that a value was computed with."""
    found = set()
    for loss in losses:
        for node in walk(loss):
            if isinstance(node, Apply):
                name = node.fn
                if name == "()" and isinstance(node.receiver, Apply):
                    name = node.receiver.fn
                fact = knowledge.roles["loss"].get(name)
                if fact is not None:
                    found.add(str(fact["kind"]))
    return frozenset(found)
