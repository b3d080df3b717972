"""The gradient lifecycle: cleared -> accumulated -> [unscaled] -> [clipped] -> applied -> cleared.

A small abstract interpreter runs the skeleton of a program over sets of configurations (the branch
decisions taken so far and, for each optimizer, the state of its gradients) until nothing new comes
up. What is forbidden is a transition: each is confirmed where a path shows it in full, and vetoed
where another path shows the same act to be right. A transition stands if it was confirmed and
never vetoed. An opaque call may have done anything, so it discharges whatever was pending.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gradlint.model.gradients import effects
from gradlint.model.gradients.accumulation import steps_by_count, steps_outside_its_loop
from gradlint.model.gradients.effects import Deed
from gradlint.model.gradients.event_tree import (
    Bone,
    Born,
    Call,
    Cycle,
    Fork,
    cycles,
    deeds,
    in_loop_of_its_own,
)
from gradlint.model.gradients.optimizers import Cast, Group, ids_of
from gradlint.model.networks import layers
from gradlint.values.kinds import Apply
from gradlint.values.trace import Exit

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge

CLEARED = "cleared"
FRESH = "accumulated"
STALE = "accumulated on top of applied ones"
APPLIED = "applied"
UNKNOWN = "unknown"

EARLY_CLIP = "clip before backward"
LATE_CLIP = "clip after step"
SCALED_CLIP = "clip while scaled"
REPEATED_CLIP = "clip at every micro-batch"
LOST_GRADIENTS = "zero between backward and step"
STALE_STEP = "step with no zero"
EARLY_SCHEDULE = "schedule before step"

MOST_CONFIGURATIONS = 1200
"""Configurations per point of the program. Training loops of public repositories need up to 150;
beyond this the program is given up rather than judged by a part of its paths."""

MOST_CHOICES = 9
"""Remembered branch decisions; a test beyond them is taken both ways each time it comes up."""


class State(NamedTuple):
    """The gradients of one optimizer on one path; numbers are indices of deeds that are pending."""

    grads: str = UNKNOWN
    scaled: bool = False
    early: int | None = None
    early_ran: bool = False
    late: int | None = None
    lost: int | None = None
    micro: int | None = None
    backward: int | None = None
    stepped: bool = False
    scheduled: int | None = None
    schedulers: frozenset[int] = frozenset()


Choices = frozenset[tuple[str, bool, bool]]
Configuration = tuple[Choices, tuple[State, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Transition:
    """A forbidden transition that some path shows and no path contradicts.

    `deed` is the act at fault, `other` the one that makes it wrong; `accumulates` that the step is
    taken only at every so many iterations, by a count.
    """

    kind: str
    deed: Deed
    other: Deed | None
    group: Group
    accumulates: bool = False


class TooManyPathsError(Exception):
    """The program branches more than can be followed."""


class Lifecycle:
    """One run over one program root. `transitions()` is the result."""

    def __init__(self, bones: list[Bone], knowledge: Knowledge) -> None:
        self.bones = bones
        self.knowledge = knowledge
        cast = Cast(deeds(bones), knowledge)
        self.deeds = cast.deeds
        self.index = cast.index
        self.kinds = cast.kinds
        self.groups = cast.groups
        self.effect = cast.effect
        self.confirmed: dict[tuple[str, int, int], int | None] = {}
        self.vetoed: set[tuple[str, int, int]] = set()

    # -- the run -----------------------------------------------------------------------------

    def run(self) -> None:
        """Follow every path.

        Raises:
            TooManyPathsError: there are more configurations than `MOST_CONFIGURATIONS`.
        """
        if not self.groups or not any(kind == effects.BACKWARD for kind in self.kinds.values()):
            return
        start: Configuration = (frozenset(), tuple(State() for _ in self.groups))
        self._block(self.bones, {start})

    def _block(
        self, bones: list[Bone], configurations: set[Configuration]
    ) -> tuple[set[Configuration], dict[str, set[Configuration]]]:
        exits: dict[str, set[Configuration]] = {}
        for bone in bones:
            if not configurations:
                break
            if len(configurations) > MOST_CONFIGURATIONS:
                raise TooManyPathsError
            if isinstance(bone, Deed):
                configurations = {
                    (choices, self._apply(bone, states)) for choices, states in configurations
                }
            elif isinstance(bone, Fork):
                configurations, left = self._fork(bone, configurations)
                _add_exits(exits, left)
            elif isinstance(bone, Cycle):
                configurations, left = self._cycle(bone, configurations)
                _add_exits(exits, left)
            elif isinstance(bone, Call):
                configurations, left = self._block(bone.body, configurations)
                configurations = configurations | left.pop("return", set())
                _add_exits(exits, left)
            elif isinstance(bone, Born):
                configurations = self._born(bone, configurations)
            elif isinstance(bone, Exit):
                exits.setdefault(bone.kind, set()).update(configurations)
                configurations = set()
        return configurations, exits

    def _fork(
        self, fork: Fork, configurations: set[Configuration]
    ) -> tuple[set[Configuration], dict[str, set[Configuration]]]:
        then: set[Configuration] = set()
        otherwise: set[Configuration] = set()
        for choices, states in configurations:
            decided = None
            if fork.key is not None:
                for key, value, _ in choices:
                    if key == fork.key:
                        decided = value != fork.negated
            if decided is None:
                remember = fork.key is not None and len(choices) < MOST_CHOICES
                for taken in (True, False):
                    known = choices
                    if remember and fork.key is not None:
                        known = choices | {(fork.key, taken != fork.negated, fork.varying)}
                    (then if taken else otherwise).add((known, states))
            else:
                (then if decided else otherwise).add((choices, states))
        first, exits = self._block(fork.then, then)
        second, left = self._block(fork.otherwise, otherwise)
        _add_exits(exits, left)
        return first | second, exits

    def _cycle(
        self, cycle: Cycle, configurations: set[Configuration]
    ) -> tuple[set[Configuration], dict[str, set[Configuration]]]:
        seen: set[Configuration] = set()
        ended: set[Configuration] = set()
        exits: dict[str, set[Configuration]] = {}
        while configurations:
            seen |= configurations
            if len(seen) > MOST_CONFIGURATIONS:
                raise TooManyPathsError
            after, left = self._block(cycle.body, configurations)
            after = after | left.pop("continue", set())
            ended |= _forget(left.pop("break", set()))
            _add_exits(exits, left)
            after = _forget(after)
            ended |= after
            configurations = after - seen
        return ended, exits

    def _born(self, born: Born, configurations: set[Configuration]) -> set[Configuration]:
        result = set()
        for choices, states in configurations:
            result.add(
                (
                    choices,
                    tuple(
                        State(grads=CLEARED) if id(born.value) in group.ids else state
                        for group, state in zip(self.groups, states, strict=True)
                    ),
                )
            )
        return result

    # -- transitions -------------------------------------------------------------------------

    def _apply(self, deed: Deed, states: tuple[State, ...]) -> tuple[State, ...]:
        number = self.index[id(deed)]
        handler = _HANDLERS.get(self.kinds[number])
        if handler is None:
            return states
        return tuple(handler(self, state, number, which) for which, state in enumerate(states))

    def _confirm(self, kind: str, number: int, which: int, other: int | None) -> None:
        self.confirmed.setdefault((kind, number, which), other)

    def _veto(self, number: int, which: int, *kinds: str) -> None:
        for kind in kinds:
            self.vetoed.add((kind, number, which))

    def _zero(self, state: State, number: int, which: int) -> State:
        reached = self.effect(number, which)
        if reached is False:
            return state
        if reached is None:
            return state._replace(grads=UNKNOWN, lost=None, micro=None, late=None, early=None)
        if state.late is not None:
            self._confirm(LATE_CLIP, state.late, which, number)
        lost = number if state.grads in (FRESH, STALE) else state.lost
        if state.grads in (CLEARED, APPLIED, UNKNOWN) and state.lost is None:
            self._veto(number, which, LOST_GRADIENTS)
        return state._replace(
            grads=CLEARED, scaled=False, lost=lost, micro=None, late=None, early=None
        )

    def _backward(self, state: State, number: int, which: int) -> State:
        reached = self.effect(number, which)
        if reached is False:
            return state
        if reached is None:
            return state._replace(grads=UNKNOWN, lost=None, micro=None, late=None, early=None)
        if state.micro is not None:
            self._confirm(REPEATED_CLIP, state.micro, which, number)
        grads = STALE if state.grads in (APPLIED, STALE) else FRESH
        return state._replace(
            grads=grads,
            scaled=self.deeds[number].scaled,
            early_ran=state.early is not None,
            lost=None,
            micro=None,
            late=None,
            backward=number,
        )

    def _clip(self, state: State, number: int, which: int) -> State:
        reached = self.effect(number, which)
        if reached is False:
            return state
        if reached is None or not self.deeds[number].bounds:
            return state._replace(early=None, late=None, micro=None)
        if state.grads == CLEARED:
            self._veto(number, which, LATE_CLIP)
            return state._replace(early=number, early_ran=False)
        if state.grads == APPLIED:
            self._veto(number, which, EARLY_CLIP)
            return state._replace(late=number)
        if state.grads == UNKNOWN:
            return state._replace(early=None, late=None, micro=None)
        self._veto(number, which, EARLY_CLIP, LATE_CLIP)
        if state.scaled and not self.deeds[number].by_engine:
            self._confirm(SCALED_CLIP, number, which, state.backward)
        else:
            self._veto(number, which, SCALED_CLIP)
        return state._replace(early=None, late=None, micro=number)

    def _step(self, state: State, number: int, which: int) -> State:
        reached = self.effect(number, which)
        if reached is False:
            return state
        if reached is None:
            return state._replace(
                grads=UNKNOWN, lost=None, micro=None, late=None, early=None, stepped=True,
                scheduled=None,
            )  # fmt: skip
        if state.early is not None and state.early_ran:
            self._confirm(EARLY_CLIP, state.early, which, state.backward)
        if state.lost is not None and state.grads == CLEARED:
            self._confirm(LOST_GRADIENTS, state.lost, which, number)
        if state.grads == STALE:
            self._confirm(STALE_STEP, number, which, state.backward)
        if state.scheduled is not None:
            self._confirm(EARLY_SCHEDULE, state.scheduled, which, number)
        grads = CLEARED if state.grads == CLEARED else APPLIED
        return state._replace(
            grads=grads,
            scaled=False,
            early=None,
            lost=None,
            micro=None,
            stepped=True,
            scheduled=None,
        )

    def _unscale(self, state: State, number: int, which: int) -> State:
        return state if self.effect(number, which) is False else state._replace(scaled=False)

    def _schedule(self, state: State, number: int, which: int) -> State:
        deed = self.deeds[number]
        key = id(deed.subject)
        if deed.optimizer is not None and not ids_of(deed.optimizer) & self.groups[which].ids:
            return state
        if key in state.schedulers or in_loop_of_its_own(self.bones, deed):
            return state
        if state.stepped or (deed.call is not None and (deed.call.args or deed.call.kwargs)):
            self._veto(number, which, EARLY_SCHEDULE)
            return state._replace(schedulers=state.schedulers | {key})
        return state._replace(scheduled=number, schedulers=state.schedulers | {key})

    def _opaque(self, state: State, number: int, which: int) -> State:
        # Whoever only reads the gradients now can't undo an update that was made unclipped.
        late = None if self._may_step(number) else state.late
        return state._replace(
            grads=UNKNOWN, scaled=False, early=None, late=late, lost=None, micro=None,
            stepped=True, scheduled=None,
        )  # fmt: skip

    def _may_step(self, number: int) -> bool:
        """Whether an opaque call got hold of anything that can step: all but plain parameters."""
        call = self.deeds[number].call
        if call is None:
            return True
        return not all(
            isinstance(argument, Apply) and argument.fn in layers.PARAMETER_METHODS
            for argument in (*call.args, *call.kwargs.values())
        )

    # -- results -----------------------------------------------------------------------------

    def transitions(self) -> list[Transition]:
        """What stands: confirmed on some path and contradicted on none."""
        found = []
        for (kind, number, which), other in self.confirmed.items():
            if (kind, number, which) in self.vetoed:
                continue
            if kind == STALE_STEP and not self._never_cleared(number, which):
                continue
            found.append(
                Transition(
                    kind,
                    self.deeds[number],
                    self.deeds[other] if other is not None else None,
                    self.groups[which],
                    accumulates=kind == REPEATED_CLIP
                    and self._accumulates(self.deeds[number], which),
                )
            )
        return found

    def _accumulates(self, deed: Deed, which: int) -> bool:
        """Whether the steps of an optimizer are taken once for several runs of a deed."""

        def is_step(other: Deed) -> bool:
            number = self.index[id(other)]
            stepping = self.kinds[number] in (effects.STEP, effects.SCALER_STEP)
            return stepping and self.effect(number, which) is not False

        return steps_by_count(self.bones, is_step) or (
            steps_outside_its_loop(self.bones, deed, is_step)
        )

    def _never_cleared(self, number: int, which: int) -> bool:
        """Whether no loop around a step clears its gradients, on any path."""
        if not self.groups[which].certain:
            return False
        for cycle in cycles(self.bones):
            inside = deeds([cycle])
            if not any(deed is self.deeds[number] for deed in inside):
                continue
            for deed in inside:
                kind = self.kinds[self.index[id(deed)]]
                if kind == effects.ZERO and self.effect(self.index[id(deed)], which) is not False:
                    return False
        return True


def _add_exits(exits: dict[str, set[Configuration]], more: dict[str, set[Configuration]]) -> None:
    for kind, configurations in more.items():
        exits.setdefault(kind, set()).update(configurations)


def _forget(configurations: set[Configuration]) -> set[Configuration]:
    """Drop what was decided by something that another iteration may change."""
    return {
        (frozenset(choice for choice in choices if not choice[2]), states)
        for choices, states in configurations
    }


_HANDLERS = {
    effects.ZERO: Lifecycle._zero,
    effects.BACKWARD: Lifecycle._backward,
    effects.CLIP: Lifecycle._clip,
    effects.STEP: Lifecycle._step,
    effects.SCALER_STEP: Lifecycle._step,
    effects.UNSCALE: Lifecycle._unscale,
    effects.SCHEDULE: Lifecycle._schedule,
    effects.OPAQUE: Lifecycle._opaque,
}
