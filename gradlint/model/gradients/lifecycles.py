"""A program -> the gradient lifecycle of each of its entry points, and what it forbids in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gradlint.model.gradients.event_tree import event_tree
from gradlint.model.gradients.lifecycle import Lifecycle
from gradlint.model.gradients.paths import TooManyPathsError
from gradlint.model.gradients.transition import Transition
from gradlint.model.program import Program

_TransitionT = TypeVar("_TransitionT", bound=Transition)


def lifecycles(program: Program) -> list[Lifecycle]:
    """The gradient lifecycle of each entry point, run."""
    found = []
    for root in program.roots:
        lifecycle = Lifecycle(event_tree(root, program.knowledge), program.knowledge)
        try:
            lifecycle.run()
        except TooManyPathsError:
            lifecycle.confirmed.clear()
            first = lifecycle.effects[0]
            reason = "too many paths through the training loop"
            program.interpreter.give_up(program.module, first.node, reason)
        found.append(lifecycle)
    return found


def transitions(kind: type[_TransitionT]) -> Callable[[Program], list[_TransitionT]]:
    """A view: the forbidden transitions of one kind."""

    def view(program: Program) -> list[_TransitionT]:
        return [found for found in program.once(_transitions) if isinstance(found, kind)]

    return view


def _transitions(program: Program) -> list[Transition]:
    return [found for one in program.once(lifecycles) for found in one.transitions()]
