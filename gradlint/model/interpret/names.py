"""Names and attributes -> values: what a module, a class or an object calls by a name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradlint.model.interpret import assignment, expressions, inlining
from gradlint.values.graph import join
from gradlint.values.kinds import (
    Apply,
    Class,
    Const,
    Deferred,
    Frame,
    Function,
    Instance,
    Join,
    Method,
    ModuleRef,
    Symbol,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from gradlint.model.interpret.interpreter import Interpreter
    from gradlint.values.kinds import Module


def module_name(interp: Interpreter, module: Module, name: str) -> Value | None:
    """A top-level name of a module; of another file only its definition is interpreted."""
    found = module.globals.get(name)
    if found is not None:
        if isinstance(found, Deferred):
            found = _brought_once(interp, module, name, found)
        return found
    if name == "__name__":
        main = module is interp.module
        return Const("__main__" if main else "module", None, module, default=False)
    statements = module.bindings.get(name)
    if not statements:
        return starred(interp, module, name) if module is not interp.module else None
    if name in module.resolving:
        return None
    module.resolving.add(name)
    frame = Frame(module, locals=module.globals)
    outer, interp.trace = interp.trace, []
    interp.muted += 1
    try:
        # The last one wins; after a `try` the first is what is meant to be there.
        interp.block(statements[:1] if len(statements) > 1 else statements, frame)
    finally:
        interp.trace = outer
        interp.muted -= 1
        module.resolving.discard(name)
    found = module.globals.get(name)
    return _brought_once(interp, module, name, found) if isinstance(found, Deferred) else found


def _brought_once(
    interp: Interpreter, module: Module, name: str, deferred: Deferred
) -> Value | None:
    """Follow an import; None while it is being followed already (files that import each other)."""
    if name in module.resolving:
        return None
    module.resolving.add(name)
    try:
        found = module.globals[name] = assignment.brought(interp, deferred)
        return found
    finally:
        module.resolving.discard(name)


def starred(interp: Interpreter, module: Module, name: str) -> Value | None:
    """What a star import brings by a name."""
    for statement in module.stars:
        source = statement.module or ""
        if not statement.level and interp.knowledge.is_library(source.partition(".")[0]):
            if interp.knowledge.defines(f"{source}.{name}"):
                return Symbol(f"{source}.{name}")
            continue
        target = interp.project.resolve(module, source, statement.level)
        key = f"*{name}"
        if target is not None and target is not module and key not in target.resolving:
            target.resolving.add(key)
            found = module_name(interp, target, name)
            target.resolving.discard(key)
            if found is not None:
                return found
    return None


def attribute(
    interp: Interpreter, base: Value, name: str, node: ast.AST | None, frame: Frame
) -> Value:
    """`base.name`."""
    if isinstance(base, Symbol):
        return Symbol(f"{base.name}.{name}", node, frame.module)
    if isinstance(base, Instance):
        return instance_attribute(interp, base, name, node, frame)
    if isinstance(base, Apply):
        stored = base.attrs.get(name)
        return stored if stored is not None else Method(base, name, node, frame.module)
    if isinstance(base, Unknown):
        return base.attribute(name)
    if isinstance(base, ModuleRef):
        found = module_name(interp, base.target, name)
        if found is not None:
            return found
        return _submodule(interp, base, name, node) or Unknown(name, node, frame.module)
    if isinstance(base, Join):
        return join(*(attribute(interp, option, name, node, frame) for option in base.options()))
    if isinstance(base, Class):
        return class_attribute(interp, base, name, None) or Unknown(name, node, frame.module)
    if isinstance(base, Const) and base.default:
        return Unknown(name, node, frame.module)
    return Method(base, name, node, frame.module)


def _submodule(
    interp: Interpreter, base: ModuleRef, name: str, node: ast.AST | None
) -> Value | None:
    module = interp.project.resolve(base.target, name, 1)
    return ModuleRef(module, node) if module is not None else None


def instance_attribute(
    interp: Interpreter, base: Instance, name: str, node: ast.AST | None, frame: Frame
) -> Value:
    """An attribute of an object of a project class: stored, defined by the class, or inherited."""
    stored = base.attrs.get(name)
    if stored is not None:
        return stored
    if base.cls is not None:
        found = class_attribute(interp, base.cls, name, base)
        if found is not None:
            return found
        if base.cls.library_bases() or base.cls.has_unknown_base():
            # An inherited method, or data of the base class: `.training`.
            method = Method(base, name, node, frame.module)
            base.attrs[name] = method
            return method
    unknown = Unknown(f"self.{name}" if base is frame.self_value else name, node, frame.module)
    base.attrs[name] = unknown
    return unknown


def class_attribute(
    interp: Interpreter, cls: Class, name: str, instance: Instance | None
) -> Value | None:
    """A member of a class, bound to `instance` where it is a method."""
    found = cls.find(name)
    if found is None:
        return None
    owner, statement = found
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        decorators = {inlining.decorator_name(item) for item in statement.decorator_list}
        function = Function(statement, owner.module, owner.frame, None, owner)
        if "staticmethod" in decorators:
            return function
        if "classmethod" in decorators:
            return function.bound(cls)
        if instance is None:
            return function
        bound = function.bound(instance)
        if decorators & {"property", "cached_property", "functools.cached_property"}:
            return inlining.inline(interp, bound, [], {}, statement)
        return bound
    frame = Frame(owner.module, owner.frame)
    if isinstance(statement, ast.ClassDef):
        return interp.class_value(statement, frame)
    value = getattr(statement, "value", None)
    if value is None:
        return None
    result = expressions.evaluate(interp, value, frame)
    if isinstance(result, Const):
        result = Const(result.value, result.node, result.module, default=True)
    return result
