"""Statements -> whether one of them leaves early what it stands in."""

from __future__ import annotations

import ast
from collections.abc import Sequence

_EXITS: dict[str, type[ast.stmt]] = {
    "return": ast.Return,
    "continue": ast.Continue,
}
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_NESTS = (
    ast.If, *_LOOPS, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.ExceptHandler,
    ast.Match, ast.match_case,
)  # fmt: skip
"""Where statements stand in statements; what leaves a definition leaves nothing around it."""

_PARTS = ("body", "orelse", "handlers", "finalbody", "cases")


def leaves_early(body: Sequence[ast.stmt], exit: str) -> bool:
    """Whether a `return` or `continue` in a body skips any of it; at its very end it does not."""
    if body and isinstance(body[-1], _EXITS[exit]):
        body = body[:-1]
    return any(_holds(statement, exit) for statement in body)


def _holds(node: ast.AST, exit: str) -> bool:
    if isinstance(node, _EXITS[exit]):
        return True
    if not isinstance(node, _NESTS):
        return False
    # What leaves a loop inside is that loop's.
    inner = isinstance(node, _LOOPS) and exit != "return"
    parts = ("orelse",) if inner else _PARTS
    return any(_holds(child, exit) for part in parts for child in getattr(node, part, ()))
