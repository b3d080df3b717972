"""Binding: assignments, their targets, and imports."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradlint.model.data.origins import CHANGED
from gradlint.model.interpret import expressions, names, operators
from gradlint.model.interpret.items import element, items_of
from gradlint.values.graph import constant, join
from gradlint.values.kinds import (
    Apply,
    Class,
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
from gradlint.values.trace import Store

if TYPE_CHECKING:
    from gradlint.model.interpret.interpreter import Interpreter
    from gradlint.values.kinds import Frame, Module


def assign_statement(interp: Interpreter, statement: ast.Assign, frame: Frame) -> None:
    """`a = b = value`."""
    value = expressions.evaluate(interp, statement.value, frame)
    for target in statement.targets:
        assign(interp, target, value, frame)


def annotated(interp: Interpreter, statement: ast.AnnAssign, frame: Frame) -> None:
    """`a: T = value`."""
    if statement.value is not None:
        assign(
            interp, statement.target, expressions.evaluate(interp, statement.value, frame), frame
        )


def augmented(interp: Interpreter, statement: ast.AugAssign, frame: Frame) -> None:
    """`a += value`; on an attribute or item a store that says so."""
    target = statement.target
    current = expressions.evaluate(interp, _as_read(target), frame)
    operand = expressions.evaluate(interp, statement.value, frame)
    operator = operators.operator_of(statement.op)
    if isinstance(current, Seq) and operator == "+":
        extend(interp, current, operand)
        return
    value = operators.binary(interp, operator, current, operand, statement, frame)
    if isinstance(current, Apply):
        # Whoever else holds an array that is changed in place holds other values from now on.
        current.attrs[CHANGED] = value
    if isinstance(target, ast.Name):
        bind(frame, target.id, value)
    else:
        _store(interp, target, value, frame, operator)


def _as_read(target: ast.expr) -> ast.expr:
    # The context of the node does not matter to evaluation, so the target is read as it stands.
    return target


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


def assign(interp: Interpreter, target: ast.expr, value: Value, frame: Frame) -> None:
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


def unpack(interp: Interpreter, target: ast.Tuple | ast.List, value: Value, frame: Frame) -> None:
    """`a, b = value`."""
    starred = any(isinstance(part, ast.Starred) for part in target.elts)
    for index, part in enumerate(target.elts):
        item = (
            Unknown() if starred else element(interp, value, index, len(target.elts), part, frame)
        )
        assign(interp, part, item, frame)


def _store(
    interp: Interpreter, target: ast.expr, value: Value, frame: Frame, operator: str
) -> None:
    if isinstance(target, ast.Attribute):
        base = expressions.evaluate(interp, target.value, frame)
        for option in base.options():
            if isinstance(option, Instance | Unknown | Apply):
                if len(base.options()) > 1:
                    old = option.attrs.get(target.attr)
                    stored = join(old, value) if old is not None else value
                else:
                    stored = value
                interp.store(option.attrs, target.attr, stored)
        interp.trace.append(Store(base, target.attr, value, target, frame.module, operator))
    elif isinstance(target, ast.Subscript):
        base = expressions.evaluate(interp, target.value, frame)
        key = expressions.evaluate(interp, target.slice, frame)
        store_item(interp, base, key, value)
        interp.trace.append(Store(base, "[]", value, target, frame.module, operator))
        if isinstance(target.value, ast.Name) and not isinstance(base, Seq | Map):
            # An array that is written to in part is from now on whatever both were.
            written = Apply("[]=", [base, key, value], {}, target, frame.module)
            if isinstance(base, Apply):
                base.attrs[CHANGED] = written
            bind(frame, target.value.id, written)
        elif isinstance(base, Apply):
            base.attrs[CHANGED] = value


def store_item(interp: Interpreter, base: Value, key: Value, value: Value) -> None:
    """`base[key] = value` for displays."""
    if isinstance(base, Map):
        name = constant(key)
        if isinstance(key, Const) and isinstance(name, str | int):
            old = base.items.get(name)
            weak = interp.branches and old is not None
            base.items[name] = join(old, value) if weak and old is not None else value
        else:
            base.exact = False
    elif isinstance(base, Seq):
        index = constant(key)
        if isinstance(index, int) and -len(base.items) <= index < len(base.items):
            base.items[index] = value
        else:
            base.items.append(value)
            base.exact = False


def append(interp: Interpreter, sequence: Seq, value: Value) -> None:
    """Add one item; where the path is not certain the length is not either."""
    sequence.items.append(value)
    if interp.branches or interp.muted:
        sequence.exact = False


def extend(interp: Interpreter, sequence: Seq, other: Value) -> None:
    """Add the items of another value."""
    items = items_of(other, 1000)
    if items is None:
        sequence.exact = False
        if isinstance(other, Seq):
            sequence.items.extend(other.items)
        return
    for item in items:
        append(interp, sequence, item)


def import_modules(interp: Interpreter, statement: ast.Import, frame: Frame) -> None:
    """`import a.b as c`."""
    for alias in statement.names:
        top = alias.name.partition(".")[0]
        name = alias.name if alias.asname else top
        if interp.knowledge.is_library(top):
            value: Value = Symbol(name)
        else:
            value = Deferred(statement, name, frame.module)
        bind(frame, alias.asname or top, value)


def brought(interp: Interpreter, deferred: Deferred) -> Value:
    """What an import brings: a module or a definition of the project, or a library's symbol."""
    node, name, importer = deferred.node, deferred.name, deferred.module
    if isinstance(node, ast.ImportFrom):
        return imported(interp, node, name, importer)
    module = interp.project.resolve(importer, name)
    return ModuleRef(module, node) if module is not None else Symbol(name)


def import_names(interp: Interpreter, statement: ast.ImportFrom, frame: Frame) -> None:
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


def imported(interp: Interpreter, statement: ast.ImportFrom, name: str, importer: Module) -> Value:
    """What `from x import name` brings."""
    source = statement.module or ""
    module = interp.project.resolve(importer, source, statement.level)
    if module is not None and module is not importer:
        found = names.module_name(interp, module, name)
        if found is not None:
            return found
    dotted = f"{source}.{name}" if source else name
    submodule = interp.project.resolve(importer, dotted, statement.level)
    if submodule is not None:
        return ModuleRef(submodule, statement)
    if statement.level or module is not None:
        return Unknown(name, statement, importer)
    return Symbol(f"{source}.{name}")


__all__ = ["Class", "assign", "bind", "extend"]
