"""The rules about gradlint itself: their documents' examples, run through the whole check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gradlint.config import Settings
from gradlint.engine.check import check
from gradlint.engine.own_rules import crash_findings
from gradlint.finding import Finding, Span
from gradlint.registry import Rule, code_registry
from tests.fences import fences

OWN = [
    rule for rule in code_registry() if rule.code in ("GL001", "GL002", "GL003", "GL004", "GL005")
]
MARK = re.compile(r"  # error: (GL\d+)$", re.MULTILINE)
EXAMPLES = [
    pytest.param(rule, fence.kind, fence.text, id=f"{rule.code}-{fence.kind}-{number}")
    for rule in OWN
    for number, fence in enumerate(fences(rule.document))
]


def findings(text: str) -> list[Finding]:
    data = text.encode("latin-1")
    return check([], Settings(), code_registry(), stdin=data, stdin_filename="a.py").findings


def fixed(text: str) -> str:
    """`text` with the edits of every fix."""
    lines = text.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines) + 1)]
    edits = [edit for it in findings(text) if it.fix is not None for edit in it.fix.edits]
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        start = starts[edit.span.line - 1] + edit.span.column - 1
        end = starts[edit.span.end_line - 1] + edit.span.end_column - 1
        text = text[:start] + edit.text + text[end:]
    return text


@pytest.mark.parametrize(("rule", "kind", "text"), EXAMPLES)
def test_examples_are_what_they_say(rule: Rule, kind: str, text: str) -> None:
    expected = [
        (number, found.group(1))
        for number, line in enumerate(text.split("\n"), 1)
        if (found := MARK.search(line))
    ]
    plain = MARK.sub("", text)
    assert [(it.span.line, it.code) for it in findings(plain)] == expected
    if kind == "bad":
        assert expected
        assert {code for _, code in expected} == {rule.code}
    else:
        assert expected == []


def test_the_fixed_example_is_what_the_fix_makes_of_the_bad_one() -> None:
    for rule in OWN:
        texts = {fence.kind: fence.text for fence in fences(rule.document)}
        if "fixed" in texts:
            assert fixed(MARK.sub("", texts["bad"])) == texts["fixed"]


def test_every_message_keeps_to_the_style(tmp_path: Path) -> None:
    found = findings("x = 1  # gradlint: ignore[nope, GL001]\n") + findings("print 'x'")
    found += check([str(tmp_path / "no.py")], Settings(), code_registry()).findings
    found += crash_findings(OWN, "a.py", "GL201", KeyError("x"), Span(1, 1, 1, 1))
    assert {it.code for it in found} == {rule.code for rule in OWN}
    for finding in found:
        assert finding.message[0].islower()
        assert not finding.message.endswith(".")
        assert finding.help[0].islower()
        assert not finding.help.endswith(".")


def test_a_crash_names_the_rule_and_the_error() -> None:
    (finding,) = crash_findings(OWN, "a.py", "GL201", ZeroDivisionError())
    assert (finding.path, finding.code) == ("a.py", "GL005")
    assert finding.message == "rule GL201 failed on this file (ZeroDivisionError)"
    assert crash_findings([], "a.py", "GL201", ZeroDivisionError()) == []
