"""Everything a rule may use, and the only module that a rule imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Protocol

from gradlint.finding import Confidence, Edit, Finding, Fix, Note, Severity, Span
from gradlint.frameworks import knowledge
from gradlint.model.acts import Deed
from gradlint.model.carried import CarriedState
from gradlint.model.clip_settings import ClippingOptimizer, TransformChain
from gradlint.model.clips import Clip
from gradlint.model.feeds import Feed
from gradlint.model.gradients import is_gradient
from gradlint.model.hooks import Hook
from gradlint.model.lifecycle import (
    EARLY_CLIP,
    EARLY_SCHEDULE,
    LATE_CLIP,
    LOST_GRADIENTS,
    REPEATED_CLIP,
    SCALED_CLIP,
    STALE_STEP,
    Transition,
)
from gradlint.model.losses import Logarithm, LossCall, Output, logarithm
from gradlint.model.networks import UNBOUNDED, Recurrence
from gradlint.model.preparation import Unfitted, UnscaledConversion
from gradlint.model.starts import RecurrentStart
from gradlint.model.state_paths import UnboundedState
from gradlint.model.steps import UnusedBackward
from gradlint.model.trainers import TrainerRun
from gradlint.model.training import TrainedRecurrence, usual_rate
from gradlint.model.unused_clips import UnusedClip
from gradlint.registry import RuleCrash, rule
from gradlint.source.dataflow import constant, literal, number
from gradlint.source.parsing import SyntaxFailure
from gradlint.source.project import Module
from gradlint.source.suppression import UnknownRule, UnusedSuppression
from gradlint.source.text import Unreadable
from gradlint.source.values import Apply, Const, Value

Call = Apply
"""A call that was not inlined: a library's function, class or method."""

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
    notes: Iterable[tuple[Located, str]] = (),
    severity: Severity | None = None,
    confidence: Confidence = Confidence.HIGH,
    fix: Fix | None = None,
) -> Finding:
    """A finding at `where`, with further places that explain it."""
    module = where.module
    assert module is not None
    assert where.node is not None
    return Finding(
        span=module.span(where.node),
        message=message,
        help=help,
        notes=tuple(note(place, text, module) for place, text in notes if _placed(place)),
        severity=severity,
        confidence=confidence,
        fix=fix,
        path=module.source.path,
    )


def _placed(place: Located) -> bool:
    return place.node is not None and place.module is not None


def note(place: Located, text: str, home: Module) -> Note:
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


__all__ = [
    "EARLY_CLIP",
    "EARLY_SCHEDULE",
    "LATE_CLIP",
    "LOST_GRADIENTS",
    "REPEATED_CLIP",
    "SCALED_CLIP",
    "STALE_STEP",
    "UNBOUNDED",
    "Apply",
    "Call",
    "CarriedState",
    "Clip",
    "ClippingOptimizer",
    "Confidence",
    "Const",
    "Deed",
    "Edit",
    "Feed",
    "Finding",
    "Fix",
    "Hook",
    "Logarithm",
    "LossCall",
    "Note",
    "Output",
    "Recurrence",
    "RecurrentStart",
    "RuleCrash",
    "Severity",
    "Span",
    "SyntaxFailure",
    "TrainedRecurrence",
    "TrainerRun",
    "TransformChain",
    "Transition",
    "UnboundedState",
    "Unfitted",
    "UnknownRule",
    "Unreadable",
    "UnscaledConversion",
    "UnusedBackward",
    "UnusedClip",
    "UnusedSuppression",
    "Value",
    "constant",
    "is_gradient",
    "knowledge",
    "literal",
    "logarithm",
    "number",
    "receiver",
    "report",
    "rule",
    "spell",
    "usual_rate",
]
