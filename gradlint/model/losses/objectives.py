"""Programs -> the losses that something may be trained by, and their logarithms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from gradlint.model.gradients.differentiated import Differentiated
from gradlint.model.losses.keras_backend import chosen_backend
from gradlint.model.losses.loss_call import (
    Logarithm,
    LossCall,
    compiled_loss,
    handed_loss,
    logarithm,
    loss_call,
    outputs,
)
from gradlint.model.networks.compiled_network import is_recompiled
from gradlint.values.kinds import Apply
from gradlint.values.marks import FORWARD

if TYPE_CHECKING:
    from gradlint.model.program import Program


def objectives(program: Program) -> Iterator[LossCall]:
    """Losses and what they are fed; those that nobody differentiates are left out."""
    knowledge = program.knowledge
    differentiated = Differentiated(program)
    backend = chosen_backend(program)
    fact = knowledge.fact("backend", backend) if backend else None
    repairs = fact.get("repairs", True) if fact is not None else True
    for call in _losses(program):
        if not call.compiled and differentiated.holds(call.apply) is False:
            continue
        known = knowledge.fact("loss", call.name) or {}
        yield replace(call, repaired=bool(repairs and known.get("repaired-by-backend")))


def logarithms(program: Program) -> Iterator[Logarithm]:
    """Logarithms that may be differentiated, once for each place in the text."""
    differentiated = Differentiated(program)
    seen: set[int] = set()
    for apply in program.applies:
        found = logarithm(apply, program.knowledge)
        if found is None or id(apply.node) in seen or differentiated.holds(apply) is False:
            continue
        seen.add(id(apply.node))
        yield found


def _losses(program: Program) -> Iterator[LossCall]:
    """Every loss: called, compiled into a network, handed to a trainer."""
    knowledge = program.knowledge
    made = {
        id(apply.receiver): apply.attrs[FORWARD]
        for apply in program.calls_of("trains")
        if FORWARD in apply.attrs
    }
    for apply in program.applies:
        receiver = apply.receiver
        found: LossCall | None = None
        if knowledge.does(apply.fn, "compiles") and receiver is not None:
            if not is_recompiled(program, apply):
                found = compiled_loss(apply, receiver, knowledge, made.get(id(receiver)))
        elif knowledge.does(apply.fn, "trains") and isinstance(receiver, Apply):
            trainer = knowledge.of("trainer", receiver)
            if trainer is not None and "loss-parameter" in trainer and FORWARD in apply.attrs:
                given = knowledge.argument(receiver, trainer, trainer["loss-parameter"])
                results = outputs(apply.attrs[FORWARD], knowledge)
                found = handed_loss(receiver, given, results, knowledge)
        else:
            found = loss_call(apply, knowledge)
        if found is not None:
            yield found
