"""Operators -> values: folded for literals, part of the data-flow graph for the rest."""

from __future__ import annotations

import ast
import operator as python_operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradlint.model.interpret.items import MOST_ITEMS
from gradlint.values.graph import stands_for_many
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
    "**": pow,
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


_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**"})

MOST_POWER = 64
"""`a ** b` is folded for exponents up to this: larger ones only cost time."""

LARGEST = 10**18
"""Whole numbers beyond this are not computed with: none of a program's sizes is as large, and a
product that grows in a loop would cost time."""

LONGEST_TEXT = 1000
"""Characters of a text put together from others: a name or a path has fewer."""

MOST_REPEATED = 64
"""Items of a display that `*` makes: of a longer one only what is in it is known."""


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
    elif symbol in ("in", "not in"):
        found = _contains(right, left)
        if found is not None:
            return Const(found is (symbol == "in"), node, frame.module)
    elif symbol == "+" and isinstance(left, Seq) and isinstance(right, Seq):
        items = [*left.items, *right.items]
        exact = left.exact and right.exact and len(items) <= MOST_ITEMS
        return Seq(items[:MOST_ITEMS], left.kind, node, frame.module, exact)
    elif symbol == "*" and isinstance(left, Seq) and isinstance(right, Const):
        return _repeated(left, right.value, node, frame)
    elif symbol == "*" and isinstance(right, Seq) and isinstance(left, Const):
        return _repeated(right, left.value, node, frame)
    return interp.operation(symbol, [left, right], node, frame)


def _repeated(items: Seq, times: Any, node: ast.AST, frame: Frame) -> Seq:
    if isinstance(times, int) and items.exact and times * len(items.items) <= MOST_REPEATED:
        return Seq(items.items * times, items.kind, node, frame.module)
    return Seq(list(items.items), items.kind, node, frame.module, exact=False)


def _contains(container: Value, value: Value) -> bool | None:
    """Whether a literal is in a display of literals; None where that is not certain."""
    if not isinstance(value, Const) or value.default:
        return None
    if isinstance(container, Map) and container.exact:
        return value.value in container.items
    if isinstance(container, Seq) and container.exact:
        literals = [item for item in container.items if isinstance(item, Const)]
        if len(literals) == len(container.items) and not any(item.default for item in literals):
            return value.value in [item.value for item in literals]
    return None


_FAILED = object()


def _fold(symbol: str, left: Any, right: Any) -> Any:
    function = _FOLDED.get(symbol)
    if function is None:
        return _FAILED
    if symbol in _ARITHMETIC:
        if not _foldable(left) or not _foldable(right):
            return _FAILED
        texts = isinstance(left, str) or isinstance(right, str)
        if (texts and symbol != "+") or (symbol == "**" and abs(right) > MOST_POWER):
            return _FAILED
    try:
        return function(left, right)
    except (TypeError, ValueError, ArithmeticError):
        return _FAILED


def _foldable(value: Any) -> bool:
    """Whether arithmetic on a literal is cheap."""
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    return isinstance(value, float) or (isinstance(value, int) and abs(value) <= LARGEST)


def unary_expression(interp: Core, node: ast.UnaryOp, frame: Frame) -> Value:
    """A unary operator."""
    value = interp.evaluate(node.operand, frame)
    symbol = OPERATORS[type(node.op)]
    if isinstance(value, Const):
        if symbol in ("neg", "pos") and isinstance(value.value, int | float):
            folded = -value.value if symbol == "neg" else +value.value
            return Const(folded, node, frame.module, default=value.default)
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
    if (not is_and) in decided:
        index = decided.index(not is_and)
        if all(found is not None for found in decided[:index]):
            return values[index]
        if is_and:
            return Const(False, node, frame.module)
        del values[index + 1 :], decided[index + 1 :]
    open_ = [value for value, found in zip(values, decided, strict=True) if found is None]
    if not is_and and decided[-1] is not None:
        # What is tested last is the value where all others are false.
        open_.append(values[-1])
    if len(open_) <= 1:
        return open_[0] if open_ else values[-1]
    return Apply("and" if is_and else "or", open_, {}, node, frame.module)


def truth(value: Value) -> bool | None:
    """Whether a value counts as true, if that is certain."""
    if isinstance(value, Const):
        return None if value.default else bool(value.value)
    if isinstance(value, Seq | Map) and value.exact:
        return bool(value.items)
    if isinstance(value, Seq):
        return True if any(not stands_for_many(item) for item in value.items) else None
    if isinstance(value, Map):
        return True if value.items else None
    if isinstance(value, Class | Function | ModuleRef):
        return True
    if isinstance(value, Apply) and value.fn == "not":
        inner = truth(value.args[0])
        return None if inner is None else not inner
    if isinstance(value, Symbol):
        return False if value.name == "typing.TYPE_CHECKING" else None
    return None
