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


@dataclass(slots=True, eq=False, repr=False)
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
    knowledge: Knowledge
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

    @property
    def learning_rate(self) -> float | None:
        """The learning rate, as a literal or as the optimizer's default."""
        fact = self.optimizer_fact
        if fact is None:
            return None
        if isinstance(self.optimizer, Apply):
            for name in ("lr", "learning_rate"):
                given = self.knowledge.argument(self.optimizer, fact, name)
                if given is not None:
                    return number(given)
        return fact.get("learning-rate")

    @property
    def optimizer_kind(self) -> str:
        """The optimizer's update rule; empty where it is not known."""
        return str(self.optimizer_fact["kind"]) if self.optimizer_fact is not None else ""

    @property
    def first_step(self) -> float | None:
        """How many times its learning rate an adaptive optimizer's first step is.

        None for optimizers whose step is as long as the gradient makes it, and for unknown ones.
        """
        if self.optimizer_kind == "adam":
            return 1.0
        return self.optimizer_fact.get("first-step") if self.optimizer_fact is not None else None

    @property
    def clip_advice(self) -> str:
        """How to clip in the library at hand, as an imperative."""
        advice = self.knowledge.names["clip-advice"]
        package = self.layers[0].apply.fn.partition(".")[0] if self.layers else ""
        return advice["compile"] if self.keras else advice.get(package, advice["torch"])


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
