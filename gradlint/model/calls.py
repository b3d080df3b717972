"""Calls: inlined where the callee is the project's, an `Apply` where it is a library's."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradlint.model import builtin_calls, expressions, fits, iteration
from gradlint.source.frames import Frame
from gradlint.source.values import (
    Apply,
    Class,
    Const,
    Function,
    Instance,
    Join,
    Map,
    Method,
    ModuleRef,
    Seq,
    Symbol,
    Unknown,
    Value,
    join,
)

if TYPE_CHECKING:
    from gradlint.model.interpreter import Interpreter

Arguments = tuple[list[Value], dict[str, Value], bool]


def call_expression(interp: Interpreter, node: ast.Call, frame: Frame) -> Value:
    """A call as it is written."""
    if isinstance(node.func, ast.Attribute):
        receiver = node.func.value
        if isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Name):
            if receiver.func.id == "super":
                return _super_call(interp, node, node.func.attr, frame)
    elif isinstance(node.func, ast.Name) and node.func.id == "super":
        return frame.self_value or Unknown("super", node, frame.module)
    callee = expressions.evaluate(interp, node.func, frame)
    args, kwargs, complete = arguments(interp, node, frame)
    return call(interp, callee, args, kwargs, node, frame, complete)


def arguments(interp: Interpreter, node: ast.Call, frame: Frame) -> Arguments:
    """Positional and keyword arguments; the flag is False where some could not be told."""
    args: list[Value] = []
    kwargs: dict[str, Value] = {}
    complete = True
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            value = expressions.evaluate(interp, argument.value, frame)
            items = expressions.items_of(value, 1000)
            if items is None:
                complete = False
                if isinstance(value, Seq):
                    args.extend(value.items)
            else:
                args.extend(items)
        else:
            args.append(expressions.evaluate(interp, argument, frame))
    for keyword in node.keywords:
        value = expressions.evaluate(interp, keyword.value, frame)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
        elif isinstance(value, Map):
            kwargs.update({key: item for key, item in value.items.items() if isinstance(key, str)})
            complete = complete and value.exact
        else:
            complete = False
    return args, kwargs, complete


def call(
    interp: Interpreter,
    callee: Value,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
    frame: Frame,
    complete: bool = True,
) -> Value:
    """The value of calling `callee`."""
    if isinstance(callee, Symbol):
        return _call_symbol(interp, callee.name, args, kwargs, node, frame, complete)
    if isinstance(callee, Function):
        return inline(interp, callee, args, kwargs, node, complete=complete)
    if isinstance(callee, Class):
        return instantiate(interp, callee, args, kwargs, node, complete)
    if isinstance(callee, Method):
        return _call_method(interp, callee, args, kwargs, node, frame, complete)
    if isinstance(callee, Instance):
        return _call_instance(interp, callee, args, kwargs, node, frame, complete)
    if isinstance(callee, Join):
        return _call_any(interp, callee, args, kwargs, node, frame, complete)
    if isinstance(callee, Apply):
        return _call_object(interp, callee, args, kwargs, node, frame, complete)
    return _call_unknown(interp, callee, args, kwargs, node, frame, complete)


def record(interp: Interpreter, apply: Apply) -> Apply:
    """Leave an act for a call."""
    apply.loops = interp.loops
    interp.trace.append(apply)
    if not interp.muted:
        interp.applies.append(apply)
    return apply


def _call_symbol(
    interp: Interpreter,
    name: str,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
    frame: Frame,
    complete: bool,
) -> Value:
    handler = builtin_calls.FUNCTIONS.get(name)
    if handler is not None:
        found = handler(interp, args, kwargs, node, frame)
        if found is not None:
            return found
    name = interp.knowledge.canonical(name)
    apply = Apply(name, args, kwargs, node, frame.module, None, interp.tracked, complete)
    record(interp, apply)
    passed = interp.knowledge.passes(apply)
    return passed if passed is not None else apply


def _call_method(
    interp: Interpreter,
    method: Method,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
    frame: Frame,
    complete: bool,
) -> Value:
    receiver = method.receiver
    handler = builtin_calls.METHODS.get(method.name)
    if handler is not None and isinstance(receiver, Seq | Map | Const | Method | Apply | Instance):
        found = handler(interp, receiver, args, kwargs, node, frame)
        if found is not None:
            return found
    if isinstance(receiver, Method) and receiver.name != method.name:
        # `x.data.clamp_()`: the attribute is a value of its own.
        receiver = Apply(f".{receiver.name}", [], {}, receiver.node, receiver.module,
                         receiver.receiver, interp.tracked)  # fmt: skip
        receiver.complete = True
    _run_closure(interp, method.name, args, node)
    apply = Apply(
        f".{method.name}", args, kwargs, node, frame.module, receiver, interp.tracked, complete
    )
    record(interp, apply)
    if method.name == "map":
        iteration.mapped(interp, apply, frame)
    fits.follow(interp, apply, frame)
    passed = interp.knowledge.passes(apply)
    return passed if passed is not None else apply


def _run_closure(interp: Interpreter, name: str, args: list[Value], node: ast.AST) -> None:
    """`optimizer.step(closure)` calls the closure."""
    if name == "step":
        for argument in args:
            if isinstance(argument, Function):
                inline(interp, argument, [], {}, node)


def _call_unknown(
    interp: Interpreter,
    callee: Value,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
    frame: Frame,
    complete: bool,
) -> Value:
    receiver: Value = callee
    fn = "?"
    if isinstance(callee, Unknown) and isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            # The attribute of an unknown: a method by name, of a receiver with an identity.
            base = expressions.evaluate(interp, node.func.value, frame)
            if isinstance(base, Unknown):
                fn, receiver = f".{node.func.attr}", base
    apply = Apply(fn, args, kwargs, node, frame.module, receiver, interp.tracked, complete)
    record(interp, apply)
    passed = interp.knowledge.passes(apply)
    return passed if passed is not None else apply


def _call_object(
    interp: Interpreter,
    callee: Apply,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
    frame: Frame,
    complete: bool,
) -> Value:
    if callee.fn == "functools.partial" and callee.args:
        merged = {**callee.kwargs, **kwargs}
        return call(
            interp, callee.args[0], [*callee.args[1:], *args], merged, node, frame, complete
        )
    chain = interp.knowledge.chained(callee)
    if chain is not None and len(args) == 1:
        value = args[0]
        for layer in chain:
            value = call(interp, layer, [value], {}, node, frame)
        result = Apply("()", args, kwargs, node, frame.module, callee, interp.tracked, complete)
        result.inner = value
        return record(interp, result)
    result = Apply("()", args, kwargs, node, frame.module, callee, interp.tracked, complete)
    return record(interp, result)


def _call_any(
    interp: Interpreter,
    callee: Join,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
    frame: Frame,
    complete: bool,
) -> Value:
    options = list(callee.options())
    if len(options) == 2 and not interp.muted:
        found: list[Value] = []

        def take(option: Value) -> None:
            found.append(call(interp, option, args, kwargs, node, frame, complete))

        interp.either(None, lambda: take(options[0]), lambda: take(options[1]), frame, node)
        return join(*found)
    values = [call(interp, option, args, kwargs, node, frame, complete) for option in options]
    return join(*values)


def _call_instance(
    interp: Interpreter,
    callee: Instance,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
    frame: Frame,
    complete: bool,
) -> Value:
    result = Apply("()", args, kwargs, node, frame.module, callee, interp.tracked, complete)
    cls = callee.cls
    if cls is not None:
        bases = [interp.knowledge.canonical(name) for name in cls.library_bases()]
        for name in ("__call__", *interp.knowledge.call_methods(bases)):
            method = expressions.class_attribute(interp, cls, name, callee)
            if isinstance(method, Function):
                result.inner = inline(interp, method, args, kwargs, node, complete=complete)
                break
    return record(interp, result)


def _super_call(interp: Interpreter, node: ast.Call, name: str, frame: Frame) -> Value:
    args, kwargs, complete = arguments(interp, node, frame)
    receiver = frame.self_value
    if isinstance(receiver, Instance) and receiver.cls is not None and frame.cls is not None:
        lineage = receiver.cls.lineage()
        start = lineage.index(frame.cls) + 1 if frame.cls in lineage else 1
        for cls in lineage[start:]:
            statement = cls.members.get(name)
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                function = Function(statement, cls.module, cls.frame, receiver, cls)
                return inline(interp, function, args, kwargs, node, complete=complete)
    apply = Apply(f".{name}", args, kwargs, node, frame.module, receiver, interp.tracked, complete)
    apply.attrs["super"] = Const(True)
    return record(interp, apply)


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
        owner, statement = found
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
            default = expressions.class_attribute(interp, cls, name, None)
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
    from gradlint.model import interpreter as limits

    body = function.node
    interp.called.add(body)
    deep = len(interp.stack) >= limits.DEEPEST or interp.stack.count(body) > 1
    if deep or interp.inlined >= limits.MOST_INLINED:
        if interp.inlined >= limits.MOST_INLINED:
            interp.give_up(function.module, body, "too many calls to follow")
        apply = Apply("?", args, kwargs, node, function.module, function, interp.tracked)
        return record(interp, apply)
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


__all__ = ["Callable", "ModuleRef", "call", "call_expression", "inline"]
