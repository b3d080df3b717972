"""Conditions in a loop over parameters -> whether they hold for one parameter."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.values.graph import constant, literal
from gradlint.values.kinds import Apply, Const, Method, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, how many dimensions it has, and the loop item that stands for it.

    `known` is False where something may stand before the name (`rnn.weight_hh_l0`).
    """

    name: str
    known: bool
    dimensions: int
    loop: Value | None
    knowledge: Knowledge


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


def holds(test: Value | None, parameter: Parameter) -> bool | None:
    """Whether a condition holds for a parameter; None where it can't be told."""
    if isinstance(test, Const):
        return None if test.default else bool(test.value)
    if isinstance(test, Method):
        return True if test.name in parameter.knowledge.words["trainable"] else None
    if not isinstance(test, Apply):
        return None
    if test.fn == "not":
        return _negated(holds(test.args[0], parameter))
    if test.fn in ("and", "or"):
        found = [holds(part, parameter) for part in test.args]
        decisive = test.fn == "or"
        if decisive in found:
            return decisive
        return None if None in found else not decisive
    if test.fn in ("in", "not in"):
        inside = _contains(test.args[0], test.args[1], parameter)
        return inside if test.fn == "in" else _negated(inside)
    if test.fn in (".startswith", ".endswith"):
        return _affix(test, parameter)
    if test.fn in _COMPARISONS and len(test.args) == 2:
        return _compared(test, parameter)
    return None


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def _is_name(value: Value | None, parameter: Parameter) -> bool:
    """Whether a value is the name that a loop over named parameters gives with the parameter."""
    return (
        isinstance(value, Apply)
        and value.fn == "[]"
        and parameter.loop is not None
        and value.args[0] is parameter.loop
        and constant(value.args[1]) == 0
    )


def _contains(part: Value, whole: Value, parameter: Parameter) -> bool | None:
    text = constant(part)
    if not isinstance(text, str) or not _is_name(whole, parameter):
        return None
    if text in parameter.name:
        return True
    return False if parameter.known else _cannot_be_before(text)


def _cannot_be_before(text: str) -> bool | None:
    """Whether a text that is not in the name can't be in what stands before it either."""
    return False if text.startswith(("weight", "bias")) else None


def _affix(test: Apply, parameter: Parameter) -> bool | None:
    text = constant(test.args[0]) if test.args else None
    if not isinstance(text, str) or not _is_name(test.receiver, parameter):
        return None
    if test.fn == ".startswith":
        return parameter.name.startswith(text) if parameter.known else None
    if parameter.known or len(text) <= len(parameter.name):
        return parameter.name.endswith(text)
    return None


def _compared(test: Apply, parameter: Parameter) -> bool | None:
    left, right = test.args
    if _is_name(left, parameter) and isinstance(constant(right), str):
        same = constant(right) == parameter.name if parameter.known else None
        return same if test.fn == "==" else _negated(same) if test.fn == "!=" else None
    bound = literal(right)
    if bound is None or not _is_dimensions(left, parameter.knowledge):
        return None
    return _COMPARISONS[test.fn](parameter.dimensions, bound)


def _is_dimensions(value: Value, knowledge: Knowledge) -> bool:
    """`p.dim()`, `p.ndim`, `len(p.shape)`, `len(p.size())`."""
    if isinstance(value, Method):
        return value.name in knowledge.words["counts-dimensions"]
    if not isinstance(value, Apply):
        return False
    if knowledge.does(value.fn, "counts-dimensions"):
        return True
    if value.fn != "builtins.len" or not value.args:
        return False
    inner = value.args[0]
    return (isinstance(inner, Method) and inner.name == "shape") or (
        isinstance(inner, Apply) and inner.fn == ".size" and not inner.args
    )
