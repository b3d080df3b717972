"""What a rule that judges source may use: the subjects, what they are made of, and sentences."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Protocol

from gradlint.frameworks import knowledge as knowledge
from gradlint.model.gradients.gradient_values import is_gradient as is_gradient
from gradlint.model.losses.loss_call import Output as Output, logarithm as logarithm
from gradlint.model.subjects import *  # noqa: F403
from gradlint.sdk import *  # noqa: F403
from gradlint.sdk import Confidence, Finding, Fix, Note, Severity
from gradlint.values.graph import constant as constant, literal as literal, number as number
from gradlint.values.kinds import Apply, Const as Const, Module, Value

LONGEST_SPELLING = 60
"""Longer expressions are shortened in messages: the excerpt shows them whole."""


class Located(Protocol):
    """Anything that stands somewhere in a program."""

    @property
    def node(self) -> ast.AST | None:
        """Its syntax."""

    @property
    def module(self) -> Module | None:
        """Its file."""


def report(
    where: Located,
    message: str,
    *,
    help: str = "",
    notes: Iterable[tuple[Located | None, str]] = (),
    severity: Severity | None = None,
    confidence: Confidence = Confidence.HIGH,
    fix: Fix | None = None,
) -> Finding:
    """A finding at `where`, with the further places that explain it, as far as they are known."""
    module = where.module
    assert module is not None
    assert where.node is not None
    return Finding(
        span=module.span(where.node),
        message=message,
        help=help,
        notes=tuple(_note(place, text, module) for place, text in notes if place and place.node),
        severity=severity,
        confidence=confidence,
        fix=fix,
        path=module.source.path,
    )


def _note(place: Located, text: str, home: Module) -> Note:
    """A second place; its path is given where it is in another file."""
    assert place.module is not None
    assert place.node is not None
    path = place.module.source.path if place.module is not home else None
    return Note(text, place.module.span(place.node), path)


def spell(where: Located | Value | None, default: str = "") -> str:
    """How the program itself writes an expression, shortened."""
    node = getattr(where, "node", None)
    if not isinstance(node, ast.expr):
        name = getattr(where, "name", "")
        return name if isinstance(name, str) and name else default
    text = ast.unparse(node).replace("\n", " ")
    return text if len(text) <= LONGEST_SPELLING else text[: LONGEST_SPELLING - 3] + "..."


def receiver(call: Apply | None, default: str = "the optimizer") -> str:
    """What a method is called on, as the program writes it: `optimizer` of `optimizer.step()`."""
    node = call.node if call is not None else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        text = ast.unparse(node.func.value)
        return text if len(text) <= LONGEST_SPELLING else default
    return default
