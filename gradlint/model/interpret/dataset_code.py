"""What the project's own code makes of one item: datasets that are indexed, functions mapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlint.model.interpret import names
from gradlint.model.interpret.core import CallSite, Core
from gradlint.values.kinds import Apply, Const, Function, Instance, Join, Seq, Unknown, Value
from gradlint.values.marks import ITEM

if TYPE_CHECKING:
    from gradlint.values.kinds import Frame


def settle(interp: Core, value: Value, frame: Frame) -> None:
    """Let a loop variable know what the project's own dataset gives for one item."""
    if isinstance(value, Apply) and value.fn == "iter" and value.args:
        found = given(interp, value.args[0], frame)
        if found is not None:
            value.attrs[ITEM] = found
    elif isinstance(value, Seq):
        for item in value.items:
            settle(interp, item, frame)
    elif isinstance(value, Join):
        for option in value.options():
            settle(interp, option, frame)


def given(interp: Core, value: Value | None, frame: Frame) -> Value | None:
    """One item of a dataset of the project, alone or behind a loader; None for any other."""
    if isinstance(value, Apply):
        fact = interp.knowledge.roles["data"].get(value.fn)
        if value.fn == "[]" and isinstance(value.args[0], Apply):
            # One of several parts: `train, test = random_split(...)`.
            split = interp.knowledge.roles["data"].get(value.args[0].fn, {})
            return given(interp, value.args[0], frame) if split.get("kind") == "parts" else None
        if fact is None or value.kwargs.get("collate_fn") is not None:
            return None
        if fact["kind"] == "loader":
            return given(interp, interp.knowledge.argument(value, fact, "dataset"), frame)
        if fact["kind"] == "parts":
            return given(interp, value.args[0] if value.args else None, frame)
        return None
    if not isinstance(value, Instance):
        return None
    if id(value) in interp.items:
        return interp.items[id(value)][1]
    for name in ("__getitem__", "__iter__"):
        method = names.class_attribute(interp, value.cls, name, value)
        if isinstance(method, Function):
            interp.items[id(value)] = (value, None)
            index = Unknown("index", method.node, method.module, varying=True)
            with interp.aside():
                args: list[Value] = [index] if name == "__getitem__" else []
                found = interp.inline(method, CallSite(method.node, frame, args))
            if isinstance(found, Seq) and found.kind == "generator":
                found = found.items[0]
            interp.items[id(value)] = (value, found)
            return found
    return None


def mapped(interp: Core, apply: Apply, frame: Frame) -> None:
    """`dataset.map(function)`: what the function makes of one item."""
    function = apply.args[0] if apply.args else apply.kwargs.get("map_func")
    if not isinstance(function, Function) or apply.receiver is None or apply.node is None:
        return
    if not _is_stream(interp, apply.receiver):
        return
    spec = function.node.args
    count = len(spec.posonlyargs) + len(spec.args) - len(spec.defaults)
    count -= function.self_value is not None
    item = Apply("iter", [apply.receiver], {}, apply.node, apply.module)
    arguments: list[Value] = [item]
    if count > 1:
        arguments = [
            Apply("[]", [item, Const(index)], {}, apply.node, apply.module)
            for index in range(count)
        ]
    apply.attrs[ITEM] = interp.inline(function, CallSite(apply.node, frame, arguments))


_STREAMS = frozenset({"image-dataset", "slices", "named-items", "stream"})
"""Kinds of data that are mapped item by item."""


def _is_stream(interp: Core, value: Value) -> bool:
    while isinstance(value, Apply):
        fact = interp.knowledge.roles["data"].get(value.fn)
        if fact is not None:
            return fact["kind"] in _STREAMS
        if value.fn == "[]":
            value = value.args[0]
        elif value.fn[:1] == "." and value.receiver is not None:
            value = value.receiver
        else:
            return False
    return False
