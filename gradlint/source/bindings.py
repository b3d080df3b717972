"""The top level of a file -> the statements that bind each of its names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Bindings = dict[str, list[ast.stmt]]


def bindings(body: list[ast.stmt]) -> Bindings:
    """The statements that bind each name in a block."""
    found: Bindings = {}
    for statement in body:
        if isinstance(statement, ast.If):
            first, second = bindings(statement.body), bindings(statement.orelse)
            bound, certain = _merged(first, second), first.keys() & second.keys()
        else:
            bound = _bound(statement)
            certain = set() if isinstance(statement, ast.AugAssign) else set(bound)
        for name, statements in bound.items():
            replaces = name in certain and name != "*"
            found[name] = statements if replaces else [*found.get(name, []), *statements]
    return found


def _bound(statement: ast.stmt) -> Bindings:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {statement.name: [statement]}
        case ast.Import() | ast.ImportFrom():
            top = isinstance(statement, ast.Import)
            return {
                alias.asname or (alias.name.partition(".")[0] if top else alias.name): [statement]
                for alias in statement.names
            }
        case ast.Assign():
            return {name: [statement] for name in _targets(*statement.targets)}
        case ast.AnnAssign() | ast.AugAssign():
            return {name: [statement] for name in _targets(statement.target)}
        case ast.Try() | ast.TryStar():
            meant = bindings([*statement.body, *statement.orelse, *statement.finalbody])
            fallbacks = [bindings(handler.body) for handler in statement.handlers]
            return _merged(*fallbacks) | meant
        case ast.Match():
            return _merged(*(bindings(case.body) for case in statement.cases))
        case ast.With():
            entered = [item.optional_vars for item in statement.items if item.optional_vars]
            bound: Bindings = {name: [statement] for name in _targets(*entered)}
            return bound | bindings(statement.body)
        case ast.For():
            items: Bindings = {name: [statement] for name in _targets(statement.target)}
            return items | bindings([*statement.body, *statement.orelse])
        case ast.While():
            return bindings([*statement.body, *statement.orelse])
    return {}


def _merged(*ways: Bindings) -> Bindings:
    names = dict.fromkeys(name for way in ways for name in way)
    return {name: [statement for way in ways for statement in way.get(name, [])] for name in names}


def _targets(*targets: ast.expr) -> Iterator[str]:
    """The names that an assignment to these binds."""
    for target in targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
