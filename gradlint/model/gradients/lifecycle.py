"""The gradient lifecycle: cleared -> accumulated -> [unscaled] -> [clipped] -> applied -> cleared.

Every path through the skeleton of a program is followed with, for each optimizer, the state of its
gradients. What is forbidden is a transition: each is confirmed where a path shows it in full, and
vetoed where another path shows the same act to be right. A transition stands if it was confirmed
and never vetoed. An opaque call may have done anything, so it discharges whatever was pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gradlint.model.gradients.accumulation import steps_by_count, steps_outside_its_loop
from gradlint.model.gradients.effects import (
    BACKWARD,
    CLIP,
    OPAQUE,
    SCALER_STEP,
    SCHEDULE,
    STEP,
    UNSCALE,
    ZERO,
    GradientEffect,
)
from gradlint.model.gradients.event_tree import (
    Node,
    OptimizerCreated,
    cycles,
    effects_in,
    in_loop_of_its_own,
)
from gradlint.model.gradients.optimizers import Optimizers, ids_of
from gradlint.model.gradients.paths import follow
from gradlint.model.gradients.transition import (
    EarlyClip,
    EarlySchedule,
    LateClip,
    LostGradients,
    RepeatedClip,
    ScaledClip,
    StaleStep,
    Transition,
)
from gradlint.values.kinds import Apply

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge

CLEARED = "cleared"
FRESH = "accumulated"
STALE = "accumulated on top of applied ones"
APPLIED = "applied"
UNKNOWN = "unknown"


class State(NamedTuple):
    """The gradients of one optimizer on one path; numbers are indices of pending effects."""

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

    def settled(self, **more: Any) -> State:
        """No clip and no clearing is pending any more."""
        return self._replace(early=None, late=None, lost=None, micro=None, **more)


class Lifecycle:
    """One run over one program root. `transitions()` is the result."""

    def __init__(self, nodes: list[Node], knowledge: Knowledge) -> None:
        self.nodes = nodes
        self.knowledge = knowledge
        optimizers = Optimizers(effects_in(nodes), knowledge)
        self.effects = optimizers.effects
        self.index = optimizers.index
        self.kinds = optimizers.kinds
        self.groups = optimizers.groups
        self.reaches = optimizers.reaches
        self.concerns = optimizers.concerns
        self.confirmed: dict[tuple[type[Transition], int, int], int | None] = {}
        self.vetoed: set[tuple[type[Transition], int, int]] = set()

    # -- the run -----------------------------------------------------------------------------

    def run(self) -> None:
        """Follow every path.

        Raises:
            TooManyPathsError: there are more than can be followed.
        """
        if not self.groups or not any(kind == BACKWARD for kind in self.kinds.values()):
            return
        start = tuple(State() for _ in self.groups)
        follow(self.nodes, start, self.apply, self.created)

    def created(self, made: OptimizerCreated, states: tuple[State, ...]) -> tuple[State, ...]:
        """What a new optimizer finds: gradients that nothing was added to."""
        return tuple(
            State(grads=CLEARED) if id(made.value) in group.ids else state
            for group, state in zip(self.groups, states, strict=True)
        )

    # -- transitions -------------------------------------------------------------------------

    def apply(self, effect: GradientEffect, states: tuple[State, ...]) -> tuple[State, ...]:
        """What one effect makes of the gradients of each optimizer."""
        number = self.index[id(effect)]
        handler = _HANDLERS.get(self.kinds[number])
        if handler is None:
            return states
        return tuple(handler(self, state, number, which) for which, state in enumerate(states))

    def _confirm(self, kind: type[Transition], number: int, which: int, other: int | None) -> None:
        self.confirmed.setdefault((kind, number, which), other)

    def _veto(self, number: int, which: int, *kinds: type[Transition]) -> None:
        for kind in kinds:
            self.vetoed.add((kind, number, which))

    def _zero(self, state: State, number: int, which: int) -> State:
        reached = self.reaches(number, which)
        if reached is False:
            return state
        if reached is None:
            return state.settled(grads=UNKNOWN)
        if state.late is not None:
            self._confirm(LateClip, state.late, which, number)
        lost = number if state.grads in (FRESH, STALE) else state.lost
        if state.grads in (APPLIED, UNKNOWN):
            self._veto(number, which, LostGradients)
        return state.settled(grads=CLEARED, scaled=False)._replace(lost=lost)

    def _backward(self, state: State, number: int, which: int) -> State:
        reached = self.reaches(number, which)
        if reached is False:
            return state
        if reached is None:
            return state.settled(grads=UNKNOWN)
        if state.micro is not None:
            self._confirm(RepeatedClip, state.micro, which, number)
        grads = STALE if state.grads in (APPLIED, STALE) else FRESH
        return state._replace(
            grads=grads,
            scaled=self.effects[number].scaled,
            early_ran=state.early is not None,
            lost=None,
            micro=None,
            late=None,
            backward=number,
        )

    def _clip(self, state: State, number: int, which: int) -> State:
        reached = self.reaches(number, which)
        if reached is False:
            return state
        if reached is None or not self.effects[number].bounds:
            return state._replace(early=None, late=None, micro=None)
        if state.grads == CLEARED:
            self._veto(number, which, LateClip)
            return state._replace(early=number, early_ran=False)
        if state.grads == APPLIED:
            self._veto(number, which, EarlyClip)
            return state._replace(late=number)
        if state.grads == UNKNOWN:
            return state._replace(early=None, late=None, micro=None)
        self._veto(number, which, EarlyClip, LateClip)
        if state.scaled and not self.effects[number].by_engine:
            self._confirm(ScaledClip, number, which, state.backward)
        else:
            self._veto(number, which, ScaledClip)
        return state._replace(early=None, late=None, micro=number)

    def _step(self, state: State, number: int, which: int) -> State:
        reached = self.reaches(number, which)
        if reached is False:
            return state
        if reached is None:
            return state.settled(grads=UNKNOWN, stepped=True, scheduled=None)
        grads = CLEARED if state.grads == CLEARED else APPLIED
        applied = state.settled(grads=grads, scaled=False)
        if len(self.groups) > 1 and not self.concerns(number, which):
            # Another optimizer of these parameters: what is wrong with its step is its own.
            return applied
        if state.early is not None and state.early_ran:
            self._confirm(EarlyClip, state.early, which, state.backward)
        if state.lost is not None:
            self._confirm(LostGradients, state.lost, which, number)
        if state.grads == STALE:
            self._confirm(StaleStep, number, which, state.backward)
        if state.scheduled is not None:
            self._confirm(EarlySchedule, state.scheduled, which, number)
        return applied._replace(stepped=True, scheduled=None)

    def _unscale(self, state: State, number: int, which: int) -> State:
        return state if self.reaches(number, which) is False else state._replace(scaled=False)

    def _schedule(self, state: State, number: int, which: int) -> State:
        effect = self.effects[number]
        key = id(effect.subject)
        if effect.optimizer is not None and not ids_of(effect.optimizer) & self.groups[which].ids:
            return state
        if key in state.schedulers or in_loop_of_its_own(self.nodes, effect):
            return state
        if state.stepped or (effect.call is not None and (effect.call.args or effect.call.kwargs)):
            self._veto(number, which, EarlySchedule)
            return state._replace(schedulers=state.schedulers | {key})
        return state._replace(scheduled=number, schedulers=state.schedulers | {key})

    def _opaque(self, state: State, number: int, which: int) -> State:
        # Whoever only reads the gradients now can't undo an update that was made unclipped.
        late = None if self._may_step(number) else state.late
        opaque = state.settled(grads=UNKNOWN, scaled=False, stepped=True, scheduled=None)
        return opaque._replace(late=late)

    def _may_step(self, number: int) -> bool:
        """Whether an opaque effect may step: a call of anything but plain parameters, no store."""
        call = self.effects[number].call
        return call is not None and not all(
            isinstance(argument, Apply) and self.knowledge.does(argument.fn, "gives-parameters")
            for argument in (*call.args, *call.kwargs.values())
        )

    # -- results -----------------------------------------------------------------------------

    def transitions(self) -> list[Transition]:
        """What stands: confirmed on some path and contradicted on none."""
        found = []
        for (kind, number, which), other in self.confirmed.items():
            if self._is_vetoed(kind, number, which):
                continue
            if kind is StaleStep and not self._never_cleared(number, which):
                continue
            effect = self.effects[number]
            if kind is RepeatedClip and not self._accumulates(effect, which):
                continue
            cause = self.effects[other] if other is not None else None
            found.append(kind(effect, cause))
        return found

    def _is_vetoed(self, kind: type[Transition], number: int, which: int) -> bool:
        """Whether another path shows the same effect to be right.

        A clip over the networks of two optimizers is right if it is in time for either.
        """
        if kind in (EarlyClip, LateClip):
            return any((kind, number, other) in self.vetoed for other in range(len(self.groups)))
        return (kind, number, which) in self.vetoed

    def _accumulates(self, effect: GradientEffect, which: int) -> bool:
        """Whether the steps of an optimizer are taken once for several runs of a effect."""

        def is_step(other: GradientEffect) -> bool:
            number = self.index[id(other)]
            stepping = self.kinds[number] in (STEP, SCALER_STEP)
            return stepping and self.reaches(number, which) is not False

        return steps_by_count(self.nodes, is_step) or (
            steps_outside_its_loop(self.nodes, effect, is_step)
        )

    def _never_cleared(self, number: int, which: int) -> bool:
        """Whether no loop around a step clears its gradients, on any path."""
        if not self.groups[which].certain:
            return False
        for cycle in cycles(self.nodes):
            inside = effects_in([cycle])
            if not any(effect is self.effects[number] for effect in inside):
                continue
            for effect in inside:
                kind = self.kinds[self.index[id(effect)]]
                if kind == ZERO and self.reaches(self.index[id(effect)], which) is not False:
                    return False
        return True


_HANDLERS = {
    ZERO: Lifecycle._zero,
    BACKWARD: Lifecycle._backward,
    CLIP: Lifecycle._clip,
    STEP: Lifecycle._step,
    SCALER_STEP: Lifecycle._step,
    UNSCALE: Lifecycle._unscale,
    SCHEDULE: Lifecycle._schedule,
    OPAQUE: Lifecycle._opaque,
}
