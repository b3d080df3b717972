"""Trace -> skeleton: only what matters to gradients, still nested in branches and loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlint.frameworks import knowledge as frameworks_knowledge
from gradlint.model.gradients import effects as recognise
from gradlint.model.gradients.effects import Deed
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

    def __init__(self, test: Value | None, then: list[Bone], otherwise: list[Bone]) -> None:
        self.then = then
        self.otherwise = otherwise
        self.key, self.negated, self.varying = condition_key(test)
        self.counts = is_modular(test)


class Cycle:
    """A loop body."""

    __slots__ = ("body", "loop")

    def __init__(self, body: list[Bone], loop: Loop) -> None:
        self.body = body
        self.loop = loop


class Call:
    """An inlined function: a `return` ends it and not its caller."""

    __slots__ = ("body",)

    def __init__(self, body: list[Bone]) -> None:
        self.body = body


class Born:
    """The construction of something that an optimizer is: its gradients start anew."""

    __slots__ = ("value",)

    def __init__(self, value: Apply) -> None:
        self.value = value


Bone = Deed | Fork | Cycle | Call | Born | Exit


def skeleton(acts: list[Act], knowledge: Knowledge) -> list[Bone]:
    """Keep the deeds of a trace and the structure around them."""
    found: list[Bone] = []
    for act in acts:
        if isinstance(act, Apply):
            if act.fn in knowledge.roles["optimizer"]:
                found.append(Born(act))
                continue
            deed = recognise.deed_of_call(act, knowledge)
            if deed is not None:
                found.append(deed)
        elif isinstance(act, Store):
            deed = recognise.deed_of_store(act, knowledge)
            if deed is not None:
                found.append(deed)
        elif isinstance(act, Exit):
            found.append(act)
            break
        elif isinstance(act, Branch):
            then = skeleton(act.then, knowledge)
            otherwise = skeleton(act.otherwise, knowledge)
            if then or otherwise:
                found.append(Fork(act.test, then, otherwise))
        elif isinstance(act, Loop):
            body = skeleton(act.body, knowledge)
            if has_deeds(body):
                found.append(Cycle(body, act))
        elif isinstance(act, Scope):
            found.extend(skeleton(act.body, knowledge))
        elif isinstance(act, Block):
            body = skeleton(act.body, knowledge)
            if has_deeds(body):
                found.append(Call(body))
    return found


def has_deeds(bones: list[Bone]) -> bool:
    """Whether anything in a skeleton touches gradients."""
    return any(True for _ in deeds(bones)) or any(isinstance(bone, Born) for bone in bones)


def deeds(bones: list[Bone]) -> list[Deed]:
    """All deeds of a skeleton, in order of text."""
    found: list[Deed] = []
    for bone in bones:
        if isinstance(bone, Deed):
            found.append(bone)
        elif isinstance(bone, Fork):
            found.extend(deeds(bone.then))
            found.extend(deeds(bone.otherwise))
        elif isinstance(bone, Cycle | Call):
            found.extend(deeds(bone.body))
    return found


def cycles(bones: list[Bone]) -> list[Cycle]:
    """All loops of a skeleton, outer ones first."""
    found: list[Cycle] = []
    for bone in bones:
        if isinstance(bone, Cycle):
            found.append(bone)
            found.extend(cycles(bone.body))
        elif isinstance(bone, Call):
            found.extend(cycles(bone.body))
        elif isinstance(bone, Fork):
            found.extend(cycles(bone.then))
            found.extend(cycles(bone.otherwise))
    return found


def in_loop_of_its_own(bones: list[Bone], deed: Deed) -> bool:
    """Whether a loop does nothing else: a scheduler that is wound forward to resume a run."""
    for cycle in reversed(cycles(bones)):
        inside = deeds([cycle])
        if any(other is deed for other in inside):
            return all(other.kind == deed.kind for other in inside)
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
