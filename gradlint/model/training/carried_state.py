"""Training loops -> states that one iteration hands to the next with their graph."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.gradients.effects import BACKWARD, SCALER_STEP, STEP, GradientEffect
from gradlint.model.gradients.lifecycles import lifecycles
from gradlint.model.networks import layers
from gradlint.values.at_call import AtCall
from gradlint.values.graph import constant, walk
from gradlint.values.kinds import Apply, Join, Seq, Value
from gradlint.values.marks import DETACHED

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.gradients.lifecycle import Lifecycle
    from gradlint.model.program import Program

MOST_NODES = 6000
"""Values looked at for one backward pass; a graph that is larger is left alone."""


@dataclass(slots=True, eq=False, repr=False)
class CarriedState(AtCall):
    """A state that the network returned in one iteration and gets back in the next, graph and all.

    `call` is the call that gets it; `backward` the backward pass that runs through both;
    `retained` that this pass keeps the graph (`retain_graph=True`).
    """

    call: Apply
    backward: GradientEffect
    retained: bool


@dataclass(slots=True, eq=False, repr=False)
class _Found:
    """A value of the iteration before, and the call of this iteration that gets it."""

    earlier: Value
    user: Apply


def carried_states(program: Program) -> Iterator[CarriedState]:
    """States that are carried over from iteration to iteration without being detached."""
    for lifecycle in program.once(lifecycles):
        for number, effect in enumerate(lifecycle.effects):
            call = effect.call
            if lifecycle.kinds[number] != BACKWARD or effect.subject is None or call is None:
                continue
            if not call.loops or _leaves(call.loops[-1][0]):
                continue
            retained = _retains(call)
            if retained and not _steps_in(lifecycle, call.loops[-1][0]):
                continue
            loop, now = call.loops[-1]
            found = _Search(loop, now, program.knowledge).run(effect.subject)
            if found is not None:
                where = _call_in(loop, found, program)
                yield CarriedState(where, effect, retained)


def _leaves(loop: ast.AST) -> bool:
    """Whether a loop is left at the end of its first iteration."""
    return isinstance(loop, ast.For | ast.While) and isinstance(loop.body[-1], ast.Break)


def _retains(call: Apply) -> bool:
    """Whether a backward pass may keep its graph."""
    given = [call.kwargs[name] for name in ("retain_graph", "create_graph") if name in call.kwargs]
    return not call.complete or any(constant(value) is not False for value in given)


def _steps_in(lifecycle: Lifecycle, loop: ast.AST) -> bool:
    """Whether weights change in place in the same loop, which a kept graph does not survive."""
    return any(
        lifecycle.kinds[number] in (STEP, SCALER_STEP)
        and effect.call is not None
        and any(one is loop for one, _ in effect.call.loops)
        for number, effect in enumerate(lifecycle.effects)
    )


class _Search:
    """The way back from a loss to a layer that was called in the iteration before."""

    def __init__(self, loop: ast.AST, now: int, knowledge: Knowledge) -> None:
        self.loop = loop
        self.now = now
        self.knowledge = knowledge
        self.looked_at = 0

    def run(self, start: Value, user: Apply | None = None) -> _Found | None:
        """A state of the iteration before that `start` certainly depends on.

        Of a join every alternative must: with a path on which the state is made anew, it is not
        certain to be carried.
        """
        seen: set[tuple[int, bool]] = set()
        stack: list[tuple[Value, Apply | None]] = [(start, user)]
        while stack and self.looked_at < MOST_NODES:
            value, user = stack.pop()
            key = (id(value), user is None)
            if key in seen:
                continue
            seen.add(key)
            self.looked_at += 1
            if isinstance(value, Join):
                ways = [self.run(option, user) for option in value.options()]
                if ways and all(ways):
                    return ways[0]
            elif isinstance(value, Seq):
                stack.extend((item, user) for item in value.items)
            elif isinstance(value, Apply) and not self._is_cut(value):
                made = dict(value.loops).get(self.loop)
                if made is not None and made < self.now:
                    if user is not None and self._recurs(value, user):
                        return _Found(value, user)
                    continue
                stack.extend(self._further(value, user))
        return None

    def _further(self, value: Apply, user: Apply | None) -> Iterator[tuple[Value, Apply | None]]:
        """What a value was computed from, as far as gradients flow."""
        if value.fn in ("?", "iter"):
            return
        if value.inner is not None:
            yield value.inner, user
            return
        if self._has_weights(value):
            user = value
        if value.fn[:1] == "." and len(value.fn) > 1:
            if isinstance(value.receiver, Apply) and not self.knowledge.is_object(value.receiver):
                yield value.receiver, user
                for argument in value.args:
                    yield argument, user
            return
        for argument in (*value.args, *value.kwargs.values()):
            yield argument, user

    def _is_cut(self, value: Apply) -> bool:
        """Whether no gradient flows back through a value."""
        name = value.fn.rpartition(".")[2]
        cut = name in self.knowledge.words["cuts-graph"]
        return cut or not value.tracked or DETACHED in value.attrs

    def _has_weights(self, value: Apply) -> bool:
        """Whether a call multiplies by weights: of a layer, of a network, or a parameter."""
        if value.fn != "()":
            return any(self._is_parameter(argument) for argument in value.args)
        layer = value.receiver
        if not isinstance(layer, Apply):
            return layer is not None and layers.is_network(layer, self.knowledge)
        fact = self.knowledge.fact("layer", layer.fn)
        return self.knowledge.fact("recurrent", layer.fn) is not None or (
            fact is not None and fact["kind"] in ("linear", "conv", "attention", "normalization")
        )

    def _is_parameter(self, value: Value) -> bool:
        if not isinstance(value, Apply):
            return False
        fact = self.knowledge.fact("layer", value.fn)
        return (fact is not None and fact["kind"] == "parameter") or (
            constant(value.kwargs.get("requires_grad")) is True
        )

    def _recurs(self, earlier: Value, user: Apply) -> bool:
        """Whether the call that gets the state is the one that made it, an iteration before."""
        seen: set[int] = set()
        stack: list[Value] = [earlier]
        while stack and len(seen) < MOST_NODES:
            value = stack.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            if isinstance(value, Seq):
                stack.extend(value.items)
            elif isinstance(value, Apply) and not self._is_cut(value):
                if value.node is user.node and value.receiver is user.receiver:
                    return True
                stack.extend(operand for operand, _ in self._further(value, None))
        return False


def _call_in(loop: ast.AST, found: _Found, program: Program) -> Apply:
    """The first call in the text of the loop that gets the state, or that leads to who does."""
    inside = {id(node) for node in ast.walk(loop)}
    for call in program.applies:
        if call.fn != "()" or id(call.node) not in inside:
            continue
        arguments = (*call.args, *call.kwargs.values())
        gets = any(node is found.earlier for value in arguments for node in walk(value, 60))
        leads = call.inner is not None and any(node is found.user for node in walk(call.inner))
        if gets or leads:
            return call
    return found.user


__all__ = ["CarriedState", "carried_states"]
