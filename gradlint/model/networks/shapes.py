"""Array values -> their shapes, where a dataset's own shape and reshapes tell them."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from gradlint.values.graph import constant
from gradlint.values.kinds import Apply, Const, Method, Seq, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge

Dimension = int | None
"""A size; None where it is not known (the number of examples)."""

_KEEPS_SHAPE = frozenset({".astype", ".copy", "/", "*", "-", "+", "[]="})


def shape_of(value: Value | None, knowledge: Knowledge, depth: int = 0) -> list[Dimension] | None:
    """The shape of an array, or None."""
    if not isinstance(value, Apply) or depth > 40:
        return None
    if value.inner is not None:
        return shape_of(value.inner, knowledge, depth + 1)
    if value.fn == "[]":
        return _of_item(value, knowledge)
    source = value.receiver if value.receiver is not None else next(iter(value.args), None)
    if value.fn in _KEEPS_SHAPE:
        return shape_of(source, knowledge, depth + 1)
    fact = knowledge.fact("data", value.fn)
    if fact is not None and "length-parameter" in fact:
        length = value.kwargs.get(str(fact["length-parameter"]))
        return [None, dimension(length, knowledge) if length is not None else None]
    if value.fn == ".reshape":
        return _reshaped(shape_of(source, knowledge, depth + 1), value.args, knowledge)
    return None


def _of_item(value: Apply, knowledge: Knowledge) -> list[Dimension] | None:
    """The arrays of a dataset that is loaded as ((x, y), (x, y))."""
    path: list[object] = []
    current: Value = value
    while isinstance(current, Apply) and current.fn == "[]":
        path.append(constant(current.args[1]))
        current = current.args[0]
    if not isinstance(current, Apply) or len(path) != 2 or path[0] != 0:
        return None
    fact = knowledge.fact("data", current.fn)
    if fact is None or "shape" not in fact:
        return None
    return [size or None for size in fact["shape"]]


def _reshaped(
    source: list[Dimension] | None, args: list[Value], knowledge: Knowledge
) -> list[Dimension] | None:
    if len(args) == 1 and isinstance(args[0], Seq):
        args = args[0].items
    sizes = [dimension(arg, knowledge) for arg in args]
    if -1 not in sizes:
        return sizes
    if source is None or sizes.count(-1) != 1 or source.count(None) != sizes.count(None):
        return [None if size == -1 else size for size in sizes]
    known = prod(size for size in source if size is not None)
    given = prod(size for size in sizes if size not in (None, -1))
    return [known // given if size == -1 else size for size in sizes]


def dimension(value: Value, knowledge: Knowledge) -> Dimension:
    """One size: a literal (-1 included), or an entry of a shape."""
    if isinstance(value, Const):
        return value.value if isinstance(value.value, int) and not value.default else None
    if isinstance(value, Apply) and value.fn == "[]":
        shape = dimensions(value.args[0], knowledge)
        index = constant(value.args[1])
        if shape is not None and isinstance(index, int) and -len(shape) <= index < len(shape):
            return shape[index]
    return None


def dimensions(value: Value | None, knowledge: Knowledge) -> list[Dimension] | None:
    """A shape as it is written: a tuple, `x.shape`, or a slice of one."""
    if isinstance(value, Seq):
        return [dimension(item, knowledge) for item in value.items] if value.exact else None
    if isinstance(value, Method) and value.name == "shape":
        return shape_of(value.receiver, knowledge)
    if isinstance(value, Apply) and value.fn == "[]":
        key = value.args[1]
        shape = dimensions(value.args[0], knowledge)
        if shape is not None and isinstance(key, Apply) and key.fn == "slice":
            bounds = [part.value for part in key.args if isinstance(part, Const)]
            if len(bounds) == 3 and all(isinstance(part, int | None) for part in bounds):
                return shape[slice(*bounds)]
    return None
