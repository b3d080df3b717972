"""Items -> values: what indexing, unpacking and iterating give."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradlint.values.graph import constant, join
from gradlint.values.kinds import Apply, Const, Instance, Join, Map, Seq, Unknown, Value
from gradlint.values.marks import OTHERS

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.interpret.core import Core
    from gradlint.values.kinds import Frame, Module


MOST_UNROLLED = 16
"""A display with at most this many items is gone through item by item: lists of layers, widths."""

MOST_PASSES = 10_000
"""Items gone through one by one in one file; beyond it every loop is one over data."""

MOST_ITEMS = 1000
"""Items that are copied from one display to another; a longer one is data, and its items alike."""


def item(interp: Core, base: Value, key: Value, node: ast.AST, frame: Frame) -> Value:
    """`base[key]`."""
    if isinstance(base, Join):
        return join(*(item(interp, option, key, node, frame) for option in base.options()))
    if isinstance(base, Map):
        return _value_of(base, known_key(key), node, frame.module)
    index = constant(key)
    inner = base.inner if isinstance(base, Apply) and base.inner is not None else base
    if isinstance(inner, Seq) and inner.exact and isinstance(key, Apply) and key.fn == "slice":
        sliced = _sliced(inner.items, key)
        if sliced is not None:
            return Seq(sliced, inner.kind, node, frame.module)
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


def _sliced(items: list[Value], key: Apply) -> list[Value] | None:
    """The items of a slice whose bounds are literals; None for any other."""
    bounds = [part.value for part in key.args if isinstance(part, Const) and not part.default]
    if len(bounds) < len(key.args) or not all(
        bound is None or isinstance(bound, int) for bound in bounds
    ):
        return None
    return items[slice(*bounds)] if bounds[2] != 0 else None


def _value_of(base: Map, key: str | int | None, node: ast.AST, module: Module) -> Value:
    """What a dictionary holds under a key; None for one that is not known, which may be any."""
    if key is not None:
        found = base.items.get(key, base.items.get(OTHERS))
        return found if found is not None else Unknown(str(key), node, module)
    if base.items and (base.exact or OTHERS in base.items):
        return join(*base.items.values())
    return Unknown("", node, module)


def known_key(key: Value) -> str | int | None:
    """The key of a dictionary that a value certainly is."""
    if isinstance(key, Const) and not key.default and isinstance(key.value, str | int):
        return key.value
    return None


def element(interp: Core, value: Value, index: int, node: ast.AST, frame: Frame) -> Value:
    """Item `index` of a value that is unpacked."""
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
        found = join(*value.items) if value.items else Unknown()
        if isinstance(found, Unknown) and not found.name:
            found = Unknown("", node, module, varying=True)
        return found
    if isinstance(value, Apply):
        if value.fn == "builtins.enumerate" and value.args:
            index = Unknown("", node, module, varying=True)
            items = [index, item_of(knowledge, value.args[0], node, module)]
            return Seq(items, "tuple", node, module)
        if value.fn == "builtins.zip" and value.complete:
            items = [item_of(knowledge, arg, node, module) for arg in value.args]
            return Seq(items, "tuple", node, module)
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
