"""Binding: assignments, their targets, and imports."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradlint.model.interpret import operators
from gradlint.model.interpret.items import MOST_ITEMS, element, item_of, items_of
from gradlint.values.graph import constant, join
from gradlint.values.kinds import (
    Apply,
    Const,
    Deferred,
    Instance,
    Map,
    Seq,
    Symbol,
    Unknown,
    Value,
)
from gradlint.values.marks import CHANGED
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
    if isinstance(current, Seq) and operator == "+":
        extend(interp, current, operand, statement, frame)
        return
    value = operators.binary(interp, operator, current, operand, statement, frame)
    if isinstance(current, Apply):
        # Whoever else holds an array that is changed in place holds other values from now on.
        interp.heap.store(current.attrs, CHANGED, value)
    if isinstance(target, ast.Name):
        bind(frame, target.id, value)
    else:
        _store(interp, target, value, frame, operator)


def bind(frame: Frame, name: str, value: Value) -> None:
    """Bind a local name, or the module's where it is declared global."""
    if name in frame.global_names:
        outer = frame.parent
        while outer is not None:
            if name in outer.locals:
                outer.locals[name] = value
                return
            outer = outer.parent
        frame.module.globals[name] = value
    else:
        frame.locals[name] = value


def assign(interp: Core, target: ast.expr, value: Value, frame: Frame) -> None:
    """Bind a target, which may be a name, an attribute, an item or a pattern of them."""
    if isinstance(target, ast.Name):
        if isinstance(value, Unknown) and not value.name:
            value = Unknown(target.id, target, frame.module, varying=value.varying)
        bind(frame, target.id, value)
    elif isinstance(target, ast.Tuple | ast.List):
        unpack(interp, target, value, frame)
    elif isinstance(target, ast.Starred):
        assign(interp, target.value, Unknown(), frame)
    else:
        _store(interp, target, value, frame, "")


def unpack(interp: Core, target: ast.Tuple | ast.List, value: Value, frame: Frame) -> None:
    """`a, b = value`."""
    starred = any(isinstance(part, ast.Starred) for part in target.elts)
    for index, part in enumerate(target.elts):
        item = (
            Unknown() if starred else element(interp, value, index, len(target.elts), part, frame)
        )
        assign(interp, part, item, frame)


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
        interp.trace.append(Store(base, target.attr, value, target, frame.module, operator))
    elif isinstance(target, ast.Subscript):
        base = interp.evaluate(target.value, frame)
        key = interp.evaluate(target.slice, frame)
        store_item(interp, base, key, value)
        interp.trace.append(Store(base, "[]", value, target, frame.module, operator))
        if isinstance(target.value, ast.Name) and not isinstance(base, Seq | Map):
            # An array that is written to in part is from now on whatever both were.
            written = Apply("[]=", [base, key, value], {}, target, frame.module)
            if isinstance(base, Apply):
                interp.heap.store(base.attrs, CHANGED, written)
            bind(frame, target.value.id, written)
        elif isinstance(base, Apply):
            interp.heap.store(base.attrs, CHANGED, value)


def store_item(interp: Core, base: Value, key: Value, value: Value) -> None:
    """`base[key] = value` for displays."""
    if not isinstance(base, Map | Seq):
        return
    interp.heap.touch(base)
    index = constant(key)
    if isinstance(base, Map):
        if isinstance(key, Const) and isinstance(index, str | int):
            base.items[index] = value
        else:
            base.exact = False
    elif isinstance(index, int) and -len(base.items) <= index < len(base.items):
        base.items[index] = value
    else:
        base.items.append(value)
        base.exact = False


def append(interp: Core, sequence: Seq, value: Value) -> None:
    """Add one item; in a loop how often is not known."""
    interp.heap.touch(sequence)
    sequence.items.append(value)
    if interp.muted:
        sequence.exact = False


def extend(interp: Core, sequence: Seq, other: Value, node: ast.AST, frame: Frame) -> None:
    """Add the items of another value."""
    interp.heap.touch(sequence)
    items = items_of(other, MOST_ITEMS)
    if items is None:
        sequence.exact = False
        one = item_of(interp.knowledge, other, node, frame.module)
        items = list(other.items) if isinstance(other, Seq) else [one]
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
        bind(frame, alias.asname or top, value)


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
        bind(frame, alias.asname or alias.name, value)
