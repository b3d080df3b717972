"""The documents of the rules about training logs are the specification: every example is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlint.registry import Rule, log_registry
from tests.rules.log_documents import LogExample, log_examples
from tests.rules.test_documents import HEADINGS

ALL = log_examples()
BAD = [example for example in ALL if example.kind == "bad"]
RULES = [rule for rule in log_registry() if rule.code.startswith("TL")]


@pytest.mark.parametrize("example", BAD, ids=lambda example: example.id)
def test_every_mark_of_a_bad_example_is_found(example: LogExample, tmp_path: Path) -> None:
    findings = example.findings(tmp_path)
    missed = [
        mark for mark in example.expected() if not any(mark.answers(found) for found in findings)
    ]
    assert missed == [], [(found.window, found.message) for found in findings]


@pytest.mark.parametrize("example", BAD, ids=lambda example: example.id)
def test_nothing_else_is_found_in_a_bad_example(example: LogExample, tmp_path: Path) -> None:
    marks = example.expected()
    extra = [
        (found.window, found.message)
        for found in example.findings(tmp_path)
        if not any(mark.answers(found) for mark in marks)
    ]
    assert extra == []


@pytest.mark.parametrize("example", BAD, ids=lambda example: example.id)
def test_a_bad_example_has_a_mark(example: LogExample) -> None:
    assert example.expected()


@pytest.mark.parametrize(
    "example", [e for e in ALL if e.kind == "good"], ids=lambda example: example.id
)
def test_a_good_example_is_clean(example: LogExample, tmp_path: Path) -> None:
    assert [finding.message for finding in example.findings(tmp_path)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_document_has_the_fixed_headings_in_order(rule: Rule) -> None:
    headings = [line for line in rule.document.splitlines() if line.startswith("## ")]
    assert headings == HEADINGS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_document_shows_two_bad_and_two_good_examples(rule: Rule) -> None:
    kinds = [example.kind for example in ALL if example.rule is rule]
    assert kinds.count("bad") >= 2
    assert kinds.count("good") >= 2
