"""Trace -> skeleton: only what matters to gradients, still nested in branches and loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlint.frameworks import knowledge as frameworks_knowledge
from gradlint.model.gradients.effects import GradientEffect, effect_of_call, effect_of_store
from gradlint.values.kinds import Apply, Const, Instance, Method, Symbol, Unknown, Value
from gradlint.values.trace import Act, Block, Branch, Exit, Loop, Scope, Store

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge


class Fork:
    """Two ways; `key` is what decides, the same for tests that are certain to agree.

    `negated` says that the second way is taken where the key holds; `varying` that another
    iteration may decide otherwise; a key of None never agrees with another. `counts` marks a test
    of a counter (`i % n == 0`).
    """

    __slots__ = ("counts", "key", "negated", "otherwise", "then", "varying")

    def __init__(self, test: Value | None, then: list[Node], otherwise: list[Node]) -> None:
        self.then = then
        self.otherwise = otherwise
        self.key, self.negated, self.varying = condition_key(test)
        self.counts = is_modular(test)


class Cycle:
    """A loop body."""

    __slots__ = ("body", "loop")

    def __init__(self, body: list[Node], loop: Loop) -> None:
        self.body = body
        self.loop = loop


class Inlined:
    """An inlined function, or a loop without cycles: an exit of one kind ends it and no more."""

    __slots__ = ("body", "exit")

    def __init__(self, body: list[Node], exit: str) -> None:
        self.body = body
        self.exit = exit


class OptimizerCreated:
    """The construction of something that an optimizer is: its gradients start anew."""

    __slots__ = ("value",)

    def __init__(self, value: Apply) -> None:
        self.value = value


Node = GradientEffect | Fork | Cycle | Inlined | OptimizerCreated | Exit


def event_tree(acts: list[Act], knowledge: Knowledge) -> list[Node]:
    """Keep the effects of a trace and the structure around them."""
    found: list[Node] = []
    for act in acts:
        if isinstance(act, Apply):
            if act.fn in knowledge.roles["optimizer"]:
                found.append(OptimizerCreated(act))
                continue
            effect = effect_of_call(act, knowledge)
            if effect is not None:
                found.append(effect)
        elif isinstance(act, Store):
            effect = effect_of_store(act, knowledge)
            if effect is not None:
                found.append(effect)
        elif isinstance(act, Exit):
            found.append(act)
            break
        elif isinstance(act, Branch):
            then = event_tree(act.then, knowledge)
            otherwise = event_tree(act.otherwise, knowledge)
            if then or otherwise:
                found.append(Fork(act.test, then, otherwise))
        elif isinstance(act, Loop):
            body = event_tree(act.body, knowledge)
            if has_effects(body):
                found.append(Cycle(body, act))
        elif isinstance(act, Scope):
            found.extend(event_tree(act.body, knowledge))
        elif isinstance(act, Block):
            body = event_tree(act.body, knowledge)
            if has_effects(body):
                found.append(Inlined(body, act.exit))
    return found


def has_effects(nodes: list[Node]) -> bool:
    """Whether anything in a skeleton touches gradients; loops and functions are kept if they do."""
    return any(
        has_effects(node.then) or has_effects(node.otherwise)
        if isinstance(node, Fork)
        else not isinstance(node, Exit)
        for node in nodes
    )


def effects_in(nodes: list[Node]) -> list[GradientEffect]:
    """All effects of a skeleton, in order of text."""
    found: list[GradientEffect] = []
    for node in nodes:
        if isinstance(node, GradientEffect):
            found.append(node)
        elif isinstance(node, Fork):
            found.extend(effects_in(node.then))
            found.extend(effects_in(node.otherwise))
        elif isinstance(node, Cycle | Inlined):
            found.extend(effects_in(node.body))
    return found


def cycles(nodes: list[Node]) -> list[Cycle]:
    """All loops of a skeleton, outer ones first."""
    found: list[Cycle] = []
    for node in nodes:
        if isinstance(node, Cycle):
            found.append(node)
            found.extend(cycles(node.body))
        elif isinstance(node, Inlined):
            found.extend(cycles(node.body))
        elif isinstance(node, Fork):
            found.extend(cycles(node.then))
            found.extend(cycles(node.otherwise))
    return found


def in_loop_of_its_own(nodes: list[Node], effect: GradientEffect) -> bool:
    """Whether a loop does nothing else: a scheduler that is wound forward to resume a run."""
    for cycle in reversed(cycles(nodes)):
        inside = effects_in([cycle])
        if any(other is effect for other in inside):
            return all(other.kind == effect.kind for other in inside)
    return False


_NEGATIONS = {"!=": "==", "is not": "is", "not in": "in"}
_OPERATORS = frozenset(
    ["==", "is", "in", "<", "<=", ">", ">=", "+", "-", "*", "/", "//", "%", "and", "or", "[]"]
)
_DETERMINISTIC = frozenset(["builtins.isinstance", "builtins.hasattr", "builtins.len"])


def condition_key(test: Value | None) -> tuple[str | None, bool, bool]:
    """What decides a test, whether it is negated, and whether it may change between iterations."""
    negated = False
    while isinstance(test, Apply) and (test.fn == "not" or test.fn in _NEGATIONS):
        negated = not negated
        if test.fn == "not":
            test = test.args[0]
        else:
            test = Apply(_NEGATIONS[test.fn], test.args, {}, test.node, test.module)
    if test is None:
        return None, negated, True
    varying: list[bool] = []
    return _key(test, varying, 0), negated, any(varying)


def _key(value: Value, varying: list[bool], depth: int) -> str:
    if isinstance(value, Const):
        return f"d{id(value)}" if value.default else f"c{value.value!r}"
    if isinstance(value, Symbol):
        return value.name
    if isinstance(value, Unknown):
        varying.append(value.varying)
        return f"u{id(value)}"
    if isinstance(value, Method):
        return f"{_key(value.receiver, varying, depth + 1)}.{value.name}"
    if isinstance(value, Apply) and depth < 6:
        known = value.fn in frameworks_knowledge().roles["environment"]
        if value.fn in _OPERATORS or value.fn in _DETERMINISTIC or known:
            inner = ",".join(_key(arg, varying, depth + 1) for arg in value.args)
            return f"{value.fn}({inner})"
    if isinstance(value, Instance):
        return f"i{id(value)}"
    varying.append(True)
    return f"v{id(value)}"


def is_modular(test: Value | None) -> bool:
    """Whether a test counts: `(i + 1) % n == 0`."""
    if isinstance(test, Apply):
        return test.fn == "%" or any(is_modular(arg) for arg in test.args)
    return False
