"""Clipping calls and clipping optimizers, with what they are told to bound."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model import acts, networks
from gradlint.model.compiled import CLIP_ARGUMENTS
from gradlint.model.networks import Recurrence
from gradlint.source.values import Apply, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge
    from gradlint.model.program import Program
    from gradlint.source.project import Module


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A call that clips gradients.

    `target` is the parameters it is given, `threshold` the bound, `how` `norm` or `value`, `fact`
    what is known of the function. `held` are the networks whose parameters it clips (None: not
    known); `missed` the recurrent layers that the optimizer trains and this call leaves out.
    """

    call: Apply
    target: Value | None
    threshold: Value | None
    how: str
    fact: Fact
    held: list[Value] | None
    missed: tuple[Recurrence, ...] = ()
    foreign: Value | None = None

    @property
    def node(self) -> ast.AST | None:
        """Where it stands."""
        return self.call.node

    @property
    def module(self) -> Module | None:
        """The file it stands in."""
        return self.call.module


@dataclass(frozen=True, slots=True, eq=False)
class ClippingOptimizer:
    """An optimizer built with arguments that clip; `given` maps their names to their values."""

    call: Apply
    given: dict[str, Value]
    kind: str

    @property
    def node(self) -> ast.AST | None:
        """Where it is built."""
        return self.call.node

    @property
    def module(self) -> Module | None:
        """The file it is built in."""
        return self.call.module


def clips(program: Program) -> Iterator[Clip]:
    """Every call of a function that clips."""
    knowledge = program.knowledge
    for apply in program.calls:
        fact = knowledge.roles["clip"].get(apply.fn)
        if fact is None or fact.get("helper"):
            continue
        target = knowledge.argument(apply, fact, fact.get("target"))
        held = networks.held(target, knowledge)
        yield Clip(
            call=apply,
            target=target,
            threshold=knowledge.argument(apply, fact, fact.get("threshold")),
            how=str(fact.get("how", "norm")),
            fact=fact,
            held=held,
            missed=tuple(_missed(program, apply, held)),
            foreign=_foreign(program, apply, held),
        )


def _missed(program: Program, apply: Apply, held: list[Value] | None) -> list[Recurrence]:
    """Recurrent layers of the stepped networks that no clip of the program reaches."""
    knowledge = program.knowledge
    if held is None:
        return []
    for lifecycle in program.lifecycles:
        clip_deeds = [deed for deed in lifecycle.deeds if deed.kind == acts.CLIP and deed.bounds]
        if not any(deed.call is apply for deed in clip_deeds):
            continue
        for group in lifecycle.groups:
            if group.held is None or networks.overlap(held, group.held, knowledge) is not True:
                continue
            covered: set[int] = set()
            for deed in clip_deeds:
                reached = networks.held(deed.subject, knowledge)
                if reached is None:
                    return []
                for value in reached:
                    covered.update(id(part) for part in networks.parts(value, knowledge))
            return [
                layer
                for network in group.held
                for layer in networks.recurrences(network, knowledge)
                if id(layer.apply) not in covered
            ]
    return []


def _foreign(program: Program, apply: Apply, held: list[Value] | None) -> Value | None:
    """The optimizer of a lifecycle that steps only networks which this clip does not touch."""
    knowledge = program.knowledge
    if held is None:
        return None
    for lifecycle in program.lifecycles:
        if not any(deed.call is apply for deed in lifecycle.deeds):
            continue
        if not lifecycle.groups or any(group.held is None for group in lifecycle.groups):
            return None
        for group in lifecycle.groups:
            if networks.overlap(held, group.held, knowledge) is not False:
                return None
        return lifecycle.groups[0].optimizer
    return None


def clipping_optimizers(program: Program) -> Iterator[ClippingOptimizer]:
    """Keras optimizers with clipping arguments."""
    knowledge: Knowledge = program.knowledge
    for apply in program.calls:
        fact = knowledge.roles["optimizer"].get(apply.fn)
        if fact is None or not fact.get("keras"):
            continue
        given = {
            name: value
            for name in CLIP_ARGUMENTS
            if (value := apply.kwargs.get(name, apply.attrs.get(name))) is not None
        }
        if given:
            yield ClippingOptimizer(apply, given, str(fact["kind"]))
