"""Training loops that a program writes itself -> the recurrent networks they train."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradlint.model.gradients.effects import (
    BACKWARD,
    CLIP,
    OPAQUE,
    SCALER_STEP,
    STEP,
    GradientEffect,
)
from gradlint.model.gradients.object_kinds import role
from gradlint.model.networks import layers
from gradlint.model.networks.layers import Recurrence
from gradlint.model.training.sequences import (
    predicts_own_vocabulary,
    stacked_depth,
    steps_of,
    summed,
    uses_last_step_only,
)
from gradlint.values.graph import walk
from gradlint.values.kinds import Apply, Instance, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.gradients.lifecycle import Lifecycle
    from gradlint.model.gradients.optimizers import OptimizerGroup
    from gradlint.model.program import Program


from gradlint.model.gradients.lifecycles import lifecycles
from gradlint.model.networks.frozen_layers import frozen_parts
from gradlint.model.networks.handwritten_recurrence import hand_written_layers
from gradlint.model.training.trained_recurrence import TrainedRecurrence, loss_kinds, recurrences_of


def from_loops(program: Program) -> Iterator[TrainedRecurrence]:
    """The recurrent networks that a program's own loops train."""
    for lifecycle in program.once(lifecycles):
        yield from _from_lifecycle(program, lifecycle)


def _from_lifecycle(program: Program, lifecycle: Lifecycle) -> list[TrainedRecurrence]:
    """The recurrent networks that the updates of one entry point train."""
    knowledge = program.knowledge
    found = []
    for which, group in enumerate(lifecycle.groups):
        losses = [
            effect.subject
            for index, effect in enumerate(lifecycle.effects)
            if lifecycle.kinds[index] == BACKWARD
            and effect.subject is not None
            and lifecycle.reaches(index, which) is True
        ]
        if not losses:
            continue
        recurrent: dict[int, Recurrence] = {}
        reached = {id(node) for loss in losses for node in walk(loss)}
        for value in [*(group.held or []), *losses]:
            for layer in recurrences_of(value, knowledge):
                recurrent.setdefault(id(layer.apply), layer)
        for value in group.held or []:
            reached.update(id(part) for part in layers.parts(value, knowledge))
        hand = [one for one in program.once(hand_written_layers) if id(one.layer) in reached]
        stepped = [layer for layer in recurrent.values() if _is_stepped(program, group, layer)]
        if not stepped and not hand:
            continue
        step = _first_step(lifecycle, which)
        found.append(
            TrainedRecurrence(
                node=step.node,
                module=step.module,
                layers=stepped,
                hand_written=hand,
                optimizer=group.optimizer,
                optimizer_fact=knowledge.of("optimizer", group.optimizer.options()[0]),
                knowledge=knowledge,
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


def _is_stepped(program: Program, group: OptimizerGroup, layer: Recurrence) -> bool:
    """Whether an optimizer steps a layer: it is not frozen, nor left out of what is known held."""
    if id(layer.apply) in program.once(frozen_parts):
        return False
    held = group.held
    if held is None or not all(isinstance(value, Instance | Apply) for value in held):
        return True
    return any(
        part is layer.apply for value in held for part in layers.parts(value, program.knowledge)
    )


def _first_step(lifecycle: Lifecycle, which: int) -> GradientEffect:
    """The first step that reaches an optimizer: its own at the latest, by which it is known."""
    return next(
        effect
        for index, effect in enumerate(lifecycle.effects)
        if lifecycle.kinds[index] in (STEP, SCALER_STEP) and lifecycle.reaches(index, which) is True
    )


def _clipped(program: Program, group: OptimizerGroup) -> bool | None:
    """Whether any part of the program clips what this optimizer steps."""
    knowledge = program.knowledge
    unsure = not all(isinstance(option, Apply) for option in group.optimizer.options())
    fact = knowledge.of("optimizer", group.optimizer.options()[0])
    if fact is not None and fact.get("bounded"):
        return True
    for lifecycle in program.once(lifecycles):
        for index, effect in enumerate(lifecycle.effects):
            kind = lifecycle.kinds[index]
            if kind == CLIP and effect.bounds:
                held = layers.held(effect.subject, knowledge)
                if layers.overlap(held, group.held, knowledge) is not False:
                    return True
            elif kind == OPAQUE:
                unsure = unsure or not _is_tensor(effect.subject, knowledge)
            elif effect.by_engine:
                unsure = unsure or _taken_over(effect.call, knowledge)
    hooks = knowledge.names["hook-methods"]
    if any(apply.fn[:1] == "." and apply.fn[1:] in hooks for apply in program.applies):
        unsure = True
    return None if unsure else False


def _taken_over(call: Apply | None, knowledge: Knowledge) -> bool:
    """Whether an engine is built with a plugin that clips by a configuration of its own."""
    engine = call.receiver if call is not None else None
    fact = knowledge.of("engine", engine)
    return (
        isinstance(engine, Apply)
        and fact is not None
        and fact.get("plugin-parameter") in engine.kwargs
    )


def _is_tensor(value: Value | None, knowledge: Knowledge) -> bool:
    return isinstance(value, Apply) and role(value, knowledge) is None and value.fn == "()"
