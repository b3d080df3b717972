"""Effects -> the optimizers of a program, what each holds, and which effects reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.gradients.effects import (
    BACKWARD,
    NOTHING,
    OPAQUE,
    SCALER_STEP,
    STEP,
    UNKNOWN_STEP,
    ZERO,
    GradientEffect,
)
from gradlint.model.gradients.object_kinds import role
from gradlint.model.networks import layers
from gradlint.values.kinds import Function, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge


@dataclass(slots=True, eq=False, repr=False)
class OptimizerGroup:
    """An optimizer and the networks whose parameters it holds (None: not known)."""

    optimizer: Value
    ids: frozenset[int]
    held: list[Value] | None
    certain: bool


def ids_of(value: Value) -> frozenset[int]:
    """The identities of a value's alternatives."""
    return frozenset(id(option) for option in value.options())


class Optimizers:
    """The optimizers of one program root, and whom each of its effects concerns.

    `kinds` says what each effect is, now that all are known: a `step` of an unknown object is an
    optimizer's if something clears its gradients, else it may be anything's.
    """

    def __init__(self, effects: list[GradientEffect], knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.effects = effects
        self.index = {id(effect): number for number, effect in enumerate(effects)}
        self.kinds: dict[int, str] = {}
        self.subjects: dict[int, Value | None] = {}
        self.groups = self._find_groups()
        self._reached: dict[tuple[int, int], bool | None] = {}

    def _find_groups(self) -> list[OptimizerGroup]:
        zeroed: set[int] = set()
        for effect in self.effects:
            if effect.kind == ZERO and effect.subject is not None:
                zeroed |= ids_of(effect.subject)
        found: list[OptimizerGroup] = []
        unresolved: list[GradientEffect] = []
        for number, effect in enumerate(self.effects):
            kind, subject = effect.kind, effect.subject
            if kind == UNKNOWN_STEP:
                argument = (
                    effect.call.args[0] if effect.call is not None and effect.call.args else None
                )
                if argument is not None and ids_of(argument) & zeroed:
                    kind, subject = SCALER_STEP, argument
                elif subject is not None and ids_of(subject) & zeroed:
                    kind = STEP
                else:
                    unresolved.append(effect)
                    kind = NOTHING
            if kind == STEP and self._with_closure(effect):
                kind = OPAQUE
            self.kinds[number] = kind
            self.subjects[number] = subject
            if kind in (STEP, SCALER_STEP) and subject is not None:
                self._add(found, subject, certain=True)
        if not found:
            for effect in unresolved:
                if effect.subject is not None and not (effect.call and effect.call.args):
                    self._add(found, effect.subject, certain=False)
                    self.kinds[self.index[id(effect)]] = STEP
        return found

    def _with_closure(self, effect: GradientEffect) -> bool:
        if effect.call is None:
            return False
        closure = any(isinstance(argument, Function) for argument in effect.call.args)
        fact = self.knowledge.of("optimizer", effect.subject)
        return closure or bool(fact and fact.get("closure"))

    def _add(self, groups: list[OptimizerGroup], optimizer: Value, certain: bool) -> None:
        ids = ids_of(optimizer)
        for group in groups:
            if group.ids & ids:
                return
        held = layers.held(optimizer, self.knowledge)
        if held is not None and any(value is optimizer for value in held):
            held = None
        groups.append(OptimizerGroup(optimizer, ids, held, certain))

    def reaches(self, number: int, which: int) -> bool | None:
        """Whether an effect reaches the gradients of a group; None where it may."""
        key = (number, which)
        if key not in self._reached:
            self._reached[key] = self._find_reach(number, which)
        return self._reached[key]

    def concerns(self, number: int, which: int) -> bool:
        """Whether an effect is done to the optimizer of a group itself."""
        subject = self.subjects[number]
        return subject is not None and bool(ids_of(subject) & self.groups[which].ids)

    def _find_reach(self, number: int, which: int) -> bool | None:
        group = self.groups[which]
        subject = self.subjects[number]
        kind = self.kinds[number]
        alone = len(self.groups) == 1
        if kind == BACKWARD:
            if alone:
                return True
            if subject is None or group.held is None:
                return None
            return layers.depends_on(subject, group.held, self.knowledge)
        if subject is None:
            return True if alone else None
        if self.concerns(number, which):
            return True
        named = any(ids_of(subject) & other.ids for other in self.groups)
        held = layers.held(subject, self.knowledge)
        found = layers.overlap(held, group.held, self.knowledge)
        if kind == ZERO and found and not self._covers(held, group):
            # The gradients of some parameters are cleared, and those of others are not.
            return None
        if named or role(subject, self.knowledge) == "optimizer":
            # Gradients are the parameters', so what another optimizer of the same ones does counts.
            return found is True
        if found is None and alone:
            return True
        return found

    def _covers(self, held: list[Value] | None, group: OptimizerGroup) -> bool:
        """Whether what an effect is done to has all the parameters of a group."""
        inside = {id(part) for one in held or [] for part in layers.parts(one, self.knowledge)}
        return all(id(network) in inside for network in group.held or [])
