"""Clipped gradients that are not what is applied: the clip's result goes nowhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.gradients.gradient_values import GRADIENT_CALLS, is_gradient
from gradlint.model.program import calls
from gradlint.values.graph import walk
from gradlint.values.kinds import Apply, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.program import Program


@dataclass(slots=True, eq=False, repr=False)
class UnusedClip:
    """Gradients clipped into a value that goes nowhere; the update that passes it by, if seen.

    `rebound` is the name that was given to the result and that nothing reads.
    """

    clip: Apply
    update: Apply | None
    rebound: str = ""


def unused_clips(program: Program) -> Iterator[UnusedClip]:
    """Clips without effect: results that no update uses, and clamps that are dropped."""
    yield from _passed_by(program)
    yield from _transforms_passed_by(program)
    yield from _lost_clamps(program)


def _passed_by(program: Program) -> Iterator[UnusedClip]:
    """Results of pure clips, while an update uses what they were made from."""
    knowledge = program.knowledge
    clips = [
        apply
        for apply in program.once(calls)
        if (knowledge.roles["clip"].get(apply.fn) or {}).get("form") == "pure"
    ]
    if not clips:
        return
    updates = [apply for apply in program.once(calls) if _is_update(apply, knowledge)]
    used = {id(update): {id(node) for node in _applied(update, knowledge)} for update in updates}
    for clip in clips:
        if any(id(clip) in nodes for nodes in used.values()) or is_read(clip):
            continue
        sources = [
            node
            for argument in clip.operands()
            for node in walk(argument)
            if isinstance(node, Apply) and knowledge.does(node.fn, *GRADIENT_CALLS)
        ]
        for update in updates:
            if any(id(source) in used[id(update)] for source in sources) or (
                knowledge.does(update.fn, "minimizes")
                and _minimizes_instead(update, sources, knowledge)
            ):
                yield UnusedClip(clip, update)
                break


def _is_update(apply: Apply, knowledge: Knowledge) -> bool:
    if knowledge.does(apply.fn, "minimizes"):
        return knowledge.of("optimizer", apply.receiver) is not None
    return knowledge.does(apply.fn, "applies-gradients") and bool(apply.args or apply.kwargs)


def _applied(update: Apply, knowledge: Knowledge) -> Iterator[Value]:
    """The gradients that an update is given, and all that they were computed from."""
    if knowledge.does(update.fn, "minimizes"):
        return
    for value in (*update.args[:1], *update.kwargs.values()):
        yield from walk(value)


def _minimizes_instead(update: Apply, sources: list[Apply], knowledge: Knowledge) -> bool:
    """Whether an update computes the same gradients once more, unclipped."""
    return any(
        knowledge.does(source.fn, "tape-gradients") or source.receiver is update.receiver
        for source in sources
    )


def _transforms_passed_by(program: Program) -> Iterator[UnusedClip]:
    """`clip.update(gradients, state)` of a transform, while another is given the same gradients."""
    knowledge = program.knowledge
    updates = [
        apply
        for apply in program.once(calls)
        if apply.fn == ".update" and apply.args and isinstance(apply.receiver, Apply)
    ]
    for clip in updates:
        fact = knowledge.of("clip", clip.receiver)
        if fact is None or fact.get("form") != "transform" or is_read(clip):
            continue
        for update in updates:
            if update is not clip and update.args[0] is clip.args[0]:
                yield UnusedClip(clip, update)
                break


def is_read(apply: Apply) -> bool:
    """Whether the name that a result is bound to is read anywhere, in a closure too.

    A result of which only the second part has a name is a measurement: `_, norm = ...`.
    """
    assert apply.module is not None
    tree = apply.module.tree
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _makes(node.value, apply.node):
            target = node.targets[0]
            first = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
            if not isinstance(first, ast.Name):
                return True
            if first.id.startswith("_") and isinstance(target, ast.Tuple):
                return True
            return _name_is_read(first.id, node, tree)
    return not is_statement(apply)


def _makes(value: ast.expr, part: ast.AST | None) -> bool:
    """Whether an assigned value is an expression, or a list made of it."""
    if isinstance(value, ast.ListComp):
        elements = value.elt.elts if isinstance(value.elt, ast.Tuple) else [value.elt]
        return any(element is part for element in elements)
    return value is part


def _name_is_read(name: str, after: ast.stmt, tree: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Name)
        and part.id == name
        and isinstance(part.ctx, ast.Load)
        and part.lineno > after.lineno
        for part in ast.walk(tree)
    )


def is_statement(apply: Apply) -> bool:
    """Whether a call stands alone, its result unused."""
    assert apply.module is not None
    return any(
        isinstance(node, ast.Expr) and node.value is apply.node
        for node in ast.walk(apply.module.tree)
    )


def _lost_clamps(program: Program) -> Iterator[UnusedClip]:
    """Gradients clamped into a new tensor that nothing uses: `p.grad.clamp(-1, 1)`."""
    knowledge = program.knowledge
    for apply in program.once(calls):
        clamped = _clamped(apply, knowledge)
        if clamped is None or not is_gradient(clamped) or "out" in apply.kwargs:
            continue
        if is_statement(apply):
            yield UnusedClip(apply, None)
        elif not is_read(apply):
            yield UnusedClip(apply, None, _bound_name(apply))


def _clamped(apply: Apply, knowledge: Knowledge) -> Value | None:
    """What a call clamps into a new tensor."""
    if apply.fn[:1] == "." and knowledge.applied(apply) == "clamp":
        return apply.receiver
    fact = knowledge.roles["activation"].get(apply.fn)
    if fact is not None and fact["function"] == "clamp" and apply.args:
        return apply.args[0]
    return None


def _bound_name(apply: Apply) -> str:
    """The name that an assignment gives to a result."""
    assert apply.module is not None
    targets = (
        node.targets[0]
        for node in ast.walk(apply.module.tree)
        if isinstance(node, ast.Assign) and node.value is apply.node
    )
    target = next(targets, None)
    return target.id if isinstance(target, ast.Name) else ""
