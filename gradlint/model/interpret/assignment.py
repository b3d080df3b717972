"""Binding: assignments, their targets, and imports."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradlint.model.interpret import operators
from gradlint.model.interpret.items import MOST_ITEMS, element, item_of, items_of, known_key
from gradlint.values.graph import constant, join, replaceable
from gradlint.values.kinds import (
    Apply,
    Const,
    Deferred,
    Instance,
    Map,
    ModuleRef,
    Seq,
    Symbol,
    Unknown,
    Value,
)
from gradlint.values.marks import CHANGED, OTHERS
from gradlint.values.trace import Store

if TYPE_CHECKING:
    from gradlint.model.interpret.core import Core
    from gradlint.values.kinds import Frame


def assign_statement(interp: Core, statement: ast.Assign, frame: Frame) -> None:
    """`a = b = value`."""
    value = interp.evaluate(statement.value, frame)
    for target in statement.targets:
        assign(interp, target, value, frame)


def annotated(interp: Core, statement: ast.AnnAssign, frame: Frame) -> None:
    """`a: T = value`."""
    if statement.value is not None:
        assign(interp, statement.target, interp.evaluate(statement.value, frame), frame)


def augmented(interp: Core, statement: ast.AugAssign, frame: Frame) -> None:
    """`a += value`; on an attribute or item a store that says so."""
    target = statement.target
    current = interp.evaluate(target, frame)
    operand = interp.evaluate(statement.value, frame)
    operator = operators.operator_of(statement.op)
    if isinstance(current, Seq) and current.kind == "list" and operator == "+":
        extend(interp, current, operand, statement, frame)
        return
    value = operators.binary(interp, operator, current, operand, statement, frame)
    if isinstance(current, Apply):
        # Whoever else holds an array that is changed in place holds other values from now on.
        interp.heap.store(current.attrs, CHANGED, value)
    if isinstance(target, ast.Name):
        bind(interp, frame, target.id, value)
    else:
        _store(interp, target, value, frame, operator)


def bind(interp: Core, frame: Frame, name: str, value: Value) -> None:
    """Bind a name of this scope, or of an outer one where it is declared global or nonlocal."""
    names = frame.locals
    if name in frame.global_names:
        names = frame.module.globals
    elif name in frame.nonlocal_names:
        outer = frame.parent
        while outer is not None and name not in outer.locals:
            outer = outer.parent
        if outer is None:
            return
        names = outer.locals
    interp.heap.store(names, name, value)


def assign(interp: Core, target: ast.expr, value: Value, frame: Frame) -> None:
    """Bind a target, which may be a name, an attribute, an item or a pattern of them."""
    if isinstance(target, ast.Name):
        if isinstance(value, Unknown) and not value.name:
            value = Unknown(target.id, target, frame.module, varying=value.varying)
        bind(interp, frame, target.id, value)
    elif isinstance(target, ast.Tuple | ast.List):
        unpack(interp, target, value, frame)
    elif isinstance(target, ast.Starred):
        assign(interp, target.value, value, frame)
    else:
        _store(interp, target, value, frame, "")


def unpack(interp: Core, target: ast.Tuple | ast.List, value: Value, frame: Frame) -> None:
    """`a, *b, c = value`."""
    parts = target.elts
    star = next((at for at, part in enumerate(parts) if isinstance(part, ast.Starred)), len(parts))
    for index, part in enumerate(parts[:star]):
        assign(interp, part, element(interp, value, index, part, frame), frame)
    if star == len(parts):
        return
    after = len(parts) - star - 1
    middle: Value = Unknown()
    items = items_of(value, MOST_ITEMS)
    if items is not None:
        middle = Seq(items[star : len(items) - after], "list", target, frame.module)
    assign(interp, parts[star], middle, frame)
    for index, part in enumerate(parts[star + 1 :], start=-after):
        assign(interp, part, element(interp, value, index, part, frame), frame)


def delete(interp: Core, target: ast.expr, frame: Frame) -> None:
    """`del target`: an attribute that goes is a store of nothing."""
    if isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            delete(interp, part, frame)
    elif isinstance(target, ast.Subscript):
        base = interp.evaluate(target.value, frame)
        delete_item(interp, base, interp.evaluate(target.slice, frame))
    else:
        gone = Unknown() if isinstance(target, ast.Name) else Const(None)
        assign(interp, target, gone, frame)


def _store(interp: Core, target: ast.expr, value: Value, frame: Frame, operator: str) -> None:
    if isinstance(target, ast.Attribute):
        base = interp.evaluate(target.value, frame)
        for option in base.options():
            if isinstance(option, Instance | Unknown | Apply):
                if len(base.options()) > 1:
                    old = option.attrs.get(target.attr)
                    stored = join(old, value) if old is not None else value
                else:
                    stored = value
                interp.heap.store(option.attrs, target.attr, stored)
            elif isinstance(option, ModuleRef):
                interp.heap.store(option.target.globals, target.attr, value)
        interp.trace.append(Store(base, target.attr, value, target, frame.module, operator))
    else:
        assert isinstance(target, ast.Subscript)
        base = interp.evaluate(target.value, frame)
        key = interp.evaluate(target.slice, frame)
        store_item(interp, base, key, value)
        interp.trace.append(Store(base, "[]", value, target, frame.module, operator))
        if isinstance(target.value, ast.Name) and not isinstance(base, Seq | Map):
            # An array that is written to in part is from now on whatever both were.
            written = Apply("[]=", [base, key, value], {}, target, frame.module)
            if isinstance(base, Apply):
                interp.heap.store(base.attrs, CHANGED, written)
            bind(interp, frame, target.value.id, written)
        elif isinstance(base, Apply):
            interp.heap.store(base.attrs, CHANGED, value)


def store_item(interp: Core, base: Value, key: Value, value: Value) -> None:
    """`base[key] = value` for displays."""
    if not isinstance(base, Map | Seq):
        return
    interp.heap.touch(base)
    if isinstance(base, Map):
        name = known_key(key)
        if name is not None:
            base.items[name] = value
        else:
            base.items = {name: join(old, value) for name, old in base.items.items()}
            if base.exact:
                base.items[OTHERS] = value
            base.exact = False
        return
    index = constant(key)
    if isinstance(index, int) and -len(base.items) <= index < len(base.items):
        base.items[index] = value
    else:
        base.items.append(value)
        base.exact = False


def delete_item(interp: Core, base: Value, key: Value) -> Value | None:
    """Take an item out of a display.

    Returns:
        The item; None where it is not known which, or that there is one.
    """
    if isinstance(base, Map):
        name = known_key(key)
        interp.heap.touch(base)
        return base.items.pop(name, None)
    if isinstance(base, Seq):
        index, count = constant(key), len(base.items)
        interp.heap.touch(base)
        if base.exact and isinstance(index, int) and -count <= index < count:
            return base.items.pop(index)
        base.exact = False
    return None


def update(interp: Core, base: Map, source: Value) -> None:
    """Take over the items of a mapping; one that is not known may replace any."""
    interp.heap.touch(base)
    known = source.items if isinstance(source, Map) else {}
    if not isinstance(source, Map) or not source.exact:
        base.exact = False
        base.items.pop(OTHERS, None)
        base.items = {
            name: replaceable(old) if isinstance(old, Const) else join(old, Unknown())
            for name, old in base.items.items()
        }
    base.items.update(known)


def append(interp: Core, sequence: Seq, value: Value, index: int | None = None) -> None:
    """Add one item, at its end or before `index`; in a loop how often is not known."""
    interp.heap.touch(sequence)
    sequence.items.insert(len(sequence.items) if index is None else index, value)
    if interp.muted:
        sequence.exact = False


def extend(interp: Core, sequence: Seq, other: Value, node: ast.AST, frame: Frame) -> None:
    """Add the items of another value."""
    interp.heap.touch(sequence)
    items = items_of(other, MOST_ITEMS)
    if items is None:
        sequence.exact = False
        one = item_of(interp.knowledge, other, node, frame.module)
        items = list(other.items[:MOST_ITEMS]) if isinstance(other, Seq) else [one]
    for item in items:
        append(interp, sequence, item)


def import_modules(interp: Core, statement: ast.Import, frame: Frame) -> None:
    """`import a.b as c`."""
    for alias in statement.names:
        top = alias.name.partition(".")[0]
        name = alias.name if alias.asname else top
        if interp.knowledge.is_library(top):
            value: Value = Symbol(name)
        else:
            value = Deferred(statement, name, frame.module)
        bind(interp, frame, alias.asname or top, value)


def import_names(interp: Core, statement: ast.ImportFrom, frame: Frame) -> None:
    """`from a import b as c`."""
    source = statement.module or ""
    library = not statement.level and interp.knowledge.is_library(source.partition(".")[0])
    for alias in statement.names:
        if alias.name == "*":
            continue
        if library:
            value: Value = Symbol(f"{source}.{alias.name}")
        else:
            value = Deferred(statement, alias.name, frame.module)
        bind(interp, frame, alias.asname or alias.name, value)
