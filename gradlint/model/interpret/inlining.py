"""Calls of the project's own functions and classes: their bodies, run with these arguments."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradlint.model.interpret import calls, expressions, names
from gradlint.values.graph import join
from gradlint.values.kinds import (
    Apply,
    Class,
    Const,
    Frame,
    Function,
    Instance,
    Map,
    Seq,
    Symbol,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from gradlint.model.interpret.interpreter import Interpreter


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


def instantiate(
    interp: Interpreter,
    cls: Class,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
    complete: bool = True,
) -> Value:
    """A new object of a project class, its `__init__` run."""
    instance = Instance(cls, node, cls.module)
    found = cls.find("__init__")
    if found is not None and isinstance(found[1], ast.FunctionDef):
        owner, statement = found[0], found[1]
        function = Function(statement, owner.module, owner.frame, instance, owner)
        inline(interp, function, args, kwargs, node, complete=complete)
    elif "dataclass" in {
        decorator_name(item).rpartition(".")[2] for item in cls.node.decorator_list
    } or any(base.endswith(("NamedTuple", "BaseModel")) for base in cls.library_bases()):
        _fill_fields(interp, cls, instance, args, kwargs)
    return instance


def _fill_fields(
    interp: Interpreter,
    cls: Class,
    instance: Instance,
    args: list[Value],
    kwargs: dict[str, Value],
) -> None:
    fields = [
        statement.target.id
        for owner in reversed(cls.lineage())
        for statement in owner.node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]
    for name, value in zip(fields, args, strict=False):
        instance.attrs[name] = value
    instance.attrs.update(kwargs)
    for name in fields:
        if name not in instance.attrs:
            default = names.class_attribute(interp, cls, name, None)
            if isinstance(default, Apply) and default.fn == "dataclasses.field":
                default = default.argument(None, "default")
            if default is not None:
                instance.attrs[name] = default


def unknown_arguments(
    function: Function, interp: Interpreter
) -> tuple[list[Value], dict[str, Value]]:
    """Arguments for an entry point: unknown, with the name and the annotation of the parameter."""
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    if function.self_value is not None:
        positional = positional[1:]
    frame = Frame(function.module, function.frame)
    skip = len(positional) - len(spec.defaults)

    def unknown(parameter: ast.arg) -> Value:
        kind = ""
        if parameter.annotation is not None:
            annotation = expressions.evaluate(interp, parameter.annotation, frame)
            if isinstance(annotation, Symbol):
                kind = interp.knowledge.canonical(annotation.name)
        return Unknown(parameter.arg, parameter, function.module, type=kind)

    args = [unknown(parameter) for parameter in positional[: max(skip, 0)]]
    kwargs = {
        parameter.arg: unknown(parameter)
        for parameter, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
        if default is None
    }
    return args, kwargs


def inline(
    interp: Interpreter,
    function: Function,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
    *,
    entry: bool = False,
    complete: bool = True,
) -> Value:
    """Run the body of a project function with these arguments."""
    from gradlint.model.interpret import interpreter as limits

    body = function.node
    if not interp.muted:
        interp.called.add(body)
    deep = len(interp.stack) >= limits.DEEPEST or interp.stack.count(body) > 1
    if deep or interp.inlined >= limits.MOST_INLINED:
        if interp.inlined >= limits.MOST_INLINED:
            interp.give_up(function.module, body, "too many calls to follow")
        apply = Apply("?", args, kwargs, node, function.module, function, interp.tracked)
        return calls.record(interp, apply)
    interp.inlined += 1
    frame = Frame(function.module, function.frame, function, function.self_value, function.cls)
    if frame.self_value is None and function.frame is not None:
        frame.self_value = function.frame.self_value
        frame.cls = frame.cls or function.frame.cls
    bind_parameters(interp, function, frame, args, kwargs, entry, complete)
    if isinstance(body, ast.Lambda):
        interp.stack.append(body)
        try:
            return expressions.evaluate(interp, body.body, frame)
        finally:
            interp.stack.pop()
    before = interp.tracked
    for decorator in body.decorator_list:
        switch = interp.knowledge.gradient_switch(
            expressions.evaluate(interp, decorator, Frame(function.module, function.frame))
        )
        if switch is not None:
            interp.tracked = switch
    interp.stack.append(body)
    try:
        acts, status = interp.collected(body.body, frame)
    finally:
        interp.stack.pop()
        interp.tracked = before
    if entry:
        interp.trace.extend(acts)
    else:
        interp.inlined_block(acts, function.name)
    return _returned(frame, status, body)


def _returned(frame: Frame, status: str | None, node: ast.AST) -> Value:
    if frame.yields:
        return Seq([join(*frame.yields)], "generator", node, frame.module, exact=False)
    returns = frame.returns
    if status is None and returns:
        returns = [*returns, Const(None)]
    return join(*returns) if returns else Const(None, node, frame.module)


def bind_parameters(
    interp: Interpreter,
    function: Function,
    frame: Frame,
    args: list[Value],
    kwargs: dict[str, Value],
    entry: bool,
    complete: bool,
) -> None:
    """Give the parameters their values; those of an entry point are only defaults."""
    spec = function.node.args
    names = [parameter.arg for parameter in (*spec.posonlyargs, *spec.args)]
    bound = frame.locals
    if function.self_value is not None and names:
        bound[names[0]] = function.self_value
        names = names[1:]
    for name, value in zip(names, args, strict=False):
        bound[name] = value
    rest = dict(kwargs)
    for name in [*names, *(parameter.arg for parameter in spec.kwonlyargs)]:
        if name in rest:
            bound[name] = rest.pop(name)
    if spec.vararg is not None:
        bound[spec.vararg.arg] = Seq(
            args[len(names) :], "tuple", spec.vararg, function.module, exact=complete and not entry
        )
    if spec.kwarg is not None:
        bound[spec.kwarg.arg] = Map(rest, spec.kwarg, function.module, complete and not entry)
    closure = Frame(function.module, function.frame)
    all_positional = [*spec.posonlyargs, *spec.args]
    defaulted = all_positional[len(all_positional) - len(spec.defaults) :]
    pairs = [
        *zip(defaulted, spec.defaults, strict=True),
        *(
            (parameter, default)
            for parameter, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
            if default is not None
        ),
    ]
    for parameter, default in pairs:
        if parameter.arg not in bound:
            value = expressions.evaluate(interp, default, closure)
            if isinstance(value, Const) and (entry or not complete):
                value = Const(value.value, value.node, value.module, default=True)
            bound[parameter.arg] = value
    for name in names:
        if name not in bound:
            bound[name] = Unknown(name, function.node, function.module)
