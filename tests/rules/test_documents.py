"""The rule documents are the specification: every example is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlint.finding import Severity
from gradlint.registry import Rule, builtin_registry
from tests.rules.documents import Example, examples

HEADINGS = [
    "## What it does",
    "## Why it is a risk",
    "## Example",
    "## How to fix",
    "## When it is fine",
    "## References",
]

ALL = examples()
CODE_RULES = [rule for rule in builtin_registry() if not rule.code.startswith(("GL0", "TL"))]


@pytest.mark.parametrize(
    "example", [e for e in ALL if e.kind == "bad"], ids=lambda example: example.id
)
def test_a_bad_example_is_flagged_on_its_marked_lines(example: Example, tmp_path: Path) -> None:
    found = {
        (Path(finding.path).relative_to(tmp_path).as_posix(), finding.span.line)
        for finding in example.findings(tmp_path)
    }
    assert found == example.expected()


@pytest.mark.parametrize(
    "example", [e for e in ALL if e.kind == "bad"], ids=lambda example: example.id
)
def test_a_bad_example_marks_at_least_one_line(example: Example) -> None:
    assert example.expected()


@pytest.mark.parametrize("example", [e for e in ALL if e.infos()], ids=lambda example: example.id)
def test_an_example_marked_info_is_advice(example: Example, tmp_path: Path) -> None:
    found = {
        (Path(finding.path).relative_to(tmp_path).as_posix(), finding.span.line)
        for finding in example.findings(tmp_path)
        if finding.level is Severity.INFO
    }
    assert example.infos() <= found


@pytest.mark.parametrize(
    "example", [e for e in ALL if e.kind != "bad"], ids=lambda example: example.id
)
def test_a_good_example_is_clean(example: Example, tmp_path: Path) -> None:
    assert [finding.message for finding in example.findings(tmp_path)] == []


@pytest.mark.parametrize("rule", CODE_RULES, ids=lambda rule: rule.code)
def test_a_document_has_the_fixed_headings_in_order(rule: Rule) -> None:
    headings = [line for line in rule.document.splitlines() if line.startswith("## ")]
    assert headings == HEADINGS


@pytest.mark.parametrize("rule", CODE_RULES, ids=lambda rule: rule.code)
def test_a_document_shows_two_bad_and_two_good_examples(rule: Rule) -> None:
    kinds = [example.kind for example in ALL if example.rule is rule]
    assert kinds.count("bad") >= 2
    assert kinds.count("good") >= 2
