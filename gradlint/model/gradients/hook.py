"""Hooks that change gradients while backpropagation is still running."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.networks import layers
from gradlint.model.program import calls
from gradlint.values.kinds import Apply, Function, Instance, Value

if TYPE_CHECKING:
    from gradlint.model.program import Program
    from gradlint.values.kinds import Module

_BOUNDS = frozenset({"clamp", "clamp_", "clip", "clip_", "clip_grad_norm_", "clip_grad_value_"})


@dataclass(frozen=True, slots=True, eq=False)
class Hook:
    """A hook that bounds a gradient. `target` is `parameter`, `activation` or `module`.

    `refused` marks one that returns what it must not, so that the call of it raises.
    """

    call: Apply
    target: str

    @property
    def node(self) -> ast.AST | None:
        """Where it is registered."""
        return self.call.node

    @property
    def module(self) -> Module | None:
        """The file it is registered in."""
        return self.call.module


def hooks(program: Program) -> Iterator[Hook]:
    """Every registered hook that is certain to bound what it is given, or to be refused."""
    for apply in program.once(calls):
        if not apply.args or not isinstance(apply.args[0], Function):
            continue
        function = apply.args[0]
        if apply.fn in _MUST_RETURN_NOTHING:
            if isinstance(function.node, ast.Lambda) and _is_bounding(function.node.body):
                yield Hook(apply, "refused")
        elif apply.fn == ".register_full_backward_hook":
            if _bounds(function):
                yield Hook(apply, "module")
        elif apply.fn == ".register_hook" and _bounds(function):
            target = _target(apply.receiver, program)
            if target is not None:
                yield Hook(apply, target)


_MUST_RETURN_NOTHING = frozenset({".register_post_accumulate_grad_hook", ".register_step_pre_hook"})


def _bounds(function: Function) -> bool:
    """Whether what a hook returns, or works on in place, is a bounded gradient."""
    node = function.node
    if isinstance(node, ast.Lambda):
        return _returns_bounded(node.body)
    bounded = {
        target.id
        for part in ast.walk(node)
        if isinstance(part, ast.Assign) and _is_bounding(part.value)
        for target in part.targets
        if isinstance(target, ast.Name)
    }
    for part in ast.walk(node):
        if isinstance(part, ast.Return) and part.value is not None:
            if _returns_bounded(part.value):
                return True
            if any(isinstance(leaf, ast.Name) and leaf.id in bounded for leaf in ast.walk(part)):
                return True
        elif isinstance(part, ast.Expr) and _is_bounding(part.value):
            name = part.value.func.attr  # type: ignore[attr-defined]
            if name.endswith("_"):
                return True
    return False


def _returns_bounded(value: ast.expr) -> bool:
    """Whether a returned expression is a bounded gradient, or is made of one by operators."""
    if _is_bounding(value):
        return True
    if isinstance(value, ast.Tuple):
        return any(_returns_bounded(element) for element in value.elts)
    if isinstance(value, ast.BinOp):
        return _returns_bounded(value.left) or _returns_bounded(value.right)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        return _returns_bounded(value.func.value)
    return isinstance(value, ast.IfExp) and (
        _returns_bounded(value.body) or _returns_bounded(value.orelse)
    )


def _is_bounding(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr in _BOUNDS
    )


def _target(receiver: Value | None, program: Program) -> str | None:
    knowledge = program.knowledge
    held = layers.held(receiver, knowledge) if isinstance(receiver, Apply) else None
    if held and any(isinstance(value, Instance | Apply) for value in held):
        return "parameter"
    if isinstance(receiver, Apply):
        inner = receiver.args[0] if receiver.fn in ("iter", "[]") and receiver.args else receiver
        if layers.held(inner, knowledge):
            return "parameter"
        layer = knowledge.fact("layer", receiver.fn)
        if layer is not None and layer["kind"] == "parameter":
            return "parameter"
        if receiver.tracked and (
            receiver.fn in ("()", "+", "-", "*", "/", "@")
            or knowledge.fact("loss", receiver.fn) is not None
            or knowledge.fact("activation", receiver.fn) is not None
        ):
            return "activation"
        if knowledge.fact("reduction", receiver.fn) is not None:
            return "activation"
        if receiver.fn in (".mean", ".sum", ".view", ".reshape"):
            return _target(receiver.receiver, program)
        if receiver.fn == "[]":
            return _target(receiver.args[0], program)
    return None
