"""Everything a rule may use, and the only module that a rule imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from gradlint.finding import Confidence, Edit, Finding, Fix, Note, Severity, Span, Window
from gradlint.registry import rule

if TYPE_CHECKING:
    from gradlint.curves.alternation import turning_points
    from gradlint.curves.constancy import frozen_tail, longest_equal, resolution
    from gradlint.curves.excursions import Excursion, excursions
    from gradlint.curves.levels import Levels, last_gain, levels
    from gradlint.curves.robust import median_and_scale, medians_of_three, noise
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
    from gradlint.registry import RuleCrash
    from gradlint.relations.jumps import jump_evidence, jump_span
    from gradlint.relations.learning_rate import rate_is_spent, searches_rate
    from gradlint.relations.loss_jumps import (
        is_lone,
        is_short_table,
        loss_excursions,
        stays,
        unplanned_jumps,
    )
    from gradlint.relations.non_finite import NonFinite, of_gradient_norm
    from gradlint.relations.norm_jumps import loss_doubles, loss_falls, loss_follows
    from gradlint.relations.overflows import Overflows, overflows
    from gradlint.relations.restart_advice import RestartAdvice
    from gradlint.runs.kinds import Kind, Role
    from gradlint.runs.run import Curve, Message, Problem, Run
    from gradlint.source.dataflow import constant, literal, number
    from gradlint.source.parsing import SyntaxFailure
    from gradlint.source.project import Module
    from gradlint.source.suppression import UnknownRule, UnusedSuppression
    from gradlint.source.text import Unreadable
    from gradlint.source.values import Apply, Call, Const, Value

_HOMES = {
    "Apply": "gradlint.source.values",
    "Call": "gradlint.source.values",
    "CarriedState": "gradlint.model.carried",
    "Clip": "gradlint.model.clips",
    "ClippingOptimizer": "gradlint.model.clip_settings",
    "Const": "gradlint.source.values",
    "Curve": "gradlint.runs.run",
    "Deed": "gradlint.model.acts",
    "EARLY_CLIP": "gradlint.model.lifecycle",
    "EARLY_SCHEDULE": "gradlint.model.lifecycle",
    "Excursion": "gradlint.curves.excursions",
    "Feed": "gradlint.model.feeds",
    "Hook": "gradlint.model.hooks",
    "Kind": "gradlint.runs.kinds",
    "LATE_CLIP": "gradlint.model.lifecycle",
    "LOST_GRADIENTS": "gradlint.model.lifecycle",
    "Levels": "gradlint.curves.levels",
    "Logarithm": "gradlint.model.losses",
    "LossCall": "gradlint.model.losses",
    "Message": "gradlint.runs.run",
    "Module": "gradlint.source.project",
    "Output": "gradlint.model.losses",
    "NonFinite": "gradlint.relations.non_finite",
    "Overflows": "gradlint.relations.overflows",
    "of_gradient_norm": "gradlint.relations.non_finite",
    "overflows": "gradlint.relations.overflows",
    "Problem": "gradlint.runs.run",
    "REPEATED_CLIP": "gradlint.model.lifecycle",
    "Recurrence": "gradlint.model.networks",
    "RecurrentStart": "gradlint.model.starts",
    "RestartAdvice": "gradlint.relations.restart_advice",
    "jump_evidence": "gradlint.relations.jumps",
    "jump_span": "gradlint.relations.jumps",
    "loss_doubles": "gradlint.relations.norm_jumps",
    "loss_falls": "gradlint.relations.norm_jumps",
    "loss_follows": "gradlint.relations.norm_jumps",
    "loss_excursions": "gradlint.relations.loss_jumps",
    "unplanned_jumps": "gradlint.relations.loss_jumps",
    "is_lone": "gradlint.relations.loss_jumps",
    "is_short_table": "gradlint.relations.loss_jumps",
    "rate_is_spent": "gradlint.relations.learning_rate",
    "searches_rate": "gradlint.relations.learning_rate",
    "stays": "gradlint.relations.loss_jumps",
    "Role": "gradlint.runs.kinds",
    "RuleCrash": "gradlint.registry",
    "Run": "gradlint.runs.run",
    "SCALED_CLIP": "gradlint.model.lifecycle",
    "STALE_STEP": "gradlint.model.lifecycle",
    "SyntaxFailure": "gradlint.source.parsing",
    "TrainedRecurrence": "gradlint.model.training",
    "TrainerRun": "gradlint.model.trainers",
    "TransformChain": "gradlint.model.clip_settings",
    "Transition": "gradlint.model.lifecycle",
    "UNBOUNDED": "gradlint.model.networks",
    "UnboundedState": "gradlint.model.state_paths",
    "Unfitted": "gradlint.model.preparation",
    "UnknownRule": "gradlint.source.suppression",
    "Unreadable": "gradlint.source.text",
    "UnscaledConversion": "gradlint.model.preparation",
    "UnusedBackward": "gradlint.model.steps",
    "UnusedClip": "gradlint.model.unused_clips",
    "UnusedSuppression": "gradlint.source.suppression",
    "Value": "gradlint.source.values",
    "constant": "gradlint.source.dataflow",
    "excursions": "gradlint.curves.excursions",
    "last_gain": "gradlint.curves.levels",
    "frozen_tail": "gradlint.curves.constancy",
    "is_gradient": "gradlint.model.gradients",
    "knowledge": "gradlint.frameworks",
    "levels": "gradlint.curves.levels",
    "literal": "gradlint.source.dataflow",
    "logarithm": "gradlint.model.losses",
    "longest_equal": "gradlint.curves.constancy",
    "median_and_scale": "gradlint.curves.robust",
    "medians_of_three": "gradlint.curves.robust",
    "noise": "gradlint.curves.robust",
    "number": "gradlint.source.dataflow",
    "resolution": "gradlint.curves.constancy",
    "turning_points": "gradlint.curves.alternation",
    "usual_rate": "gradlint.model.training",
}
"""Name -> the module it is imported from when a rule asks for it: rules that judge source load
nothing that reads logs, and the other way round."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module `gradlint.sdk` has no attribute `{name}`")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


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


