"""Operators -> comparisons with NaN, which are never true, and which test for nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.interpret.operators import operator_of
from gradlint.values.at_call import AtCall
from gradlint.values.kinds import Apply, Const, Seq, Symbol, Value

if TYPE_CHECKING:
    from gradlint.model.program import Program
    from gradlint.values.kinds import Module

_COMPARISONS = frozenset({"==", "!=", "is", "is not", "in", "not in", "compare"})


@dataclass(slots=True, eq=False, repr=False)
class NanComparison(AtCall):
    """A comparison of `subject` with a NaN that is written there, and its operator.

    `operator` is one of `==`, `!=`, `is`, `is not`, `in`, `not in`; `nan` is the operand, for the
    last two the container, as it is written.
    """

    call: Apply
    operator: str
    subject: ast.expr
    nan: ast.expr


def nan_comparisons(program: Program) -> Iterator[NanComparison]:
    """Every comparison with a NaN that is NaN each time it is come upon, once."""
    found: dict[int, NanComparison | None] = {}
    for apply in program.operations:
        if apply.fn in _COMPARISONS and isinstance(apply.node, ast.Compare):
            made = _comparison(apply, apply.node)
            key = id(apply.node)
            found[key] = made if found.get(key, made) is not None else None
    for comparison in found.values():
        if comparison is not None:
            yield comparison


def _comparison(apply: Apply, node: ast.Compare) -> NanComparison | None:
    written = [node.left, *node.comparators]
    for at, sign in enumerate(node.ops):
        operator = operator_of(sign)
        left, right = apply.args[at : at + 2]
        subject, nan = written[at : at + 2]
        if operator in ("in", "not in"):
            is_nan = _holds_nan(right, nan, apply.module) and not _may_be_object(left, right)
        elif operator in ("==", "!=", "is", "is not"):
            if not _is_nan(right, nan, apply.module):
                left, right, subject, nan = right, left, nan, subject
            is_nan = _is_nan(right, nan, apply.module) and ast.dump(subject) != ast.dump(nan)
            if operator in ("is", "is not"):
                is_nan = is_nan and not _may_be_object(left, right)
        else:
            continue
        if is_nan:
            return NanComparison(apply, operator, subject, nan)
    return None


def _is_nan(value: Value, written: ast.expr, module: Module | None) -> bool:
    """Whether an operand is a NaN that is written there, or a name that never holds another value.

    A parameter or an attribute of an object may hold something else elsewhere.
    """
    if isinstance(written, ast.Name):
        return _nan(value) and _is_bound_once(written, module)
    return value.node is written and _nan(value)


def _is_bound_once(written: ast.Name, module: Module | None) -> bool:
    if module is None:
        return False
    stores = 0
    for node in ast.walk(module.tree):
        if isinstance(node, ast.arg) and node.arg == written.id:
            return False
        if isinstance(node, ast.Name) and node.id == written.id:
            stores += isinstance(node.ctx, ast.Store)
    return stores <= 1


def _nan(value: Value) -> bool:
    if isinstance(value, Const):
        number = value.value
        return isinstance(number, float) and number != number and not value.default
    return isinstance(value, Symbol) and value.name.rpartition(".")[2].lower() == "nan"


def _holds_nan(container: Value, written: ast.expr, module: Module | None) -> bool:
    """Whether a display that is written in the comparison has a NaN in it."""
    if not isinstance(written, ast.Tuple | ast.List | ast.Set):
        return False
    return isinstance(container, Seq) and any(
        _is_nan(item, part, module)
        for item, part in zip(container.items, written.elts, strict=False)
    )


def _may_be_object(value: Value, nan: Value) -> bool:
    """Whether a value may be the very object that a library calls NaN, so that it is found."""
    names = {item.name for item in _parts(nan) if isinstance(item, Symbol)}
    return any(isinstance(one, Symbol) and one.name in names for one in value.options())


def _parts(value: Value) -> list[Value]:
    return value.items if isinstance(value, Seq) else [value]
