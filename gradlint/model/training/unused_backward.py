"""Training steps as a whole: gradients that go nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.gradients.effects import (
    BACKWARD,
    NOTHING,
    OPAQUE,
    READ,
    SCALER_STEP,
    STEP,
    UNKNOWN_STEP,
    ZERO,
    GradientEffect,
)
from gradlint.model.gradients.event_tree import Cycle, cycles, effects_in
from gradlint.model.gradients.gradient_values import is_gradient
from gradlint.model.gradients.lifecycles import lifecycles
from gradlint.model.networks import layers
from gradlint.values.kinds import Apply, Instance

if TYPE_CHECKING:
    from gradlint.model.gradients.lifecycle import Lifecycle
    from gradlint.model.program import Program


_GRADIENT = re.compile(r"\bgrad\b")
"""A search that spares the walk through most trees."""


@dataclass(slots=True, eq=False, repr=False)
class UnusedBackward:
    """A backward pass in a loop whose gradients nothing applies, though an optimizer exists."""

    backward: GradientEffect
    optimizer: Apply


def unused_backwards(program: Program) -> Iterator[UnusedBackward]:
    """Gradients that are computed in a training loop and never applied."""
    for lifecycle in program.once(lifecycles):
        if lifecycle.groups or not lifecycle.effects:
            continue
        kinds = set(lifecycle.kinds.values())
        if kinds & {OPAQUE, READ, STEP, SCALER_STEP, UNKNOWN_STEP, NOTHING}:
            continue
        if _reads_gradients(program):
            return
        for cycle in cycles(lifecycle.nodes):
            found = _unused(lifecycle, cycle, program)
            if found is not None:
                yield found
                break


def _reads_gradients(program: Program) -> bool:
    """Whether a gradient is looked at anywhere: measured, sent, or applied in a way of its own."""
    if _GRADIENT.search(program.module.source.text) and any(
        isinstance(node, ast.Attribute) and node.attr == "grad" and isinstance(node.ctx, ast.Load)
        for node in ast.walk(program.module.tree)
    ):
        return True
    return any(is_gradient(operand) for apply in program.applies for operand in apply.operands())


def is_looked_at(backward: GradientEffect) -> bool:
    """Whether anything but the backward pass reads the loss: training does, timing does not."""
    call = backward.node
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    receiver = call.func.value
    if not isinstance(receiver, ast.Name):
        return False
    return any(
        isinstance(node, ast.Name)
        and node.id == receiver.id
        and isinstance(node.ctx, ast.Load)
        and node is not receiver
        for node in ast.walk(backward.module.tree)
    )


def _unused(lifecycle: Lifecycle, cycle: Cycle, program: Program) -> UnusedBackward | None:
    knowledge = program.knowledge
    optimizers = [apply for apply in program.applies if knowledge.takes_parameters(apply)]
    if len(optimizers) != 1:
        return None
    held = layers.held(optimizers[0], knowledge)
    if held is None or not all(isinstance(value, Instance | Apply) for value in held):
        return None
    zeroed = [
        effect
        for effect in effects_in([cycle])
        if effect.kind == ZERO and effect.subject is not None and effect.subject is optimizers[0]
    ]
    if not zeroed:
        return None
    # A scheduler that steps, or a `step` named and not called, says that this is training.
    meant = any(
        isinstance(node, ast.Attribute) and node.attr == "step"
        for node in ast.walk(cycle.loop.node)
    )
    for effect in effects_in([cycle]):
        if effect.kind == BACKWARD and effect.subject is not None and not effect.by_engine:
            if not meant and not is_looked_at(effect):
                continue
            if layers.depends_on(effect.subject, held, knowledge):
                return UnusedBackward(effect, optimizers[0])
    return None


__all__ = ["UnusedBackward"]
