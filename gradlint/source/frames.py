"""Where names live while a function body is interpreted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlint.source.dataflow import join
from gradlint.source.values import Deferred, Value

if TYPE_CHECKING:
    from gradlint.source.project import Module
    from gradlint.source.values import Class, Function


class Frame:
    """The names of one call: its locals, the frame it closes over, and what it returned so far."""

    __slots__ = (
        "cls",
        "function",
        "global_names",
        "locals",
        "module",
        "parent",
        "returns",
        "self_value",
        "yields",
    )

    def __init__(
        self,
        module: Module,
        parent: Frame | None = None,
        function: Function | None = None,
        self_value: Value | None = None,
        cls: Class | None = None,
        names: dict[str, Value] | None = None,
    ) -> None:
        self.module = module
        self.parent = parent
        self.function = function
        self.self_value = self_value
        self.cls = cls
        self.locals: dict[str, Value] = {} if names is None else names
        self.global_names: set[str] = set()
        self.returns: list[Value] = []
        self.yields: list[Value] = []


def joined(left: dict[str, Value], right: dict[str, Value]) -> dict[str, Value]:
    """The names after two branches: a name bound on one side only keeps that value."""
    if left is right:
        return left
    result = dict(left)
    for name, value in right.items():
        other = result.get(name)
        if other is None or isinstance(value, Deferred):
            # Of an import and its fallback the import is what is meant to be there.
            result[name] = value if not isinstance(other, Deferred) else other
        elif other is not value and not isinstance(other, Deferred):
            result[name] = join(other, value)
    return result
