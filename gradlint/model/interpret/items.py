"""Items -> values: what indexing, unpacking and iterating give."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradlint.values.graph import constant, join
from gradlint.values.kinds import Apply, Const, Instance, Join, Map, Seq, Unknown, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.interpret.core import Core
    from gradlint.values.kinds import Frame, Module


MOST_UNROLLED = 16
"""A display with at most this many items is gone through item by item: lists of layers, widths."""

MOST_ITEMS = 1000
"""Items that are copied from one display to another; a longer one is data, and its items alike."""


def item(interp: Core, base: Value, key: Value, node: ast.AST, frame: Frame) -> Value:
    """`base[key]`."""
    if isinstance(base, Join):
        return join(*(item(interp, option, key, node, frame) for option in base.options()))
    index = constant(key)
    if isinstance(base, Map) and isinstance(index, str | int):
        found = base.items.get(index)
        return found if found is not None else Unknown(str(index), node, frame.module)
    inner = base.inner if isinstance(base, Apply) and base.inner is not None else base
    if isinstance(inner, Seq) and isinstance(index, int):
        if inner.exact and -len(inner.items) <= index < len(inner.items):
            return inner.items[index]
        if not inner.exact and inner.items:
            return join(*inner.items)
    if isinstance(base, Unknown):
        if isinstance(index, str | int):
            return base.attribute(f"[{index!r}]")
        return Unknown("", node, frame.module)
    return Apply("[]", [base, key], {}, node, frame.module, tracked=interp.tracked)


def element(
    interp: Core, value: Value, index: int, count: int, node: ast.AST, frame: Frame
) -> Value:
    """Item `index` of a value that is unpacked into `count` names."""
    key = Const(index)
    if isinstance(value, Unknown):
        return Unknown("", node, frame.module, varying=value.varying)
    return item(interp, value, key, node, frame)


def items_of(value: Value, most: int) -> list[Value] | None:
    """The items that iterating over a value gives, if all are known and not too many."""
    if isinstance(value, Seq) and value.exact and len(value.items) <= most:
        return list(value.items)
    if isinstance(value, Map) and value.exact and len(value.items) <= most:
        return [Const(key) for key in value.items]
    return None


def item_of(knowledge: Knowledge, value: Value, node: ast.AST, module: Module) -> Value:
    """What one iteration over a value gives."""
    if isinstance(value, Seq):
        return join(*value.items) if value.items else Unknown("", node, module, varying=True)
    if isinstance(value, Apply):
        if value.fn == "builtins.enumerate" and value.args:
            index = Unknown("", node, module, varying=True)
            return Seq(
                [index, item_of(knowledge, value.args[0], node, module)], "tuple", node, module
            )
        if value.fn == "builtins.zip":
            return Seq(
                [item_of(knowledge, arg, node, module) for arg in value.args], "tuple", node, module
            )
        if value.fn == "builtins.range":
            return Unknown("", node, module, varying=True)
        gives_items = value.fn in _ITERATES_ARGUMENT or value.fn in knowledge.roles["iterates"]
        if gives_items and value.args:
            return item_of(knowledge, value.args[0], node, module)
        return Apply("iter", [value], {}, node, module)
    if isinstance(value, Join):
        return join(*(item_of(knowledge, option, node, module) for option in value.options()))
    if isinstance(value, Instance):
        return Apply("iter", [value], {}, node, module)
    return Unknown("", node, module, varying=True)


_ITERATES_ARGUMENT = frozenset(
    {
        "builtins.iter",
        "builtins.reversed",
        "builtins.list",
        "builtins.tuple",
        "builtins.sorted",
    }
)
