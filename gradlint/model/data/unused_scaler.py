"""Scalers that were fitted for nothing: the array is trained on as it was."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradlint.model.data.feed import Feed, weighted_by, written
from gradlint.model.data.origin import RAW
from gradlint.values.kinds import Apply, Method, Unknown, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.program import Program


def unused_scalings(program: Program) -> Iterator[Feed]:
    """Arrays that a scaler was fitted on and that are fed as they were: its output is not used."""
    scalings = list(_scalings(program))
    if not scalings:
        return
    knowledge = program.knowledge
    unused = _unused_names(program.module.tree)
    for apply in program.applies:
        trains = knowledge.does(apply.fn, "trains")
        fed = apply.argument(0, "x", "X") if apply.fn == "()" or trains else None
        network = apply.receiver
        if fed is None or not isinstance(network, Apply):
            continue
        if apply.fn == "()" and weighted_by(network, knowledge) is None:
            continue
        if trains and network.fn not in knowledge.roles["container"]:
            continue
        root = _peeled(fed, knowledge)
        for scaling in scalings:
            if scaling.args and _peeled(scaling.args[0], knowledge) is root:
                if isinstance(root, Apply | Unknown) and _is_dropped(scaling, unused, program):
                    yield Feed(apply, scaling, "scaler", RAW, written(apply))
                break


def _scalings(program: Program) -> Iterator[Apply]:
    for apply in program.calls_of("fits-scaler"):
        if isinstance(apply.receiver, Apply):
            fact = program.knowledge.roles["data"].get(apply.receiver.fn)
            if (
                fact is not None
                and fact["kind"] == "scaler"
                and "copy" not in apply.receiver.kwargs
            ):
                yield apply


def _peeled(value: Value, knowledge: Knowledge) -> Value:
    """The array that a value is another shape, type or container of."""
    while isinstance(value, Apply):
        fact = knowledge.roles["data"].get(value.fn)
        if fact is not None and fact.get("effect") in ("keep", "cast", "float") and value.args:
            value = value.args[0]
        elif knowledge.does(value.fn, "same-array") and value.receiver is not None:
            value = value.receiver
        else:
            break
    if isinstance(value, Method) and value.name in knowledge.words["same-array"]:
        return _peeled(value.receiver, knowledge)
    return value


def _is_dropped(scaling: Apply, unused: set[int], program: Program) -> bool:
    if program.knowledge.does(scaling.fn, "fits-and-scales"):
        return id(scaling.node) in unused
    return not any(
        (apply.receiver is scaling.receiver and "transform" in apply.fn)
        or any(argument is scaling.receiver for argument in apply.args)
        for apply in program.applies
    )


def _unused_names(tree: ast.Module) -> set[int]:
    """Calls whose result nothing reads: bare statements, and names that are never looked up."""
    read = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) or (
            isinstance(node, ast.Assign)
            and all(
                isinstance(target, ast.Name) and target.id not in read for target in node.targets
            )
        ):
            found.add(id(node.value))
    return found
