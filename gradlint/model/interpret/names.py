"""Names, attributes and imports -> values: what a module, a class or an object calls by a name."""

from __future__ import annotations

import ast

from gradlint.model.interpret.core import CallSite, Core
from gradlint.values.graph import join, replaceable
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
    Module,
    ModuleRef,
    Symbol,
    Unknown,
    Value,
)

NOT_BROUGHT = frozenset({Deferred, Join})
"""Kinds of values in scopes that are, or may hold, names of imports not followed yet."""


def module_name(interp: Core, module: Module, name: str) -> Value | None:
    """A top-level name of a module; of another file only its definition is interpreted."""
    found = module.globals.get(name)
    if found is not None and type(found) not in NOT_BROUGHT:
        return found
    if found is None and not module.stars and name not in module.bindings and name != "__name__":
        return None
    if name in module.resolving:
        # Files that import each other.
        return None
    module.resolving.add(name)
    try:
        if found is None:
            found = _defined(interp, module, name)
        if found is not None:
            found = module.globals[name] = brought(interp, found)
        return found
    finally:
        module.resolving.discard(name)


def _defined(interp: Core, module: Module, name: str) -> Value | None:
    """What the definitions of a name give, each interpreted alone."""
    if name == "__name__":
        main = module is interp.module
        return Const("__main__" if main else "module", None, module, default=False)
    statements = module.bindings.get(name)
    if not statements:
        return starred(interp, module, name) if module is not interp.module else None
    frame = Frame(module)
    values: list[Value] = []
    with interp.aside(), interp.heap.apart():
        for statement in statements:
            interp.block([statement], frame)
            if name in frame.locals:
                values.append(frame.locals[name])
    for other, value in frame.locals.items():
        # What the same statements bind besides is one with it: `net, optimizer = build()`.
        if all(statement in statements for statement in module.bindings.get(other, ())):
            module.globals.setdefault(other, value)
    imports = [value for value in values if isinstance(value, Deferred)]
    return join(*(imports or values)) if values else None


def starred(interp: Core, module: Module, name: str) -> Value | None:
    """What a star import brings by a name."""
    for statement in reversed(module.stars):
        assert isinstance(statement, ast.ImportFrom)
        source = statement.module or ""
        if not statement.level and interp.knowledge.is_library(source.partition(".")[0]):
            if interp.knowledge.defines(f"{source}.{name}"):
                return Symbol(f"{source}.{name}")
            continue
        target = interp.project.resolve(module, source, statement.level)
        found = module_name(interp, target, name) if target is not None else None
        if found is not None:
            return found
    return None


def attribute(interp: Core, base: Value, name: str, node: ast.AST | None, frame: Frame) -> Value:
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


def _submodule(interp: Core, base: ModuleRef, name: str, node: ast.AST | None) -> Value | None:
    module = interp.project.resolve(base.target, name, 1)
    return ModuleRef(module, node) if module is not None else None


def instance_attribute(
    interp: Core, base: Instance, name: str, node: ast.AST | None, frame: Frame
) -> Value:
    """An attribute of an object of a project class: stored, defined by the class, or inherited."""
    stored = base.attrs.get(name)
    if stored is not None:
        return stored
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


def class_attribute(interp: Core, cls: Class, name: str, instance: Instance | None) -> Value | None:
    """A member of a class, bound to `instance` where it is a method."""
    found = cls.find(name)
    if found is None:
        return None
    owner, statement = found
    frame = Frame(owner.module, owner.frame)
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        decorators = {decorator_name(item) for item in statement.decorator_list}
        function = Function(statement, owner.module, owner.frame, None, owner)
        if "staticmethod" in decorators:
            return function
        if "classmethod" in decorators:
            return function.bound(cls)
        if instance is None:
            return function
        bound = function.bound(instance)
        if decorators & {"property", "cached_property", "functools.cached_property"}:
            return interp.inline(bound, CallSite(statement, frame))
        return bound
    if isinstance(statement, ast.ClassDef):
        return interp.class_value(statement, frame)
    value = getattr(statement, "value", None)
    if value is None:
        return None
    return replaceable(interp.evaluate(value, frame))


def brought(interp: Core, value: Value) -> Value:
    """What a name holds once its import is followed: a module, a definition, a library's symbol."""
    if isinstance(value, Join):
        if any(isinstance(option, Deferred) for option in value.options()):
            return join(*(brought(interp, option) for option in value.options()))
        return value
    if not isinstance(value, Deferred):
        return value
    node, name, importer = value.node, value.name, value.module
    if isinstance(node, ast.ImportFrom):
        return _imported(interp, node, name, importer)
    module = interp.project.resolve(importer, name)
    return ModuleRef(module, node) if module is not None else Symbol(name)


def _imported(interp: Core, statement: ast.ImportFrom, name: str, importer: Module) -> Value:
    """What `from x import name` brings."""
    source = statement.module or ""
    module = interp.project.resolve(importer, source, statement.level)
    if module is not None and module is not importer:
        found = module_name(interp, module, name)
        if found is not None:
            return found
    dotted = f"{source}.{name}" if source else name
    submodule = interp.project.resolve(importer, dotted, statement.level)
    if submodule is not None:
        return ModuleRef(submodule, statement)
    if statement.level or module is not None:
        return Unknown(name, statement, importer)
    return Symbol(f"{source}.{name}")


def decorator_name(node: ast.expr) -> str:
    """A decorator as dotted text, without its arguments."""
    if isinstance(node, ast.Call):
        node = node.func
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))
