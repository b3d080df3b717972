"""An event tree -> every path through it, each with its state at every effect.

A small abstract interpreter runs the tree over sets of configurations, the branch decisions taken
so far and a state, until nothing new comes up. What a state is, and what an effect makes of it, is
for the caller to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from gradlint.model.gradients.effects import GradientEffect
from gradlint.model.gradients.event_tree import Cycle, Fork, Inlined, Node, OptimizerCreated
from gradlint.values.trace import Exit

MOST_CONFIGURATIONS = 1200
"""Configurations per point of the program. Training loops of public repositories need up to 150;
beyond this the program is given up rather than judged by a part of its paths."""

MOST_CHOICES = 9
"""Remembered branch decisions; a test beyond them is taken both ways each time it comes up."""


class TooManyPathsError(Exception):
    """The program branches more than can be followed."""


Choices = frozenset[tuple[str, bool, bool]]
"""Each test that was decided, how, and whether another iteration may decide it anew."""

_S = TypeVar("_S")

_Configuration = tuple[Choices, _S]


def follow(
    nodes: list[Node],
    start: _S,
    apply: Callable[[GradientEffect, _S], _S],
    created: Callable[[OptimizerCreated, _S], _S],
) -> None:
    """Call `apply` for each effect, and `created` for each optimizer, in each state it is met in.

    Raises:
        TooManyPathsError: there are more configurations than `MOST_CONFIGURATIONS`.
    """
    _Walk(apply, created).block(nodes, {(frozenset(), start)})


@dataclass(frozen=True, slots=True)
class _Walk(Generic[_S]):
    apply: Callable[[GradientEffect, _S], _S]
    created: Callable[[OptimizerCreated, _S], _S]

    def block(
        self, nodes: list[Node], configurations: set[_Configuration[_S]]
    ) -> tuple[set[_Configuration[_S]], dict[str, set[_Configuration[_S]]]]:
        exits: dict[str, set[_Configuration[_S]]] = {}
        for node in nodes:
            if not configurations:
                break
            if len(configurations) > MOST_CONFIGURATIONS:
                raise TooManyPathsError
            if isinstance(node, GradientEffect):
                configurations = {
                    (choices, self.apply(node, state)) for choices, state in configurations
                }
            elif isinstance(node, Fork):
                configurations, left = self._fork(node, configurations)
                _add_exits(exits, left)
            elif isinstance(node, Cycle):
                configurations, left = self._cycle(node, configurations)
                _add_exits(exits, left)
            elif isinstance(node, Inlined):
                configurations, left = self.block(node.body, configurations)
                configurations = configurations | left.pop(node.exit, set())
                _add_exits(exits, left)
            elif isinstance(node, OptimizerCreated):
                configurations = {
                    (choices, self.created(node, state)) for choices, state in configurations
                }
            elif isinstance(node, Exit):
                exits.setdefault(node.kind, set()).update(configurations)
                configurations = set()
        return configurations, exits

    def _fork(
        self, fork: Fork, configurations: set[_Configuration[_S]]
    ) -> tuple[set[_Configuration[_S]], dict[str, set[_Configuration[_S]]]]:
        then: set[_Configuration[_S]] = set()
        otherwise: set[_Configuration[_S]] = set()
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
        first, exits = self.block(fork.then, then)
        second, left = self.block(fork.otherwise, otherwise)
        _add_exits(exits, left)
        return first | second, exits

    def _cycle(
        self, cycle: Cycle, configurations: set[_Configuration[_S]]
    ) -> tuple[set[_Configuration[_S]], dict[str, set[_Configuration[_S]]]]:
        seen: set[_Configuration[_S]] = set()
        ended: set[_Configuration[_S]] = set()
        exits: dict[str, set[_Configuration[_S]]] = {}
        while configurations:
            seen |= configurations
            if len(seen) > MOST_CONFIGURATIONS:
                raise TooManyPathsError
            after, left = self.block(cycle.body, configurations)
            after = after | left.pop("continue", set())
            ended |= _forget(left.pop("break", set()))
            _add_exits(exits, left)
            after = _forget(after)
            ended |= after
            configurations = after - seen
        return ended, exits


def _add_exits(
    exits: dict[str, set[_Configuration[_S]]], more: dict[str, set[_Configuration[_S]]]
) -> None:
    for kind, configurations in more.items():
        exits.setdefault(kind, set()).update(configurations)


def _forget(configurations: set[_Configuration[_S]]) -> set[_Configuration[_S]]:
    """Drop what was decided by something that another iteration may change."""
    return {
        (frozenset(choice for choice in choices if not choice[2]), states)
        for choices, states in configurations
    }
