"""Everything a rule may use, and the only module that a rule imports."""

from __future__ import annotations

from gradlint.finding import Confidence, Edit, Finding, Fix, Note, Severity, Span
from gradlint.registry import RuleCrash, rule
from gradlint.source.parsing import SyntaxFailure
from gradlint.source.suppression import UnknownRule, UnusedSuppression
from gradlint.source.text import Unreadable

__all__ = [
    "Confidence",
    "Edit",
    "Finding",
    "Fix",
    "Note",
    "RuleCrash",
    "Severity",
    "Span",
    "SyntaxFailure",
    "UnknownRule",
    "Unreadable",
    "UnusedSuppression",
    "rule",
]
