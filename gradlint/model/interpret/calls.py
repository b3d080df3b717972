"""Calls: inlined where the callee is the project's, an `Apply` where it is a library's."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradlint.model.interpret import (
    builtin_calls,
    dataset_code,
    expressions,
    inlining,
    names,
    training_calls,
)
from gradlint.model.interpret.items import items_of
from gradlint.values.graph import join
from gradlint.values.kinds import (
    Apply,
    Class,
    Const,
    Frame,
    Function,
    Instance,
    Join,
    Map,
    Method,
    Seq,
    Symbol,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from gradlint.model.interpret.interpreter import Interpreter

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
    """Positional and keyword arguments; the flag is False where some could not be told.

    What `*value` unpacks is kept under the name `*`.
    """
    args: list[Value] = []
    kwargs: dict[str, Value] = {}
    complete = True
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            value = expressions.evaluate(interp, argument.value, frame)
            items = items_of(value, 1000)
            if items is None:
                complete = False
                if isinstance(value, Seq):
                    args.extend(value.items)
                elif isinstance(value, Apply):
                    kwargs["*"] = value
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
        return inlining.inline(interp, callee, args, kwargs, node, complete=complete)
    if isinstance(callee, Class):
        return inlining.instantiate(interp, callee, args, kwargs, node, complete)
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
        dataset_code.mapped(interp, apply, frame)
    training_calls.follow(interp, apply, frame)
    passed = interp.knowledge.passes(apply)
    return passed if passed is not None else apply


def _run_closure(interp: Interpreter, name: str, args: list[Value], node: ast.AST) -> None:
    """`optimizer.step(closure)` calls the closure."""
    if name == "step":
        for argument in args:
            if isinstance(argument, Function):
                inlining.inline(interp, argument, [], {}, node)


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
            method = names.class_attribute(interp, cls, name, callee)
            if isinstance(method, Function):
                result.inner = inlining.inline(
                    interp, method, args, kwargs, node, complete=complete
                )
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
                return inlining.inline(interp, function, args, kwargs, node, complete=complete)
    apply = Apply(f".{name}", args, kwargs, node, frame.module, receiver, interp.tracked, complete)
    apply.attrs["super"] = Const(True)
    return record(interp, apply)
