"""Everything a rule may use, and the only package that a rule imports.

`gradlint.sdk.source` is for rules that judge source, `gradlint.sdk.logs` for rules that judge
training logs: neither half loads the other. Here is what both share.
"""

from __future__ import annotations

from gradlint.finding import Confidence, Edit, Finding, Fix, Note, Severity, Span, Window
from gradlint.registry import RuleCrash, rule


def digits(value: float) -> str:
    """A number for people: four significant digits, and no exponent where it reads well."""
    if abs(value) < 1e6 and value == int(value):
        return str(int(value))
    return f"{value:.4g}"


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
