"""Values as a data-flow graph: comparing, joining and walking them, and reading literals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gradlint.values.kinds import (
    Apply,
    Class,
    Const,
    Deferred,
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
)

MOST_OPTIONS = 6
"""A join of more alternatives than this is unknown: a rule that must hold for all of them would
not be certain any more, and walks over them would grow with the product of the branches."""


def same(left: Value, right: Value) -> bool:
    """Whether two values are certainly one: identical, equal literals, or the same symbol."""
    if left is right:
        return True
    if type(left) is not type(right) or type(left) in _OF_IDENTITY:
        return False
    if isinstance(left, Const) and isinstance(right, Const):
        return (
            type(left.value) is type(right.value)
            and left.value == right.value
            and left.default == right.default
        )
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        return left.name == right.name
    if isinstance(left, Deferred) and isinstance(right, Deferred):
        return left.node is right.node and left.name == right.name
    if isinstance(left, ModuleRef) and isinstance(right, ModuleRef):
        return left.target is right.target
    if isinstance(left, Function) and isinstance(right, Function):
        return left.node is right.node and left.self_value is right.self_value
    return isinstance(left, Class) and isinstance(right, Class) and left.node is right.node


_OF_IDENTITY = frozenset({Apply, Unknown, Instance, Seq, Map, Method})
"""Kinds of which two that were made apart are never known to be one."""


def join(*values: Value) -> Value:
    """One value that stands for all of them."""
    if len(values) == 2:
        # By far the most frequent: what two branches leave of one name.
        left, right = values
        if left is right:
            return left
        if not isinstance(left, Join) and not isinstance(right, Join):
            return left if same(left, right) else Join((left, right))
        if left.options() == right.options():
            return left
    options: list[Value] = []
    for value in values:
        for option in value.options():
            for other in options:
                if same(option, other):
                    break
            else:
                options.append(option)
                if len(options) > MOST_OPTIONS:
                    return Unknown()
    return options[0] if len(options) == 1 else Join(tuple(options))


def meet(values: Sequence[Value]) -> Value:
    """What a name or an attribute holds where ways meet on which it holds these.

    Of an import and anything else the import is what is meant to be there.
    """
    first = values[0]
    if all(value is first for value in values):
        return first
    imports = [value for value in values if isinstance(value, Deferred)]
    return join(*(imports or values))


def stands_for_many(item: Value) -> bool:
    """Whether an item of a display stands for any number of items, or none: `[*more]`."""
    return (isinstance(item, Unknown) and item.varying) or (
        isinstance(item, Apply) and item.fn == "iter"
    )


def constant(value: Value | None) -> Any:
    """The Python value of a literal, negated or in a tuple; None where it is not one."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Seq) and value.exact:
        return tuple(constant(item) for item in value.items)
    return None


def number(value: Value | None) -> float | None:
    """The number that a literal is; None for a boolean, and for one too large for a float."""
    if isinstance(value, Const):
        found = value.value
        if isinstance(found, int | float) and not isinstance(found, bool):
            try:
                return float(found)
            except OverflowError:
                return None
    return None


def literal(value: Value | None) -> float | None:
    """The number that a value certainly is: none that a caller or a command line may replace."""
    if isinstance(value, Const) and value.default:
        return None
    return number(value)


def replaceable(value: Value) -> Value:
    """A value that a caller, a command line or a subclass may replace: no literal is certain."""
    if isinstance(value, Const):
        return Const(value.value, value.node, value.module, default=True)
    return value


def walk(value: Value, limit: int = 4000) -> Iterator[Value]:
    """Every value that `value` was computed from, itself first, each once, at most `limit`."""
    seen: set[int] = set()
    stack = [value]
    while stack and len(seen) < limit:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, Apply):
            stack.extend(current.operands())
        elif isinstance(current, Join):
            stack.extend(current.options())
        elif isinstance(current, Seq):
            stack.extend(current.items)
        elif isinstance(current, Map):
            stack.extend(current.items.values())
        elif isinstance(current, Method):
            stack.append(current.receiver)
