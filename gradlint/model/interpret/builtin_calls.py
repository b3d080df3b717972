"""Python's own functions and the methods of its containers, where they move values around."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradlint.model.interpret import assignment, calls, names
from gradlint.model.interpret.items import item_of, items_of
from gradlint.model.training.carried_state import DETACHED
from gradlint.values.graph import constant, join
from gradlint.values.kinds import (
    Apply,
    Class,
    Const,
    Function,
    Instance,
    Map,
    Method,
    Seq,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from gradlint.model.interpret.interpreter import Interpreter
    from gradlint.values.kinds import Frame

Args = list[Value]
Kwargs = dict[str, Value]
BuiltinFunction = Callable[["Interpreter", Args, Kwargs, ast.AST, "Frame"], "Value | None"]
BuiltinMethod = Callable[["Interpreter", Value, Args, Kwargs, ast.AST, "Frame"], "Value | None"]


def _copy(kind: str) -> BuiltinFunction:
    def build(
        interp: Interpreter, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
    ) -> Value | None:
        if not args:
            return Seq([], kind, node, frame.module)
        items = items_of(args[0], 1000)
        if items is not None:
            return Seq(items, kind, node, frame.module)
        if isinstance(args[0], Seq):
            return Seq(list(args[0].items), kind, node, frame.module, exact=False)
        if isinstance(args[0], Apply) and args[0].fn == "builtins.map":
            mapped = _mapped(interp, args[0], node, frame)
            return Seq([mapped], kind, node, frame.module, exact=False) if mapped else None
        return None

    return build


def _mapped(interp: Interpreter, apply: Apply, node: ast.AST, frame: Frame) -> Value | None:
    if len(apply.args) != 2:
        return None
    item = item_of(apply.args[1], node, frame.module)
    return calls.call(interp, apply.args[0], [item], {}, node, frame)


def _dict(
    interp: Interpreter, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    if not args:
        return Map(dict(kwargs), node, frame.module)
    if isinstance(args[0], Map):
        return Map({**args[0].items, **kwargs}, node, frame.module, args[0].exact)
    return Map(dict(kwargs), node, frame.module, exact=False)


def _getattr(
    interp: Interpreter, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    if len(args) >= 2:
        name = constant(args[1])
        if isinstance(name, str) and not (isinstance(args[1], Const) and args[1].default):
            return names.attribute(interp, args[0], name, node, frame)
    return None


def _setattr(
    interp: Interpreter, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    if len(args) == 3 and isinstance(args[0], Instance | Unknown | Apply):
        name = constant(args[1])
        interp.store(args[0].attrs, name if isinstance(name, str) else "*", args[2])
    return Const(None, node, frame.module)


def _len(
    interp: Interpreter, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    if args and isinstance(args[0], Seq | Map) and args[0].exact:
        return Const(len(args[0].items), node, frame.module)
    return None


def _number(convert: Callable[[Any], Any]) -> BuiltinFunction:
    def build(
        interp: Interpreter, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
    ) -> Value | None:
        if len(args) == 1 and isinstance(args[0], Const):
            try:
                value = convert(args[0].value)
            except (TypeError, ValueError, OverflowError):
                return None
            return Const(value, node, frame.module, default=args[0].default)
        return None

    return build


def _range(
    interp: Interpreter, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    return Apply("builtins.range", args, kwargs, node, frame.module)


def _iterator(name: str) -> BuiltinFunction:
    def build(
        interp: Interpreter, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
    ) -> Value | None:
        known = [items_of(value, 16) for value in args]
        if name == "enumerate" and known and known[0] is not None:
            pairs: list[Value] = [
                Seq([Const(index), item], "tuple", node, frame.module)
                for index, item in enumerate(known[0])
            ]
            return Seq(pairs, "generator", node, frame.module)
        if name == "zip" and known and all(items is not None for items in known):
            rows = zip(*(items for items in known if items is not None), strict=False)
            return Seq(
                [Seq(list(row), "tuple", node, frame.module) for row in rows],
                "generator",
                node,
                frame.module,
            )
        return Apply(f"builtins.{name}", args, kwargs, node, frame.module)

    return build


def _plain(name: str) -> BuiltinFunction:
    def build(
        interp: Interpreter, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
    ) -> Value | None:
        return Apply(name, args, kwargs, node, frame.module, tracked=interp.tracked)

    return build


FUNCTIONS: dict[str, BuiltinFunction] = {
    "builtins.list": _copy("list"),
    "builtins.tuple": _copy("tuple"),
    "builtins.set": _copy("set"),
    "builtins.dict": _dict,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.len": _len,
    "builtins.int": _number(int),
    "builtins.float": _number(float),
    "builtins.bool": _number(bool),
    "builtins.range": _range,
    "builtins.enumerate": _iterator("enumerate"),
    "builtins.zip": _iterator("zip"),
    "builtins.isinstance": _plain("builtins.isinstance"),
    "builtins.hasattr": _plain("builtins.hasattr"),
    "builtins.sum": _plain("builtins.sum"),
    "builtins.map": _plain("builtins.map"),
}


def _append(
    interp: Interpreter, receiver: Value, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    if isinstance(receiver, Seq) and args:
        assignment.append(interp, receiver, args[-1])
        return Const(None)
    return None


def _extend(
    interp: Interpreter, receiver: Value, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    if isinstance(receiver, Seq) and args:
        assignment.extend(interp, receiver, args[0])
        return Const(None)
    if isinstance(receiver, Apply) and interp.knowledge.holds_layers(receiver) and args:
        items = items_of(args[0], 1000)
        receiver.args.extend(items or (args[0].items if isinstance(args[0], Seq) else []))
        return receiver
    return None


def _layer_append(
    interp: Interpreter, receiver: Value, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    if isinstance(receiver, Apply) and interp.knowledge.holds_layers(receiver) and args:
        receiver.args.append(args[-1])
        if interp.branches or interp.muted:
            receiver.complete = False
        return receiver
    return _append(interp, receiver, args, kwargs, node, frame)


def _update(
    interp: Interpreter, receiver: Value, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    if isinstance(receiver, Map):
        for key, value in kwargs.items():
            assignment.store_item(interp, receiver, Const(key), value)
        if args and isinstance(args[0], Map):
            for name, value in args[0].items.items():
                assignment.store_item(interp, receiver, Const(name), value)
        elif args:
            receiver.exact = False
        return Const(None)
    return None


def _get(
    interp: Interpreter, receiver: Value, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    if isinstance(receiver, Map) and args:
        key = constant(args[0])
        if isinstance(key, str | int):
            found = receiver.items.get(key)
            if found is not None:
                return found
            if receiver.exact:
                return args[1] if len(args) > 1 else Const(None)
        return Unknown("", node, frame.module)
    return None


def _views(what: str) -> BuiltinMethod:
    def view(
        interp: Interpreter,
        receiver: Value,
        args: Args,
        kwargs: Kwargs,
        node: ast.AST,
        frame: Frame,
    ) -> Value | None:
        if not isinstance(receiver, Map):
            return None
        found: Args = []
        for key, value in receiver.items.items():
            name = Const(key)
            if what == "keys":
                found.append(name)
            elif what == "values":
                found.append(value)
            else:
                found.append(Seq([name, value], "tuple", node, frame.module))
        return Seq(found, "list", node, frame.module, receiver.exact)

    return view


def _pop(
    interp: Interpreter, receiver: Value, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    if isinstance(receiver, Map) and args:
        key = constant(args[0])
        if isinstance(key, str | int) and key in receiver.items:
            return receiver.items.pop(key)
        return args[1] if len(args) > 1 and receiver.exact else Unknown("", node, frame.module)
    if isinstance(receiver, Seq):
        if receiver.exact and receiver.items and not args and not interp.branches:
            return receiver.items.pop()
        receiver.exact = False
        return join(*receiver.items) if receiver.items else Unknown("", node, frame.module)
    if isinstance(receiver, Apply) and interp.knowledge.holds_layers(receiver):
        if receiver.args and isinstance(receiver.args[-1], Seq):
            receiver.args[-1].items[:] = receiver.args[-1].items[:-1]
        elif receiver.args:
            receiver.args.pop()
        return Const(None)
    return None


def _detach(
    interp: Interpreter, receiver: Value, args: Args, kwargs: Kwargs, node: ast.AST, frame: Frame
) -> Value | None:
    """`hidden.detach_()`, and of a part: `hidden[0].detach_()`, `for h in hidden: h.detach_()`."""
    while isinstance(receiver, Apply):
        interp.store(receiver.attrs, DETACHED, Const(True))
        receiver = receiver.args[0] if receiver.fn in ("[]", "iter") else Const(None)
    return None


METHODS: dict[str, BuiltinMethod] = {
    "append": _layer_append,
    "add": _layer_append,
    "add_module": _layer_append,
    "insert": _append,
    "extend": _extend,
    "update": _update,
    "get": _get,
    "setdefault": _get,
    "keys": _views("keys"),
    "values": _views("values"),
    "items": _views("items"),
    "pop": _pop,
    "detach_": _detach,
}

__all__ = ["FUNCTIONS", "METHODS", "Class", "Function", "Instance", "Method"]
