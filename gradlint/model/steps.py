"""Training steps as a whole: state that leaks from one to the next, gradients that go nowhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model import acts, networks, training
from gradlint.model.acts import Deed
from gradlint.model.skeleton import Cycle, cycles, deeds
from gradlint.source.values import Apply, Instance, Join, Map, Seq, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.lifecycle import Lifecycle
    from gradlint.model.program import Program
    from gradlint.source.project import Module


@dataclass(frozen=True, slots=True, eq=False)
class CarriedState:
    """A state that the network returned in one iteration and gets back in the next, graph and all.

    `call` is the call that gets it; `earlier` the one that returned it; `backward` the backward
    pass that runs through both.
    """

    call: Apply
    earlier: Apply
    backward: Deed

    @property
    def node(self) -> ast.AST | None:
        """Where the call stands."""
        return self.call.node

    @property
    def module(self) -> Module | None:
        """The file of the call."""
        return self.call.module


@dataclass(frozen=True, slots=True, eq=False)
class UnusedBackward:
    """A backward pass in a loop whose gradients nothing ever applies, though an optimizer exists."""

    backward: Deed
    optimizer: Apply


def carried_states(program: Program) -> Iterator[CarriedState]:
    """States that are carried over from iteration to iteration without being detached."""
    for lifecycle in program.lifecycles:
        for number, deed in enumerate(lifecycle.deeds):
            if lifecycle.kinds[number] != acts.BACKWARD or deed.subject is None:
                continue
            if deed.call is None or not deed.call.loops:
                continue
            found = _carried(deed, program.knowledge)
            if found is not None:
                yield CarriedState(found[0], found[1], deed)


def _carried(deed: Deed, knowledge: Knowledge) -> tuple[Apply, Apply] | None:
    """The first network call on the way back from a loss that was made an iteration earlier.

    Every alternative of a join is followed: with a path on which the state is made anew, the
    state is not certain to be carried, so a join with any other alternative ends the search.
    """
    assert deed.call is not None
    here = dict(deed.call.loops)
    innermost = deed.call.loops[-1][0]
    seen: set[tuple[int, int]] = set()
    stack: list[tuple[Value, Apply | None]] = [(deed.subject, None)] if deed.subject else []
    while stack and len(seen) < 3000:
        value, consumer = stack.pop()
        key = (id(value), id(consumer))
        if key in seen:
            continue
        seen.add(key)
        if isinstance(value, Seq):
            stack.extend((item, consumer) for item in value.items)
        if isinstance(value, Map):
            stack.extend((item, consumer) for item in value.items.values())
        if not isinstance(value, Apply) or not value.tracked:
            continue
        if value.fn in training._CUTS or value.fn in ("?", "iter"):
            continue
        if value.fn == "()":
            layer = value.receiver
            known = networks.is_network(layer, knowledge) if layer is not None else False
            if known or (isinstance(layer, Apply) and knowledge.makes_object(layer)):
                if consumer is not None and dict(value.loops).get(innermost, 0) == (
                    here.get(innermost, 2) - 1
                ):
                    return consumer, value
                for argument in (*value.args, *value.kwargs.values()):
                    stack.append((argument, value))
                if value.inner is not None:
                    stack.append((value.inner, consumer))
            continue
        operands = list(value.args)
        if value.fn[:1] == "." and value.receiver is not None:
            operands.append(value.receiver)
        stack.extend((operand, consumer) for operand in operands)
    return None


def unused_backwards(program: Program) -> Iterator[UnusedBackward]:
    """Gradients that are computed in a training loop and never applied."""
    for lifecycle in program.lifecycles:
        if lifecycle.groups or not lifecycle.deeds:
            continue
        kinds = set(lifecycle.kinds.values())
        if kinds & {acts.OPAQUE, acts.READ, acts.STEP, acts.SCALER_STEP, "some step", "none"}:
            continue
        for cycle in cycles(lifecycle.bones):
            found = _unused(lifecycle, cycle, program)
            if found is not None:
                yield found
                break


def _unused(lifecycle: Lifecycle, cycle: Cycle, program: Program) -> UnusedBackward | None:
    knowledge = program.knowledge
    optimizers = [
        apply
        for apply in program.applies
        if knowledge.takes_parameters(apply)
    ]
    if len(optimizers) != 1:
        return None
    held = networks.held(optimizers[0], knowledge)
    if held is None or not all(isinstance(value, Instance | Apply) for value in held):
        return None
    zeroed = [
        deed
        for deed in deeds([cycle])
        if deed.kind == acts.ZERO and deed.subject is not None and deed.subject is optimizers[0]
    ]
    if not zeroed:
        return None
    for deed in deeds([cycle]):
        if deed.kind == acts.BACKWARD and deed.subject is not None and not deed.by_engine:
            if networks.depends_on(deed.subject, held, knowledge):
                return UnusedBackward(deed, optimizers[0])
    return None


__all__ = ["CarriedState", "Join", "UnusedBackward"]
