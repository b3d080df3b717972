"""Python's own functions and the methods of its containers, where they move values around."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradlint.model.interpret import assignment, names
from gradlint.model.interpret.core import CallSite, Core
from gradlint.model.interpret.items import (
    MOST_ITEMS,
    MOST_UNROLLED,
    item,
    item_of,
    items_of,
    known_key,
)
from gradlint.values.graph import constant, join
from gradlint.values.kinds import (
    Apply,
    Class,
    Const,
    Instance,
    Map,
    Seq,
    Symbol,
    Unknown,
    Value,
)
from gradlint.values.marks import DETACHED, OTHERS

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
            known = items_of(source.args[1], MOST_UNROLLED)
            one = (
                [item_of(interp.knowledge, source.args[1], site.node, site.module)]
                if known is None
                else known
            )
            mapped = [interp.call(source.args[0], site.given(value)) for value in one]
            return Seq(mapped, kind, site.node, site.module, known is not None)
        return None

    return build


def _dict(interp: Core, site: CallSite) -> Value | None:
    made = Map({}, site.node, site.module, site.complete)
    if site.args:
        assignment.update(interp, made, site.args[0])
    made.items.update(site.kwargs)
    return made


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
        for option in base.options():
            if isinstance(option, Instance | Unknown | Apply):
                name = known_key(key)
                sure = option is base and name is not None
                for meant in [str(name)] if name is not None else [*option.attrs, "*"]:
                    old = option.attrs.get(meant)
                    stored = value if sure or old is None else join(old, value)
                    interp.heap.store(option.attrs, meant, stored)
    return Const(None, site.node, site.module)


def _isinstance(interp: Core, site: CallSite) -> Value | None:
    found = _is_instance(interp, *site.args) if len(site.args) == 2 else None
    if found is None:
        return _plain("builtins.isinstance")(interp, site)
    return Const(found, site.node, site.module)


def _is_instance(interp: Core, value: Value, kind: Value) -> bool | None:
    """Whether a value is an object of a class or of one of several; None: not certain."""
    if isinstance(kind, Seq):
        found = {_is_instance(interp, value, item) for item in kind.items}
        return True if True in found else (False if found == {False} and kind.exact else None)
    name = interp.knowledge.canonical(kind.name) if isinstance(kind, Symbol) else ""
    builtin = _TYPES.get(name)
    if isinstance(value, Instance):
        bases = [interp.knowledge.canonical(base) for base in value.cls.library_bases()]
        if kind in value.cls.lineage() or name in bases:
            return True
        known = not bases and not value.cls.has_unknown_base()
        return False if isinstance(kind, Class) or (builtin and known) else None
    if isinstance(value, Apply):
        return True if value.fn == name else None
    if builtin is None:
        return None
    if isinstance(value, Const):
        return None if value.default else isinstance(value.value, builtin)
    if isinstance(value, Map):
        return builtin is dict
    return builtin.__name__ == value.kind if isinstance(value, Seq) else None


_TYPES = {
    f"builtins.{kind.__name__}": kind
    for kind in (bool, bytes, complex, dict, float, int, list, set, str, tuple)
}


def _len(interp: Core, site: CallSite) -> Value | None:
    source = site.args[0] if site.args else None
    if isinstance(source, Seq | Map) and source.exact:
        return Const(len(source.items), site.node, site.module)
    if isinstance(source, Const) and isinstance(source.value, str):
        return Const(len(source.value), site.node, site.module, default=source.default)
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
    given = site.args[1] if len(site.args) > 1 else site.kwargs.get("start", Const(0))
    start = constant(given)
    rows: list[list[Value]] = [
        [Const(start + index) if isinstance(start, int) else Unknown(), value]
        for index, value in enumerate(known)
    ]
    return _rows(rows, site)


def _zip(interp: Core, site: CallSite) -> Value | None:
    known = [items_of(value, MOST_UNROLLED) for value in site.args]
    columns = [items for items in known if items is not None]
    if not site.complete or not columns or len(columns) < len(known):
        return _made("builtins.zip", site)
    return _rows([list(row) for row in zip(*columns, strict=False)], site)


def _rows(rows: list[list[Value]], site: CallSite) -> Seq:
    items: list[Value] = [Seq(row, "tuple", site.node, site.module) for row in rows]
    return Seq(items, "generator", site.node, site.module)


def _made(name: str, site: CallSite) -> Apply:
    """A call that is a value and no act: nothing happens in it that a trace must know."""
    return Apply(name, site.args, site.kwargs, site.node, site.module, complete=site.complete)


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
    "builtins.isinstance": _isinstance,
    "builtins.hasattr": _plain("builtins.hasattr"),
    "builtins.sum": _plain("builtins.sum"),
    "builtins.map": _plain("builtins.map"),
}


def _append(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    """`xs.append(x)`, `xs.add(x)`, `net.add_module(name, layer)`."""
    if not site.args:
        return None
    if isinstance(receiver, Seq):
        assignment.append(interp, receiver, site.args[-1])
        return Const(None)
    return _hold(interp, receiver, [site.args[-1]], True)


def _insert(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if len(site.args) != 2:
        return None
    index = constant(site.args[0])
    if isinstance(receiver, Seq):
        assignment.append(interp, receiver, site.args[1], index if isinstance(index, int) else None)
        receiver.exact = receiver.exact and isinstance(index, int)
        return Const(None)
    return _hold(interp, receiver, [site.args[1]], False)


def _extend(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if not site.args:
        return None
    source = site.args[0]
    if isinstance(receiver, Seq):
        assignment.extend(interp, receiver, source, site.node, site.frame)
        return Const(None)
    items = items_of(source, MOST_ITEMS)
    if items is not None:
        return _hold(interp, receiver, items, True)
    if isinstance(source, Apply) and interp.knowledge.holds_layers(source):
        return _hold(interp, receiver, source.args, source.complete)
    return _hold(interp, receiver, source.items if isinstance(source, Seq) else [], False)


def _hold(interp: Core, receiver: Value, items: list[Value], known: bool) -> Value | None:
    """Add layers to a library's container; `known` that these are all, and their place the end."""
    if not isinstance(receiver, Apply) or not interp.knowledge.holds_layers(receiver):
        return None
    interp.heap.touch(receiver)
    receiver.args.extend(items)
    if interp.muted or not known:
        receiver.complete = False
    return receiver


