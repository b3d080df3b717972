"""Everything a rule may use, and the only package that a rule imports.

`gradlint.sdk.source` is for rules that judge source, `gradlint.sdk.logs` for rules that judge
training logs: neither half loads the other. Here is what both share.
"""

from __future__ import annotations

from gradlint.finding import Confidence, Edit, Finding, Fix, Note, Severity, Span, Window
from gradlint.numbers import number as digits
from gradlint.registry import RuleCrash, rule

__all__ = [
    "Confidence",
    "Edit",
    "Finding",
    "Fix",
    "Note",
    "RuleCrash",
    "Severity",
    "Span",
    "Window",
    "digits",
    "rule",
]
