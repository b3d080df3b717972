"""Iterators of parameters that something has gone through before a clip gets them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

from gradlint.model.networks import layers
from gradlint.values.kinds import Apply, Map, Seq, Value
from gradlint.values.trace import Act, Block, Branch, Loop, Scope

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.program import Program

Path = tuple[tuple[int, bool], ...]
"""The branches that an act stands in, and which side of each."""

_ONCE = frozenset({"builtins.filter", "builtins.map", "itertools.chain"})
_TO_THE_END = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.sorted"})
_DRAINING_NAMES = frozenset({"sum", "list", "tuple", "set", "sorted", "max", "min", "len"})


def is_iterator(target: Value | None, knowledge: Knowledge) -> bool:
    """Whether a value is certain to be empty once it was gone through."""
    if isinstance(target, Seq):
        return isinstance(target.node, ast.GeneratorExp)
    if not isinstance(target, Apply):
        return False
    if target.fn in _ONCE:
        return True
    receiver = target.receiver
    known = isinstance(receiver, Apply) or (
        receiver is not None and layers.is_network(receiver, knowledge)
    )
    return knowledge.does(target.fn, "iterates-parameters") and known


def consumer(program: Program, clip: Apply, target: Value | None) -> Apply | Loop | None:
    """What is certain to have gone through an iterator whenever a clip gets it.

    It comes earlier, and in no branch that the clip is not in as well.
    """
    if target is None or not is_iterator(target, program.knowledge):
        return None
    for root in program.roots:
        users: list[tuple[Apply | Loop, Path]] = []
        for act, path in _placed(root, ()):
            if act is clip:
                for user, place in users:
                    if place == path[: len(place)]:
                        return user
            elif _uses_up(act, target, program.knowledge):
                users.append((act, path))
    return None


def _uses_up(act: Act, target: Value, knowledge: Knowledge) -> TypeGuard[Apply | Loop]:
    """Whether an act takes all that an iterator has."""
    if isinstance(act, Loop):
        return act.iterable is target and _ends(act)
    return isinstance(act, Apply) and _goes_through(act, target, knowledge)


def _placed(acts: list[Act], path: Path) -> Iterator[tuple[Act, Path]]:
    """Every act in order, with the branches it stands in."""
    for act in acts:
        yield act, path
        if isinstance(act, Branch):
            yield from _placed(act.then, (*path, (id(act), True)))
            yield from _placed(act.otherwise, (*path, (id(act), False)))
        elif isinstance(act, Loop | Block | Scope):
            yield from _placed(act.body, path)


def _ends(loop: Loop) -> bool:
    """Whether a loop runs to the end of what it runs over, as soon as it stands there."""
    if isinstance(loop.node, ast.GeneratorExp):
        return any(
            isinstance(node, ast.Call)
            and loop.node in node.args
            and isinstance(node.func, ast.Name)
            and node.func.id in _DRAINING_NAMES
            for node in ast.walk(loop.module.tree)
        )
    return not any(isinstance(node, ast.Break | ast.Return) for node in ast.walk(loop.node))


def _goes_through(apply: Apply, target: Value, knowledge: Knowledge) -> bool:
    """Whether a call takes all that an iterator has: an optimizer, a clip, `list`."""
    clip = knowledge.roles["clip"].get(apply.fn)
    if knowledge.takes_parameters(apply) or (clip is not None and "target-parameter" in clip):
        return any(_contains(value, target) for value in (*apply.args, *apply.kwargs.values()))
    return apply.fn in _TO_THE_END and any(value is target for value in apply.args)


def _contains(value: Value, target: Value) -> bool:
    if value is target:
        return True
    if isinstance(value, Seq):
        return value.node is not None and any(_contains(item, target) for item in value.items)
    if isinstance(value, Map):
        return any(_contains(item, target) for item in value.items.values())
    return False


def made_outside(target: Value | None, apply: Apply) -> bool:
    """Whether a value is made outside a loop that a call stands in."""
    if not isinstance(target, Apply):
        return False
    outer = {loop for loop, _ in target.loops}
    return any(loop not in outer for loop, _ in apply.loops)
