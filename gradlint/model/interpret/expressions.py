"""Expression -> value."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradlint.model.interpret import assignment, calls, literals, names, operators
from gradlint.model.interpret.items import item, item_of
from gradlint.values.graph import join
from gradlint.values.kinds import (
    Apply,
    Const,
    Frame,
    Function,
    Symbol,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from gradlint.model.interpret.core import Core

BUILTINS = {name: Symbol(f"builtins.{name}") for name in dir(builtins)}


def _constant(interp: Core, node: ast.Constant, frame: Frame) -> Value:
    return Const(node.value, node, frame.module)


def _name(interp: Core, node: ast.Name, frame: Frame) -> Value:
    name = node.id
    scope: Frame | None = frame
    while scope is not None and name not in scope.global_names:
        found = scope.locals.get(name)
        if found is not None:
            if type(found) in names.NOT_BROUGHT:
                found = scope.locals[name] = names.brought(interp, found)
            return found
        scope = scope.parent
    found = names.module_name(interp, frame.module, name)
    if found is None and frame.module is interp.module:
        found = names.starred(interp, frame.module, name)
    if found is None:
        found = BUILTINS.get(name)
    if found is not None:
        return found
    return frame.module.unresolved.setdefault(name, Unknown(name, node, frame.module))


def _attribute(interp: Core, node: ast.Attribute, frame: Frame) -> Value:
    base = interp.evaluate(node.value, frame)
    return names.attribute(interp, base, node.attr, node, frame)


def _subscript(interp: Core, node: ast.Subscript, frame: Frame) -> Value:
    base = interp.evaluate(node.value, frame)
    key = interp.evaluate(node.slice, frame)
    return item(interp, base, key, node, frame)


def _conditional(interp: Core, node: ast.IfExp, frame: Frame) -> Value:
    test = interp.evaluate(node.test, frame)
    decided = operators.truth(test)
    if decided is not None:
        return interp.evaluate(node.body if decided else node.orelse, frame)
    chosen: list[Value] = []

    def take(branch: ast.expr) -> None:
        chosen.append(interp.evaluate(branch, frame))

    interp.either(test, lambda: take(node.body), lambda: take(node.orelse), node)
    return join(*chosen)


def _lambda(interp: Core, node: ast.Lambda, frame: Frame) -> Value:
    closure = frame if frame.function is not None or frame.parent is not None else None
    return Function(node, frame.module, closure, None, frame.cls)


def _walrus(interp: Core, node: ast.NamedExpr, frame: Frame) -> Value:
    value = interp.evaluate(node.value, frame)
    scope = frame
    while scope.parent is not None and scope.function is scope.parent.function:
        # A comprehension binds the names of its loops alone.
        scope = scope.parent
    assignment.bind(interp, scope, node.target.id, value)
    return value


def _inner(interp: Core, node: ast.Await | ast.Starred, frame: Frame) -> Value:
    return interp.evaluate(node.value, frame)


def _yield(interp: Core, node: ast.Yield | ast.YieldFrom, frame: Frame) -> Value:
    if node.value is not None:
        value = interp.evaluate(node.value, frame)
        if isinstance(node, ast.YieldFrom):
            value = item_of(interp.knowledge, value, node, frame.module)
        frame.yields.append(value)
    return Unknown("", node, frame.module)


def _slice(interp: Core, node: ast.Slice, frame: Frame) -> Value:
    parts = [
        interp.evaluate(part, frame) if part is not None else Const(None)
        for part in (node.lower, node.upper, node.step)
    ]
    return Apply("slice", parts, {}, node, frame.module)


def _text(interp: Core, node: ast.JoinedStr, frame: Frame) -> Value:
    """An f-string: folded where only literals are in it, written as they are."""
    parts: list[Const] = []
    for part in node.values:
        inserted = part if isinstance(part, ast.FormattedValue) else None
        value = interp.evaluate(inserted.value if inserted else part, frame)
        formatted = inserted is not None and (inserted.format_spec or inserted.conversion > 0)
        if isinstance(value, Const) and not formatted:
            parts.append(value)
    if len(parts) < len(node.values):
        return Unknown("", node, frame.module)
    default = any(part.default for part in parts)
    text = "".join(str(part.value) for part in parts)
    return Const(text, node, frame.module, default=default)


EXPRESSIONS: dict[type[ast.AST], Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: calls.call_expression,
    ast.BinOp: operators.binary_expression,
    ast.UnaryOp: operators.unary_expression,
    ast.Compare: operators.comparison,
    ast.BoolOp: operators.boolean_expression,
    ast.IfExp: _conditional,
    ast.List: literals.sequence,
    ast.Tuple: literals.sequence,
    ast.Set: literals.sequence,
    ast.Dict: literals.dictionary,
    ast.ListComp: literals.comprehension,
    ast.SetComp: literals.comprehension,
    ast.GeneratorExp: literals.comprehension,
    ast.DictComp: literals.dictionary_comprehension,
    ast.Lambda: _lambda,
    ast.NamedExpr: _walrus,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
    ast.Slice: _slice,
    ast.JoinedStr: _text,
}
