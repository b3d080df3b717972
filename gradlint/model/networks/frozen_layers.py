"""Programs -> layers whose parameters are told not to be trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlint.model.networks import layers
from gradlint.values.graph import constant
from gradlint.values.kinds import Value
from gradlint.values.trace import stores

if TYPE_CHECKING:
    from gradlint.model.program import Program


def frozen_parts(program: Program) -> frozenset[int]:
    """The identities of all that some path freezes: `net.requires_grad_(False)` and kin.

    A loop that freezes parameters by their names counts for the whole network: which ones it
    means can't be told.
    """
    knowledge = program.knowledge
    targets: list[Value | None] = [
        apply.receiver
        for apply in program.calls_of("sets-trainable")
        if constant(apply.argument(0, "requires_grad")) is False
    ]
    for root in program.roots:
        targets.extend(
            store.base
            for store in stores(root)
            if store.name in knowledge.words["trainable"] and constant(store.value) is False
        )
    found: set[int] = set()
    for target in targets:
        for value in layers.held(target, knowledge) or ():
            found.update(id(part) for part in layers.parts(value, knowledge))
    return frozenset(found)
