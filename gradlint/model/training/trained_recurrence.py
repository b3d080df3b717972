"""Programs -> trained networks: which recurrences an update reaches, and whether anything clips."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.gradients import effects
from gradlint.model.gradients.object_kinds import role
from gradlint.model.networks import layers
from gradlint.model.networks.handwritten_recurrence import HandWritten
from gradlint.model.networks.layers import Recurrence
from gradlint.model.training.sequences import (
    predicts_own_vocabulary,
    stacked_depth,
    steps_of,
    summed,
    uses_last_step_only,
)
from gradlint.values.graph import number, walk
from gradlint.values.kinds import Apply, Instance, Unknown, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge
    from gradlint.model.gradients.lifecycle import Lifecycle
    from gradlint.model.gradients.optimizers import Group
    from gradlint.model.program import Program
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
            return float(self.optimizer_fact["lr"])
        for name in ("lr", "learning_rate"):
            given = knowledge.argument(self.optimizer, self.optimizer_fact, name)
            if given is not None:
                return number(given)
        return float(self.optimizer_fact["lr"])


ADAM_RANGE = 0.03
"""Learning rate above which the Adam family is known to fail for most problems; Adam's step is
about the rate itself, whatever the gradient."""

KERAS_RMSPROP_FIRST_STEP = 3.16
"""RMSprop has no bias correction: with Keras' rho of 0.9 its first step is lr / sqrt(1 - 0.9)."""


def usual_rate(fact: Fact) -> float:
    """The learning rate above which an optimizer leaves its usual range (inf: not known)."""
    if fact["kind"] == "adam":
        return ADAM_RANGE
    if fact["kind"] == "rmsprop" and fact.get("keras"):
        return ADAM_RANGE / KERAS_RMSPROP_FIRST_STEP
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


# -- torch and TensorFlow loops ---------------------------------------------------------------


def from_lifecycle(program: Program, lifecycle: Lifecycle) -> list[TrainedRecurrence]:
    """The recurrent networks that the updates of one program root train."""
    knowledge = program.knowledge
    found = []
    for which, group in enumerate(lifecycle.groups):
        losses = []
        backward = None
        for index, deed in enumerate(lifecycle.deeds):
            if lifecycle.kinds[index] == effects.BACKWARD and deed.subject is not None:
                if lifecycle.effect(index, which) is True:
                    losses.append(deed.subject)
                    backward = backward or deed
        if backward is None:
            continue
        recurrent: dict[int, Recurrence] = {}
        reached = {id(node) for loss in losses for node in walk(loss)}
        for value in [*(group.held or []), *losses]:
            for layer in recurrences_of(value, knowledge):
                recurrent.setdefault(id(layer.apply), layer)
        for value in group.held or []:
            reached.update(id(part) for part in layers.parts(value, knowledge))
        hand = [one for one in program.hand_written if id(one.layer) in reached]
        stepped = [layer for layer in recurrent.values() if _is_stepped(program, group, layer)]
        if not stepped and not hand:
            continue
        node, module = _first_step(lifecycle, which, backward)
        found.append(
            TrainedRecurrence(
                node=node,
                module=module,
                layers=stepped,
                hand_written=hand,
                optimizer=group.optimizer,
                optimizer_fact=knowledge.of("optimizer", group.optimizer.options()[0]),
                clipped=_clipped(program, group),
                steps=steps_of([*losses, *(group.held or [])], knowledge),
                losses=loss_kinds(losses, knowledge),
                summed_over_time=any(summed(loss, knowledge) for loss in losses),
                own_vocabulary=any(
                    predicts_own_vocabulary(value, knowledge)
                    for value in [*losses, *(group.held or [])]
                ),
                per_step=not any(uses_last_step_only(loss, knowledge) for loss in losses),
                stacked=stacked_depth([*losses, *(group.held or [])], knowledge),
            )
        )
    return found


def _is_stepped(program: Program, group: Group, layer: Recurrence) -> bool:
    """Whether an optimizer steps a layer: it is not frozen, nor left out of what is known held."""
    if id(layer.apply) in program.frozen:
        return False
    held = group.held
    if held is None or not all(isinstance(value, Instance | Apply) for value in held):
        return True
    return any(
        part is layer.apply for value in held for part in layers.parts(value, program.knowledge)
    )


def _first_step(lifecycle: Lifecycle, which: int, backward: effects.Deed) -> tuple[ast.AST, Module]:
    for index, deed in enumerate(lifecycle.deeds):
        if lifecycle.kinds[index] in (effects.STEP, effects.SCALER_STEP):
            if lifecycle.effect(index, which) is True:
                return deed.node, deed.module
    return backward.node, backward.module


def _clipped(program: Program, group: Group) -> bool | None:
    """Whether any part of the program clips what this optimizer steps."""
    knowledge = program.knowledge
    unsure = False
    fact = knowledge.of("optimizer", group.optimizer.options()[0])
    if fact is not None and fact.get("bounded"):
        return True
    for option in group.optimizer.options():
        if isinstance(option, Unknown) or not isinstance(option, Apply):
            unsure = True
    for lifecycle in program.lifecycles:
        for index, deed in enumerate(lifecycle.deeds):
            kind = lifecycle.kinds[index]
            if kind == effects.CLIP and deed.bounds:
                held = layers.held(deed.subject, knowledge)
                if layers.overlap(held, group.held, knowledge) is not False:
                    return True
            elif kind == effects.OPAQUE:
                unsure = unsure or not _is_tensor(deed.subject, knowledge)
            elif deed.by_engine:
                unsure = unsure or _taken_over(deed.call, knowledge)
    if any(apply.fn in _HOOKS for apply in program.applies):
        unsure = True
    return None if unsure else False


def _taken_over(call: Apply | None, knowledge: Knowledge) -> bool:
    """Whether an engine is built with a plugin that clips by a configuration of its own."""
    engine = call.receiver if call is not None else None
    fact = knowledge.of("engine", engine)
    return (
        isinstance(engine, Apply) and fact is not None and fact.get("takes-over") in engine.kwargs
    )


_HOOKS = frozenset(
    {
        ".register_hook",
        ".register_step_pre_hook",
        ".register_post_accumulate_grad_hook",
        ".register_full_backward_hook",
        ".register_backward_hook",
    }
)


def _is_tensor(value: Value | None, knowledge: Knowledge) -> bool:
    return isinstance(value, Apply) and role(value, knowledge) is None and value.fn == "()"


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


# -- sizes ------------------------------------------------------------------------------------


# -- Keras ------------------------------------------------------------------------------------
