"""Calls: inlined where the callee is the project's, an `Apply` where it is a library's."""

from __future__ import annotations

import ast

from gradlint.model.interpret import builtin_calls, dataset_code, inlining, names, training_calls
from gradlint.model.interpret.core import CallSite, Core
from gradlint.model.interpret.items import MOST_ITEMS, items_of
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
from gradlint.values.marks import OTHERS


def call_expression(interp: Core, node: ast.Call, frame: Frame) -> Value:
    """A call as it is written."""
    if isinstance(node.func, ast.Attribute):
        receiver = node.func.value
        if isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Name):
            if receiver.func.id == "super":
                return _super_call(interp, node.func.attr, site_of(interp, node, frame))
    elif isinstance(node.func, ast.Name) and node.func.id == "super":
        return frame.self_value or Unknown("super", node, frame.module)
    if isinstance(node.func, ast.Attribute):
        base = interp.evaluate(node.func.value, frame)
        callee = names.attribute(interp, base, node.func.attr, node.func, frame)
        site = site_of(interp, node, frame)
        site.base = base
        return call(interp, callee, site)
    callee = interp.evaluate(node.func, frame)
    return call(interp, callee, site_of(interp, node, frame))


def site_of(interp: Core, node: ast.Call, frame: Frame) -> CallSite:
    """A call with its arguments, as they are written."""
    site = CallSite(node, frame, [], {})
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            value = interp.evaluate(argument.value, frame)
            items = items_of(value, MOST_ITEMS)
            if items is None:
                site.complete = False
                if isinstance(value, Seq):
                    site.args.extend(value.items)
                elif isinstance(value, Apply):
                    site.kwargs["*"] = value
            else:
                site.args.extend(items)
        else:
            site.args.append(interp.evaluate(argument, frame))
    for keyword in node.keywords:
        value = interp.evaluate(keyword.value, frame)
        if keyword.arg is not None:
            site.kwargs[keyword.arg] = value
        elif isinstance(value, Map):
            named = {
                key: item
                for key, item in value.items.items()
                if isinstance(key, str) and key != OTHERS
            }
            site.kwargs.update(named)
            site.complete = site.complete and value.exact
        else:
            site.complete = False
    return site


def call(interp: Core, callee: Value, site: CallSite) -> Value:
    """The value of calling `callee`."""
    if isinstance(callee, Symbol):
        return _call_symbol(interp, callee.name, site)
    if isinstance(callee, Function):
        return interp.inline(callee, site)
    if isinstance(callee, Class):
        return inlining.instantiate(interp, callee, site)
    if isinstance(callee, Method):
        return _call_method(interp, callee, site)
    if isinstance(callee, Instance):
        return _call_instance(interp, callee, site)
    if isinstance(callee, Join):
        return _call_any(interp, callee, site)
    if isinstance(callee, Apply):
        return _call_object(interp, callee, site)
    return _call_unknown(interp, callee, site)


def _passed(interp: Core, apply: Apply) -> Value:
    """What a call gives: one of its operands where it is known to give it back, else itself."""
    passed = interp.knowledge.passes(apply)
    return passed if passed is not None else apply


def _call_symbol(interp: Core, name: str, site: CallSite) -> Value:
    handler = builtin_calls.FUNCTIONS.get(name)
    if handler is not None:
        found = handler(interp, site)
        if found is not None:
            return found
    return _passed(interp, interp.applied(site, interp.knowledge.canonical(name)))


def _call_method(interp: Core, method: Method, site: CallSite) -> Value:
    receiver = method.receiver
    handler = builtin_calls.METHODS.get(method.name)
    if handler is not None and isinstance(receiver, Seq | Map | Const | Method | Apply | Instance):
        found = handler(interp, receiver, site)
        if found is not None:
            return found
    if isinstance(receiver, Method) and receiver.name != method.name:
        # `x.data.clamp_()`: the attribute is a value of its own.
        receiver = Apply(f".{receiver.name}", [], {}, receiver.node, receiver.module,
                         receiver.receiver, interp.tracked)  # fmt: skip
    _run_closure(interp, method.name, site)
    apply = interp.applied(site, f".{method.name}", receiver)
    if method.name == "map":
        dataset_code.mapped(interp, apply, site.frame)
    training_calls.follow(interp, apply, site.frame)
    return _passed(interp, apply)


def _run_closure(interp: Core, name: str, site: CallSite) -> None:
    """`optimizer.step(closure)` calls the closure."""
    if interp.knowledge.names["gradient-methods"].get(name) == "step":
        for argument in site.args:
            if isinstance(argument, Function):
                interp.inline(argument, site.given())


def _call_unknown(interp: Core, callee: Value, site: CallSite) -> Value:
    base = site.base
    if isinstance(callee, Unknown) and isinstance(site.node, ast.Call):
        if isinstance(site.node.func, ast.Attribute):
            # The attribute of an unknown: a method by name, of a receiver with an identity.
            name = site.node.func.attr
            if isinstance(base, Join):
                owns = (one for one in base.options() if _owns(one, name, callee))
                base = next(owns, base)
            if isinstance(base, Unknown):
                return _passed(interp, interp.applied(site, f".{name}", base))
    return _passed(interp, interp.applied(site, "?", callee))


def _owns(one: Value, name: str, attribute: Unknown) -> bool:
    return isinstance(one, Unknown) and one.attrs.get(name) is attribute


def _call_object(interp: Core, callee: Apply, site: CallSite) -> Value:
    if callee.fn == "functools.partial" and callee.args:
        function, *first = callee.args
        arguments = [*first, *site.args]
        named = {**callee.kwargs, **site.kwargs}
        return call(
            interp, function, CallSite(site.node, site.frame, arguments, named, site.complete)
        )
    chain = interp.knowledge.chained(callee)
    inner: Value | None = None
    if chain is not None and len(site.args) == 1:
        inner = site.args[0]
        for layer in chain:
            inner = call(interp, layer, site.given(inner))
    result = interp.applied(site, "()", callee)
    result.inner = inner
    return result


def _call_any(interp: Core, callee: Join, site: CallSite) -> Value:
    """A call of one of several: each is made in a branch."""
    found: list[Value] = []

    def take(first: Value, *others: Value) -> None:
        if others:
            interp.either(None, lambda: take(first), lambda: take(*others), site.node)
        else:
            found.append(call(interp, first, site))

    take(*callee.options())
    return join(*found)


def _call_instance(interp: Core, callee: Instance, site: CallSite) -> Value:
    inner: Value | None = None
    bases = [interp.knowledge.canonical(name) for name in callee.cls.library_bases()]
    for name in ("__call__", *interp.knowledge.call_methods(bases)):
        method = names.class_attribute(interp, callee.cls, name, callee)
        if isinstance(method, Function):
            inner = interp.inline(method, site)
            break
    result = interp.applied(site, "()", callee)
    result.inner = inner
    return result


def _super_call(interp: Core, name: str, site: CallSite) -> Value:
    frame = site.frame
    receiver = frame.self_value
    if isinstance(receiver, Instance) and frame.cls is not None:
        lineage = receiver.cls.lineage()
        start = lineage.index(frame.cls) + 1 if frame.cls in lineage else 1
        for cls in lineage[start:]:
            statement = cls.members.get(name)
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                function = Function(statement, cls.module, cls.frame, receiver, cls)
                return interp.inline(function, site)
    apply = interp.applied(site, f".{name}", receiver)
    apply.attrs["super"] = Const(True)
    return apply