def event(
    curve: Curve,
    first: int,
    last: int,
    message: str,
    *,
    help: str = "",
    evidence: Mapping[str, float | int | str] | None = None,
    notes: Iterable[str] = (),
    severity: Severity | None = None,
) -> Finding:
    """A finding about points `first` to `last` (indices) of a series of a training log."""
    line = curve.line(first) or 1
    return Finding(
        span=Span(line, 1, line, 1),
        message=message,
        help=help,
        notes=tuple(map(Note, notes)),
        severity=severity,
        window=Window(
            series=curve.tag,
            start=int(curve.steps[first]),
            end=int(curve.steps[last]),
            axis=curve.axis,
            evidence=dict(evidence or {}),
        ),
    )


def digits(value: float) -> str:
    """A number for people: four significant digits, and no exponent where it reads well."""
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.4g}"


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
    "Curve",
    "Deed",
    "Edit",
    "Excursion",
    "Feed",
    "Finding",
    "Fix",
    "Hook",
    "Kind",
    "Levels",
    "Logarithm",
    "LossCall",
    "Message",
    "NonFinite",
    "Note",
    "Output",
    "Overflows",
    "Problem",
    "Recurrence",
    "RecurrentStart",
    "RestartAdvice",
    "Role",
    "RuleCrash",
    "Run",
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
    "Window",
    "constant",
    "digits",
    "event",
    "excursions",
    "frozen_tail",
    "is_gradient",
    "is_lone",
    "is_short_table",
    "jump_evidence",
    "jump_span",
    "knowledge",
    "last_gain",
    "levels",
    "literal",
    "logarithm",
    "longest_equal",
    "loss_doubles",
    "loss_excursions",
    "loss_falls",
    "loss_follows",
    "median_and_scale",
    "medians_of_three",
    "noise",
    "number",
    "of_gradient_norm",
    "overflows",
    "rate_is_spent",
    "receiver",
    "report",
    "resolution",
    "rule",
    "searches_rate",
    "spell",
    "stays",
    "turning_points",
    "unplanned_jumps",
    "usual_rate",
]
