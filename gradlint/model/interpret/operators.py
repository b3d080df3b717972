"""Operators -> values: folded for literals, part of the data-flow graph for the rest."""

from __future__ import annotations

import ast
import operator as python_operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradlint.values.kinds import (
    Apply,
    Class,
    Const,
    Function,
    Instance,
    Map,
    ModuleRef,
    Seq,
    Symbol,
    Value,
)

if TYPE_CHECKING:
    from gradlint.model.interpret.core import Core
    from gradlint.values.kinds import Frame


OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.USub: "neg",
    ast.UAdd: "pos",
    ast.Not: "not",
    ast.Invert: "~",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


_FOLDED: dict[str, Callable[[Any, Any], Any]] = {
    "+": python_operator.add,
    "-": python_operator.sub,
    "*": python_operator.mul,
    "/": python_operator.truediv,
    "//": python_operator.floordiv,
    "%": python_operator.mod,
    "==": python_operator.eq,
    "!=": python_operator.ne,
    "<": python_operator.lt,
    "<=": python_operator.le,
    ">": python_operator.gt,
    ">=": python_operator.ge,
    "is": lambda a, b: a is b,
    "is not": lambda a, b: a is not b,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}


_NUMERIC_POWER = 64
"""`a ** b` is folded for exponents up to this: larger ones only cost time."""


def operator_of(node: ast.AST) -> str:
    """The operator as it is written."""
    return OPERATORS[type(node)]


def binary_expression(interp: Core, node: ast.BinOp, frame: Frame) -> Value:
    """A binary operator as it is written."""
    left = interp.evaluate(node.left, frame)
    right = interp.evaluate(node.right, frame)
    return binary(interp, OPERATORS[type(node.op)], left, right, node, frame)


def binary(
    interp: Core, symbol: str, left: Value, right: Value, node: ast.AST, frame: Frame
) -> Value:
    """The value of a binary operator: folded for literals, else an `Apply`."""
    if isinstance(left, Const) and isinstance(right, Const):
        folded = _fold(symbol, left.value, right.value)
        if folded is not _FAILED:
            return Const(folded, node, frame.module, default=left.default or right.default)
    if symbol == "+" and isinstance(left, Seq) and isinstance(right, Seq):
        exact = left.exact and right.exact
        return Seq([*left.items, *right.items], left.kind, node, frame.module, exact)
    if symbol == "*" and isinstance(left, Seq) and isinstance(right, Const):
        times = right.value
        if isinstance(times, int) and left.exact and 0 <= times * len(left.items) <= 64:
            return Seq(left.items * times, left.kind, node, frame.module)
        return Seq(list(left.items), left.kind, node, frame.module, exact=False)
    return interp.operation(symbol, [left, right], node, frame)


_FAILED = object()


def _fold(symbol: str, left: Any, right: Any) -> Any:
    if symbol == "**":
        numeric = isinstance(left, int | float) and isinstance(right, int | float)
        if not numeric or abs(right) > _NUMERIC_POWER or abs(left) > 1e6:
            return _FAILED
        function: Callable[[Any, Any], Any] = pow
    else:
        found = _FOLDED.get(symbol)
        if found is None:
            return _FAILED
        function = found
    if symbol == "*" and not (isinstance(left, int | float) and isinstance(right, int | float)):
        return _FAILED
    try:
        return function(left, right)
    except (TypeError, ValueError, ArithmeticError):
        return _FAILED


def unary_expression(interp: Core, node: ast.UnaryOp, frame: Frame) -> Value:
    """A unary operator."""
    value = interp.evaluate(node.operand, frame)
    symbol = OPERATORS[type(node.op)]
    if isinstance(value, Const):
        if symbol == "neg" and isinstance(value.value, int | float):
            return Const(-value.value, node, frame.module, default=value.default)
        if symbol == "not":
            return Const(not value.value, node, frame.module, default=value.default)
    return interp.operation(symbol, [value], node, frame)


def comparison(interp: Core, node: ast.Compare, frame: Frame) -> Value:
    """A comparison; an object is never None."""
    left = interp.evaluate(node.left, frame)
    rights = [interp.evaluate(item, frame) for item in node.comparators]
    if len(rights) == 1:
        symbol = OPERATORS[type(node.ops[0])]
        right = rights[0]
        if symbol in ("is", "is not") and isinstance(right, Const) and right.value is None:
            present = isinstance(left, Instance | Class | Function | Seq | Map | ModuleRef) or (
                isinstance(left, Apply) and interp.knowledge.makes_object(left)
            )
            if present:
                return Const(symbol == "is not", node, frame.module)
        return binary(interp, symbol, left, right, node, frame)
    return interp.operation("compare", [left, *rights], node, frame)


def boolean_expression(interp: Core, node: ast.BoolOp, frame: Frame) -> Value:
    """`and` and `or`, decided as far as the operands are."""
    values = [interp.evaluate(value, frame) for value in node.values]
    is_and = isinstance(node.op, ast.And)
    decided = [truth(value) for value in values]
    if any(found is (not is_and) for found in decided):
        index = decided.index(not is_and)
        if all(found is not None for found in decided[:index]):
            return values[index]
        if is_and:
            return Const(False, node, frame.module)
    rest = [value for value, found in zip(values, decided, strict=True) if found is None]
    if not rest:
        return values[-1]
    if len(rest) == 1 and (is_and or decided[-1] is None):
        return rest[0]
    return Apply("and" if is_and else "or", rest, {}, node, frame.module)


def truth(value: Value) -> bool | None:
    """Whether a value counts as true, if that is certain."""
    if isinstance(value, Const):
        return None if value.default else bool(value.value)
    if isinstance(value, Seq | Map):
        return bool(value.items) if value.exact else (True if value.items else None)
    if isinstance(value, Class | Function | ModuleRef):
        return True
    if isinstance(value, Apply) and value.fn == "not":
        inner = truth(value.args[0])
        return None if inner is None else not inner
    if isinstance(value, Symbol):
        return False if value.name == "typing.TYPE_CHECKING" else None
    return None
