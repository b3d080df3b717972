"""Python's own functions and the methods of its containers, where they move values around."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradlint.model.interpret import assignment, names
from gradlint.model.interpret.core import CallSite, Core
from gradlint.model.interpret.items import MOST_ITEMS, MOST_UNROLLED, item_of, items_of
from gradlint.values.graph import constant, join
from gradlint.values.kinds import (
    Apply,
    Const,
    Instance,
    Map,
    Seq,
    Unknown,
    Value,
)
from gradlint.values.marks import DETACHED

BuiltinFunction = Callable[[Core, CallSite], Value | None]
BuiltinMethod = Callable[[Core, Value, CallSite], Value | None]


def _copy(kind: str) -> BuiltinFunction:
    def build(interp: Core, site: CallSite) -> Value | None:
        if not site.args:
            return Seq([], kind, site.node, site.module)
        source = site.args[0]
        items = items_of(source, MOST_ITEMS)
        if items is not None:
            return Seq(items, kind, site.node, site.module)
        if isinstance(source, Seq):
            return Seq(list(source.items), kind, site.node, site.module, exact=False)
        if isinstance(source, Apply) and source.fn == "builtins.map" and len(source.args) == 2:
            item = item_of(interp.knowledge, source.args[1], site.node, site.module)
            mapped = interp.call(source.args[0], site.given(item))
            return Seq([mapped], kind, site.node, site.module, exact=False)
        return None

    return build


def _dict(interp: Core, site: CallSite) -> Value | None:
    source = site.args[0] if site.args else None
    known = source.items if isinstance(source, Map) else {}
    exact = source.exact if isinstance(source, Map) else source is None
    return Map({**known, **site.kwargs}, site.node, site.module, exact)


def _getattr(interp: Core, site: CallSite) -> Value | None:
    if len(site.args) >= 2:
        base, key = site.args[:2]
        name = constant(key)
        if isinstance(name, str) and not (isinstance(key, Const) and key.default):
            return names.attribute(interp, base, name, site.node, site.frame)
    return None


def _setattr(interp: Core, site: CallSite) -> Value | None:
    if len(site.args) == 3:
        base, key, value = site.args
        if isinstance(base, Instance | Unknown | Apply):
            name = constant(key)
            interp.heap.store(base.attrs, name if isinstance(name, str) else "*", value)
    return Const(None, site.node, site.module)


def _len(interp: Core, site: CallSite) -> Value | None:
    source = site.args[0] if site.args else None
    if isinstance(source, Seq | Map) and source.exact:
        return Const(len(source.items), site.node, site.module)
    return None


def _number(convert: Callable[[Any], Any]) -> BuiltinFunction:
    def build(interp: Core, site: CallSite) -> Value | None:
        if len(site.args) == 1 and isinstance(site.args[0], Const):
            source = site.args[0]
            try:
                value = convert(source.value)
            except (TypeError, ValueError, OverflowError):
                return None
            return Const(value, site.node, site.module, default=source.default)
        return None

    return build


def _enumerate(interp: Core, site: CallSite) -> Value | None:
    known = items_of(site.args[0], MOST_UNROLLED) if site.args else None
    if known is None:
        return _made("builtins.enumerate", site)
    return _rows([[Const(index), item] for index, item in enumerate(known)], site)


def _zip(interp: Core, site: CallSite) -> Value | None:
    known = [items_of(value, MOST_UNROLLED) for value in site.args]
    columns = [items for items in known if items is not None]
    if not columns or len(columns) < len(known):
        return _made("builtins.zip", site)
    return _rows([list(row) for row in zip(*columns, strict=False)], site)


def _rows(rows: list[list[Value]], site: CallSite) -> Seq:
    items: list[Value] = [Seq(row, "tuple", site.node, site.module) for row in rows]
    return Seq(items, "generator", site.node, site.module)


def _made(name: str, site: CallSite) -> Apply:
    """A call that is a value and no act: nothing happens in it that a trace must know."""
    return Apply(name, site.args, site.kwargs, site.node, site.module)


def _plain(name: str) -> BuiltinFunction:
    def build(interp: Core, site: CallSite) -> Value | None:
        made = _made(name, site)
        made.tracked = interp.tracked
        return made

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
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.range": lambda interp, site: _made("builtins.range", site),
    "builtins.isinstance": _plain("builtins.isinstance"),
    "builtins.hasattr": _plain("builtins.hasattr"),
    "builtins.sum": _plain("builtins.sum"),
    "builtins.map": _plain("builtins.map"),
}


def _append(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if isinstance(receiver, Seq) and site.args:
        assignment.append(interp, receiver, site.args[-1])
        return Const(None)
    return None


def _extend(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if isinstance(receiver, Seq) and site.args:
        assignment.extend(interp, receiver, site.args[0], site.node, site.frame)
        return Const(None)
    if isinstance(receiver, Apply) and interp.knowledge.holds_layers(receiver) and site.args:
        source = site.args[0]
        interp.heap.touch(receiver)
        receiver.args.extend(
            items_of(source, MOST_ITEMS) or (source.items if isinstance(source, Seq) else [])
        )
        return receiver
    return None


def _layer_append(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if isinstance(receiver, Apply) and interp.knowledge.holds_layers(receiver) and site.args:
        interp.heap.touch(receiver)
        receiver.args.append(site.args[-1])
        if interp.heap.branches or interp.muted:
            receiver.complete = False
        return receiver
    return _append(interp, receiver, site)


def _update(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if not isinstance(receiver, Map):
        return None
    for key, value in site.kwargs.items():
        assignment.store_item(interp, receiver, Const(key), value)
    source = site.args[0] if site.args else None
    if isinstance(source, Map):
        for name, value in source.items.items():
            assignment.store_item(interp, receiver, Const(name), value)
    elif source is not None:
        interp.heap.touch(receiver)
        receiver.exact = False
    return Const(None)


def _get(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if isinstance(receiver, Map) and site.args:
        key = constant(site.args[0])
        if isinstance(key, str | int):
            found = receiver.items.get(key)
            if found is not None:
                return found
            if receiver.exact:
                return site.args[1] if len(site.args) > 1 else Const(None)
        return Unknown("", site.node, site.module)
    return None


def _views(what: str) -> BuiltinMethod:
    def view(interp: Core, receiver: Value, site: CallSite) -> Value | None:
        if not isinstance(receiver, Map):
            return None
        found: list[Value] = []
        for key, value in receiver.items.items():
            name = Const(key)
            if what == "keys":
                found.append(name)
            elif what == "values":
                found.append(value)
            else:
                found.append(Seq([name, value], "tuple", site.node, site.module))
        return Seq(found, "list", site.node, site.module, receiver.exact)

    return view


def _pop(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if isinstance(receiver, Map) and site.args:
        key = constant(site.args[0])
        if isinstance(key, str | int) and key in receiver.items:
            interp.heap.touch(receiver)
            return receiver.items.pop(key)
        given = len(site.args) > 1 and receiver.exact
        return site.args[1] if given else Unknown("", site.node, site.module)
    if isinstance(receiver, Seq):
        interp.heap.touch(receiver)
        if receiver.exact and receiver.items and not site.args:
            return receiver.items.pop()
        receiver.exact = False
        return join(*receiver.items) if receiver.items else Unknown("", site.node, site.module)
    if isinstance(receiver, Apply) and interp.knowledge.holds_layers(receiver):
        interp.heap.touch(receiver)
        if receiver.args and isinstance(receiver.args[-1], Seq):
            layers = receiver.args[-1]
            interp.heap.touch(layers)
            layers.items[:] = layers.items[:-1]
        elif receiver.args:
            receiver.args.pop()
        return Const(None)
    return None


def _detach(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    """`hidden.detach_()`, and of a part: `hidden[0].detach_()`, `for h in hidden: h.detach_()`."""
    while isinstance(receiver, Apply):
        interp.heap.store(receiver.attrs, DETACHED, Const(True))
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