def _clear(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if not isinstance(receiver, Seq | Map):
        return None
    interp.heap.touch(receiver)
    receiver.items.clear()
    receiver.exact = True
    return Const(None)


def _rearrange(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    """Whatever removes or reorders items of a list."""
    if isinstance(receiver, Seq):
        interp.heap.touch(receiver)
        receiver.exact = False
    return None


def _copied(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if isinstance(receiver, Seq):
        return Seq(list(receiver.items), receiver.kind, site.node, site.module, receiver.exact)
    if isinstance(receiver, Map):
        return Map(dict(receiver.items), site.node, site.module, receiver.exact)
    return None


def _update(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if not isinstance(receiver, Map):
        return None
    if site.args:
        assignment.update(interp, receiver, site.args[0])
    assignment.update(interp, receiver, Map(site.kwargs, exact=site.complete))
    return Const(None)


def _get(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if not isinstance(receiver, Map) or not site.args:
        return None
    key = known_key(site.args[0])
    default = site.args[1] if len(site.args) > 1 else Const(None)
    if receiver.exact and key is not None:
        return receiver.items.get(key, default)
    found = item(interp, receiver, site.args[0], site.node, site.frame)
    return found if key in receiver.items else join(found, default)


def _setdefault(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    found = _get(interp, receiver, site)
    if found is not None and isinstance(receiver, Map):
        if known_key(site.args[0]) not in receiver.items:
            assignment.store_item(interp, receiver, site.args[0], found)
    return found


def _views(what: str) -> BuiltinMethod:
    def view(interp: Core, receiver: Value, site: CallSite) -> Value | None:
        if not isinstance(receiver, Map):
            return None
        found: list[Value] = []
        for key, value in receiver.items.items():
            name = Unknown(varying=True) if key == OTHERS else Const(key)
            if what == "keys":
                found.append(name)
            elif what == "values":
                found.append(value)
            else:
                found.append(Seq([name, value], "tuple", site.node, site.module))
        return Seq(found, "list", site.node, site.module, receiver.exact)

    return view


def _pop(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    if isinstance(receiver, Map | Seq):
        key = site.args[0] if site.args else Const(-1)
        found = assignment.delete_item(interp, receiver, key)
        if found is not None:
            return found
        if isinstance(receiver, Seq) and receiver.items:
            return join(*receiver.items)
        if receiver.exact and len(site.args) > 1 and known_key(key) is not None:
            return site.args[1]
        return Unknown("", site.node, site.module)
    if isinstance(receiver, Apply) and interp.knowledge.holds_layers(receiver):
        layers = receiver.args[-1] if receiver.args else None
        holder = layers if isinstance(layers, Seq) else receiver
        interp.heap.touch(holder)
        held = holder.items if isinstance(holder, Seq) else holder.args
        del held[-1:]
        return Const(None)
    return None


def _detach(interp: Core, receiver: Value, site: CallSite) -> Value | None:
    """`hidden.detach_()`, and of a part: `hidden[0].detach_()`, `for h in hidden: h.detach_()`."""
    while isinstance(receiver, Apply):
        interp.heap.store(receiver.attrs, DETACHED, Const(True))
        receiver = receiver.args[0] if receiver.fn in ("[]", "iter") else Const(None)
    return None


METHODS: dict[str, BuiltinMethod] = {
    "append": _append,
    "add": _append,
    "add_module": _append,
    "insert": _insert,
    "extend": _extend,
    "clear": _clear,
    "copy": _copied,
    "reverse": _rearrange,
    "sort": _rearrange,
    "remove": _rearrange,
    "discard": _rearrange,
    "update": _update,
    "get": _get,
    "setdefault": _setdefault,
    "keys": _views("keys"),
    "values": _views("values"),
    "items": _views("items"),
    "pop": _pop,
    "detach_": _detach,
}
