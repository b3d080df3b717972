"""Calls of the project's own functions and classes: their bodies, run with these arguments."""

from __future__ import annotations

import ast

from gradlint.model.interpret import names
from gradlint.model.interpret.core import CallSite, Core, Status
from gradlint.values.graph import join, replaceable
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
from gradlint.values.trace import Act, Block

MOST_INLINED = 1500
"""Calls inlined for one file; beyond it calls stay opaque. The largest training script of the
public repositories this was measured on needs 430."""

DEEPEST = 14
"""Calls inlined inside each other. Model code nests 5 to 8 deep (step, model, block, layer)."""


def instantiate(interp: Core, cls: Class, site: CallSite) -> Instance:
    """A new object of a project class, its `__init__` run."""
    instance = Instance(cls, site.node, cls.module)
    found = cls.find("__init__")
    if found is not None and isinstance(found[1], ast.FunctionDef):
        owner, statement = found[0], found[1]
        function = Function(statement, owner.module, owner.frame, instance, owner)
        interp.inline(function, site)
    elif "dataclass" in {
        names.decorator_name(item).rpartition(".")[2] for item in cls.node.decorator_list
    } or any(base.endswith(("NamedTuple", "BaseModel")) for base in cls.library_bases()):
        _fill_fields(interp, cls, instance, site)
    return instance


def _fill_fields(interp: Core, cls: Class, instance: Instance, site: CallSite) -> None:
    """What the `__init__` of a dataclass stores."""
    fields = {
        statement.target.id: (owner, statement.value)
        for owner in reversed(cls.lineage())
        for statement in owner.node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }
    given = {**dict(zip(fields, site.args, strict=False)), **site.kwargs}
    for name, (owner, default) in fields.items():
        if name not in given and default is not None:
            value = interp.evaluate(default, Frame(owner.module, owner.frame))
            if isinstance(value, Apply) and value.fn == "dataclasses.field":
                factory = value.kwargs.get("default_factory")
                made = interp.call(factory, site.given()) if factory is not None else Unknown(name)
                value = value.kwargs.get("default", made)
            given[name] = value if site.complete else replaceable(value)
    for name, value in given.items():
        interp.heap.store(instance.attrs, name, value)


def unknown_site(interp: Core, function: Function, node: ast.AST) -> CallSite:
    """A call of an entry point: arguments are unknown but for name and annotation."""
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    if function.self_value is not None:
        positional = positional[1:]
    frame = Frame(function.module, function.frame)
    skip = len(positional) - len(spec.defaults)

    def unknown(parameter: ast.arg) -> Value:
        kind = ""
        if parameter.annotation is not None:
            annotation = interp.evaluate(parameter.annotation, frame)
            if isinstance(annotation, Symbol):
                kind = interp.knowledge.canonical(annotation.name)
        return Unknown(parameter.arg, parameter, function.module, type=kind)

    args = [unknown(parameter) for parameter in positional[: max(skip, 0)]]
    kwargs = {
        parameter.arg: unknown(parameter)
        for parameter, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
        if default is None
    }
    return CallSite(node, frame, args, kwargs)


def inline(interp: Core, function: Function, site: CallSite, *, entry: bool = False) -> Value:
    """Run the body of a project function with these arguments."""
    body = function.node
    if not interp.muted:
        interp.called.add(body)
    deep = len(interp.stack) >= DEEPEST or interp.stack.count(body) > 1
    if deep or interp.inlined >= MOST_INLINED:
        if interp.inlined >= MOST_INLINED:
            interp.give_up(function.module, body, "too many calls to follow")
        return interp.record(
            Apply("?", site.args, site.kwargs, site.node, function.module, function, interp.tracked)
        )
    interp.inlined += 1
    frame = Frame(function.module, function.frame, function, function.self_value, function.cls)
    if frame.self_value is None and function.frame is not None:
        frame.self_value = function.frame.self_value
        frame.cls = frame.cls or function.frame.cls
    _bind_parameters(interp, function, frame, site, entry)
    if isinstance(body, ast.Lambda):
        interp.stack.append(body)
        try:
            return interp.evaluate(body.body, frame)
        finally:
            interp.stack.pop()
    before = interp.tracked
    for decorator in body.decorator_list:
        switch = interp.knowledge.gradient_switch(
            interp.evaluate(decorator, Frame(function.module, function.frame))
        )
        if switch is not None:
            interp.tracked = switch
    interp.stack.append(body)
    acts: list[Act] = []
    last: Status = None

    def run() -> Status:
        nonlocal acts, last
        acts, last = interp.collected(body.body, frame)
        return last

    try:
        with interp.heap.scope(frame.locals):
            interp.body(run, frame, "return", body.body)
    finally:
        interp.stack.pop()
        interp.tracked = before
    if entry:
        interp.trace.extend(acts)
    elif acts:
        interp.trace.append(Block(acts))
    return _returned(frame, last, body)


def _returned(frame: Frame, status: str | None, node: ast.AST) -> Value:
    if frame.yields:
        return Seq([join(*frame.yields)], "generator", node, frame.module, exact=False)
    returns = frame.returns
    if status is None and returns:
        returns = [*returns, Const(None)]
    return join(*returns) if returns else Const(None, node, frame.module)


def _bind_parameters(
    interp: Core, function: Function, frame: Frame, site: CallSite, entry: bool
) -> None:
    """Give the parameters their values; those of an entry point are only defaults."""
    spec = function.node.args
    positional = [parameter.arg for parameter in (*spec.posonlyargs, *spec.args)]
    bound = frame.locals
    if function.self_value is not None and positional:
        bound[positional[0]] = function.self_value
        positional = positional[1:]
    bound.update(zip(positional, site.args, strict=False))
    rest = dict(site.kwargs)
    parameters = [*positional, *(parameter.arg for parameter in spec.kwonlyargs)]
    for name in parameters:
        if name in rest:
            bound[name] = rest.pop(name)
    exact = site.complete and not entry
    if spec.vararg is not None:
        more = site.args[len(positional) :]
        bound[spec.vararg.arg] = Seq(more, "tuple", spec.vararg, function.module, exact)
    if spec.kwarg is not None:
        bound[spec.kwarg.arg] = Map(rest, spec.kwarg, function.module, exact)
    closure = Frame(function.module, function.frame)
    for parameter, default in _defaults(spec):
        if parameter.arg not in bound:
            value = interp.evaluate(default, closure)
            bound[parameter.arg] = value if exact else replaceable(value)
    for name in parameters:
        if name not in bound:
            bound[name] = Unknown(name, function.node, function.module)


def _defaults(spec: ast.arguments) -> list[tuple[ast.arg, ast.expr]]:
    """The parameters that have a default, each with it."""
    positional = [*spec.posonlyargs, *spec.args]
    defaulted = positional[len(positional) - len(spec.defaults) :]
    named = [
        (parameter, default)
        for parameter, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
        if default is not None
    ]
    return [*zip(defaulted, spec.defaults, strict=True), *named]
