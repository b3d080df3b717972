"""Hooks that change gradients while backpropagation is still running."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.networks import layers
from gradlint.model.program import calls
from gradlint.values.at_call import AtCall
from gradlint.values.kinds import Apply, Function, Instance, Value

if TYPE_CHECKING:
    from gradlint.model.program import Program


@dataclass(slots=True, eq=False, repr=False)
class Hook(AtCall):
    """A hook that bounds a gradient. `target` is `parameter`, `activation` or `module`.

    `refused` marks one that returns what it must not, so that the call of it raises.
    """

    call: Apply
    target: str


def hooks(program: Program) -> Iterator[Hook]:
    """Every registered hook that is certain to bound what it is given, or to be refused."""
    knowledge = program.knowledge
    bounding = knowledge.words["clamps"] | {
        name for name, effect in knowledge.names["gradient-methods"].items() if effect == "clip"
    }
    for apply in program.once(calls):
        if not apply.args or not isinstance(apply.args[0], Function):
            continue
        function = apply.args[0]
        given = knowledge.names["hook-methods"].get(apply.fn[1:])
        if given in _MUST_RETURN_NOTHING:
            if isinstance(function.node, ast.Lambda) and _is_bounding(function.node.body, bounding):
                yield Hook(apply, "refused")
        elif given == "module":
            if _bounds(function, bounding):
                yield Hook(apply, "module")
        elif given == "tensor" and _bounds(function, bounding):
            target = _target(apply.receiver, program)
            if target is not None:
                yield Hook(apply, target)


_MUST_RETURN_NOTHING = ("accumulated", "step")
"""Hooks that are given no gradient, and whose result is refused."""


def _bounds(function: Function, bounding: frozenset[str]) -> bool:
    """Whether what a hook returns, or works on in place, is a bounded gradient."""
    node = function.node
    if isinstance(node, ast.Lambda):
        return _returns_bounded(node.body, bounding)
    bounded = {
        target.id
        for part in ast.walk(node)
        if isinstance(part, ast.Assign) and _is_bounding(part.value, bounding)
        for target in part.targets
        if isinstance(target, ast.Name)
    }
    for part in ast.walk(node):
        if isinstance(part, ast.Return) and part.value is not None:
            if _returns_bounded(part.value, bounding):
                return True
            if any(isinstance(leaf, ast.Name) and leaf.id in bounded for leaf in ast.walk(part)):
                return True
        elif isinstance(part, ast.Expr) and _is_bounding(part.value, bounding):
            name = part.value.func.attr  # type: ignore[attr-defined]
            if name.endswith("_"):
                return True
    return False


def _returns_bounded(value: ast.expr, bounding: frozenset[str]) -> bool:
    """Whether a returned expression is a bounded gradient, or is made of one by operators."""
    if _is_bounding(value, bounding):
        return True
    if isinstance(value, ast.Tuple):
        return any(_returns_bounded(element, bounding) for element in value.elts)
    if isinstance(value, ast.BinOp):
        return _returns_bounded(value.left, bounding) or _returns_bounded(value.right, bounding)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        return _returns_bounded(value.func.value, bounding)
    return isinstance(value, ast.IfExp) and (
        _returns_bounded(value.body, bounding) or _returns_bounded(value.orelse, bounding)
    )


def _is_bounding(value: ast.expr, bounding: frozenset[str]) -> bool:
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr in bounding
    )


def _target(receiver: Value | None, program: Program) -> str | None:
    """What the gradient that a hook gets is the gradient of."""
    if not isinstance(receiver, Apply):
        return None
    knowledge = program.knowledge
    held = layers.held(receiver, knowledge) or []
    if any(isinstance(value, Instance | Apply) for value in held):
        return "parameter"
    if held and receiver.fn in ("iter", "[]"):
        return "parameter"
    if receiver.tracked and (
        receiver.fn in ("()", "+", "-", "*", "/", "@")
        or knowledge.fact("loss", receiver.fn) is not None
        or knowledge.fact("activation", receiver.fn) is not None
        or knowledge.fact("reduction", receiver.fn) is not None
    ):
        return "activation"
    if receiver.fn in (".mean", ".sum", ".view", ".reshape"):
        return _target(receiver.receiver, program)
    return _target(receiver.args[0], program) if receiver.fn == "[]" else None
