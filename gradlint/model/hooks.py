"""Hooks that change gradients while backpropagation is still running."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model import networks
from gradlint.source.values import Apply, Function, Instance, Value

if TYPE_CHECKING:
    from gradlint.model.program import Program
    from gradlint.source.project import Module

_BOUNDS = frozenset({"clamp", "clamp_", "clip", "clip_", "clip_grad_norm_", "clip_grad_value_"})


@dataclass(frozen=True, slots=True, eq=False)
class Hook:
    """A hook that bounds a gradient. `target` is `parameter`, `activation` or `module`."""

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
    """Every registered hook that is certain to bound what it is given."""
    for apply in program.calls:
        if apply.fn not in (".register_hook", ".register_full_backward_hook"):
            continue
        if not apply.args or not isinstance(apply.args[0], Function):
            continue
        if not _bounds(apply.args[0]):
            continue
        if apply.fn == ".register_full_backward_hook":
            yield Hook(apply, "module")
            continue
        target = _target(apply.receiver, program)
        if target is not None:
            yield Hook(apply, target)


def _bounds(function: Function) -> bool:
    """Whether a hook's own result is a bounded gradient."""
    for node in ast.walk(function.node):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if name in _BOUNDS:
                return True
    return False


def _target(receiver: Value | None, program: Program) -> str | None:
    knowledge = program.knowledge
    held = networks.held(receiver, knowledge) if isinstance(receiver, Apply) else None
    if held and any(isinstance(value, Instance | Apply) for value in held):
        return "parameter"
    if isinstance(receiver, Apply):
        inner = receiver.args[0] if receiver.fn in ("iter", "[]") and receiver.args else receiver
        if networks.held(inner, knowledge):
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
