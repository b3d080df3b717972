"""Deeds -> who is who: the optimizers of a program, what each holds, and which deeds reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.gradients import effects
from gradlint.model.gradients.effects import Deed
from gradlint.model.gradients.object_kinds import role
from gradlint.model.networks import layers
from gradlint.values.kinds import Function, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """An optimizer and the networks whose parameters it holds (None: not known)."""

    optimizer: Value
    ids: frozenset[int]
    held: list[Value] | None
    certain: bool


def ids_of(value: Value) -> frozenset[int]:
    """The identities of a value's alternatives."""
    return frozenset(id(option) for option in value.options())


class Cast:
    """The optimizers of one program root, and whom each of its deeds concerns.

    `kinds` says what each deed is, now that all are known: a `step` of an unknown object is an
    optimizer's if something clears its gradients, else it may be anything's.
    """

    def __init__(self, deeds: list[Deed], knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.deeds = deeds
        self.index = {id(deed): number for number, deed in enumerate(deeds)}
        self.kinds: dict[int, str] = {}
        self.subjects: dict[int, Value | None] = {}
        self.groups = self._find_groups()
        self._effects: dict[tuple[int, int], bool | None] = {}

    def _find_groups(self) -> list[Group]:
        zeroed: set[int] = set()
        for deed in self.deeds:
            if deed.kind == effects.ZERO and deed.subject is not None:
                zeroed |= ids_of(deed.subject)
        found: list[Group] = []
        unresolved: list[Deed] = []
        for number, deed in enumerate(self.deeds):
            kind, subject = deed.kind, deed.subject
            if kind == "some step":
                argument = deed.call.args[0] if deed.call is not None and deed.call.args else None
                if argument is not None and ids_of(argument) & zeroed:
                    kind, subject = effects.SCALER_STEP, argument
                elif subject is not None and ids_of(subject) & zeroed:
                    kind = effects.STEP
                else:
                    unresolved.append(deed)
                    kind = "none"
            if kind == effects.STEP and self._with_closure(deed):
                kind = effects.OPAQUE
            self.kinds[number] = kind
            self.subjects[number] = subject
            if kind in (effects.STEP, effects.SCALER_STEP) and subject is not None:
                self._add(found, subject, certain=True)
        if not found:
            for deed in unresolved:
                if deed.subject is not None and not (deed.call and deed.call.args):
                    self._add(found, deed.subject, certain=False)
                    self.kinds[self.index[id(deed)]] = effects.STEP
        return found

    def _with_closure(self, deed: Deed) -> bool:
        if deed.call is None:
            return False
        closure = any(isinstance(argument, Function) for argument in deed.call.args)
        fact = self.knowledge.of("optimizer", deed.subject)
        return closure or bool(fact and fact.get("closure"))

    def _add(self, groups: list[Group], optimizer: Value, certain: bool) -> None:
        ids = ids_of(optimizer)
        for group in groups:
            if group.ids & ids:
                return
        held = layers.held(optimizer, self.knowledge)
        if held is not None and any(value is optimizer for value in held):
            held = None
        groups.append(Group(optimizer, ids, held, certain))

    def effect(self, number: int, which: int) -> bool | None:
        """Whether a deed reaches the gradients of a group; None where it may."""
        key = (number, which)
        if key not in self._effects:
            self._effects[key] = self._find_effect(number, which)
        return self._effects[key]

    def _find_effect(self, number: int, which: int) -> bool | None:
        group = self.groups[which]
        subject = self.subjects[number]
        kind = self.kinds[number]
        alone = len(self.groups) == 1
        if kind == effects.BACKWARD:
            if alone:
                return True
            if subject is None or group.held is None:
                return None
            return layers.depends_on(subject, group.held, self.knowledge)
        if subject is None:
            return True if alone else None
        ids = ids_of(subject)
        if ids & group.ids:
            return True
        if any(ids & other.ids for other in self.groups):
            return False
        if kind in (effects.STEP, effects.SCALER_STEP, effects.UNSCALE):
            return True if alone else None
        if role(subject, self.knowledge) == "optimizer":
            return False
        found = layers.overlap(layers.held(subject, self.knowledge), group.held, self.knowledge)
        if found is None and alone:
            return True
        return found
