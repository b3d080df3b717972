"""Values -> whether they are gradients, and of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlint.values.graph import walk
from gradlint.values.kinds import Apply, Join, Method, Seq, Unknown, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge

GRADIENT_CALLS = ("tape-gradients", "optimizer-gradients")
"""The words for methods that return gradients."""

MOST_FOLLOWED = 60
"""Values looked at to find a gradient in what something is computed from: a gradient that is
written back is at most a few operators away from the one that was read."""


def path(value: Value | None) -> tuple[Value | None, list[str]]:
    """A value as its base and the attributes read from it: `p.grad.data` is p, [grad, data]."""
    names: list[str] = []
    while True:
        if isinstance(value, Method):
            names.append(value.name)
            value = value.receiver
        elif isinstance(value, Apply) and value.fn in (".grad", ".data") and not value.args:
            names.append(value.fn[1:])
            value = value.receiver
        else:
            break
    if isinstance(value, Unknown) and "." in value.name:
        parts = value.name.split(".")
        tail: list[str] = []
        while parts and parts[-1] in ("grad", "data"):
            tail.append(parts.pop())
        names.extend(tail)
    return value, list(reversed(names))


def is_gradient(value: Value | None) -> bool:
    """Whether a value is the gradient of a parameter: `p.grad`, `p.grad.data`."""
    return "grad" in path(value)[1]


def holds_gradients(value: Value) -> bool:
    """Whether a value is a gradient, or a display of gradients."""
    if isinstance(value, Seq):
        return any(is_gradient(item) for item in value.items)
    if isinstance(value, Join):
        return any(is_gradient(option) for option in value.options())
    return is_gradient(value)


def is_clamp(value: Value, knowledge: Knowledge) -> bool:
    """Whether a value is the result of a function that bounds."""
    if not isinstance(value, Apply):
        return False
    return value.fn.lstrip(".").rpartition(".")[2] in knowledge.words["clamps"]


def depends_on_gradients(value: Value) -> bool:
    """Whether a gradient is among the few values that something is computed from."""
    return any(is_gradient(node) for node in walk(value, MOST_FOLLOWED))
