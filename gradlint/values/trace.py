"""What a program does, in order: calls and stores, nested in branches and loops.

The interpreter writes a trace; the lifecycle reads it. A trace is a list of `Act`s: an `Apply` (a
call that was not inlined), a `Store` to an attribute or item, a `Branch`, a `Loop` or an `Exit`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.values.kinds import Apply, Value

if TYPE_CHECKING:
    from gradlint.values.kinds import Module


@dataclass(slots=True, eq=False, repr=False)
class Store:
    """`base.name = value`, or an item of it where `name` is `[]`; `operator` of `+=` and others."""

    base: Value
    name: str
    value: Value
    node: ast.AST
    module: Module
    operator: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Branch:
    """Two ways to go on: `test` chooses (None: something unforeseeable, as an exception)."""

    test: Value | None
    then: list[Act]
    otherwise: list[Act]
    node: ast.AST


@dataclass(slots=True, eq=False, repr=False)
class Loop:
    """A body that is run again and again; `iterable` is what it runs over (None for `while`)."""

    body: list[Act]
    iterable: Value | None
    node: ast.AST
    module: Module


@dataclass(slots=True, eq=False, repr=False)
class Block:
    """Acts that an exit of a kind ends, and nothing around them.

    The body of an inlined function, which a `return` ends; a loop that was gone through item by
    item, which a `break` ends, and each time through it, which a `continue` ends.
    """

    body: list[Act]
    exit: str = "return"


@dataclass(slots=True, eq=False, repr=False)
class Scope:
    """The body of a `with`, for the contexts that change what its calls mean."""

    body: list[Act]
    contexts: list[Value]


@dataclass(slots=True, eq=False, repr=False)
class Exit:
    """`return`, `raise`, `break` or `continue`; a return carries its value."""

    kind: str
    node: ast.AST
    value: Value | None = None


Act = Apply | Store | Branch | Loop | Block | Scope | Exit


def flat(acts: list[Act]) -> Iterator[Act]:
    """Every act of a trace, in order of text, whatever it is nested in; outer ones first."""
    stack: list[Act] = list(reversed(acts))
    while stack:
        act = stack.pop()
        yield act
        if isinstance(act, Branch):
            stack.extend(reversed(act.otherwise))
            stack.extend(reversed(act.then))
        elif isinstance(act, Loop | Block | Scope):
            stack.extend(reversed(act.body))


def stores(acts: list[Act]) -> list[Store]:
    """Every store of a trace."""
    return [act for act in flat(acts) if isinstance(act, Store)]


def loops(acts: list[Act]) -> list[Loop]:
    """Every loop of a trace, outer ones first."""
    return [act for act in flat(acts) if isinstance(act, Loop)]
