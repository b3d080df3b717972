"""The rule documents are the specification: every example is run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from gradlint.registry import Rule, builtin_registry
from tests.rules.examples import MORE, Example, explaining, pinning, rules, suite

HEADINGS = [
    "## What it does",
    "## Why it is a risk",
    "## Example",
    "## How to fix",
    "## When it is fine",
    "## References",
]
LANGUAGES = {
    "GL": {"python"},
    "TL": {"series", "csv", "text", "json", "jsonl"},
}
LONGEST_SUMMARY = 75
"""Characters."""
LONGEST_DOCUMENT = 130
"""Lines. A document is read from top to bottom and its code follows; variations go to the suite."""

EXAMPLES = [example for rule in rules() for example in (*explaining(rule), *pinning(rule))]
BAD = [example for example in EXAMPLES if example.fence.kind == "bad"]

each_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
each_document = pytest.mark.parametrize(
    "rule", list(builtin_registry()), ids=lambda rule: rule.code
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_what_is_marked_is_found_and_nothing_else(example: Example, tmp_path: Path) -> None:
    findings, marks = example.findings(tmp_path), example.marks()
    extra = [it for it in findings if not any(mark.answers(it) for mark in marks)]
    asked = (*marks, *example.notes())
    missed = [mark for mark in asked if not any(mark.answers(it) for it in findings)]
    assert (missed, [(it.span, it.window, it.level, it.message) for it in extra]) == ([], [])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_an_example_has_marks_if_it_is_bad(example: Example) -> None:
    assert example.fence.kind in ("bad", "good", "fixed")
    assert bool(example.marks()) == (example.fence.kind == "bad")


@each_rule
def test_an_example_is_in_a_language_that_is_run(rule: Rule) -> None:
    languages = {example.fence.language for example in (*explaining(rule), *pinning(rule))}
    assert languages <= LANGUAGES[rule.code[:2]]


@each_rule
def test_a_document_shows_two_bad_and_two_good_examples(rule: Rule) -> None:
    kinds = Counter(example.fence.kind for example in explaining(rule))
    assert kinds["bad"] >= 2
    assert kinds["good"] >= 2


@each_rule
def test_every_example_of_a_suite_has_a_heading_of_its_own(rule: Rule) -> None:
    headings = Counter(example.fence.heading for example in pinning(rule))
    assert [heading for heading, count in headings.items() if not heading or count > 1] == []


def test_every_suite_belongs_to_a_rule() -> None:
    assert set(MORE.glob("*")) <= {suite(rule) for rule in rules()}


@each_document
def test_a_document_has_the_fixed_headings_in_order(rule: Rule) -> None:
    assert [line for line in rule.document.splitlines() if line.startswith("## ")] == HEADINGS


@each_document
def test_a_document_is_read_at_one_sitting(rule: Rule) -> None:
    assert len(rule.document.splitlines()) <= LONGEST_DOCUMENT


@each_document
def test_a_summary_is_one_short_line_without_a_full_stop(rule: Rule) -> None:
    assert len(rule.summary) <= LONGEST_SUMMARY
    assert not rule.summary.endswith(".")
