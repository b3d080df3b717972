"""The engine: files -> outcome, whatever the analysis and the files do."""

from __future__ import annotations

import ast
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gradlint.config import Settings, Source
from gradlint.engine.analyze import Analyzer
from gradlint.engine.check import check
from gradlint.engine.checker import NO_FRAMEWORK, NOTHING_TO_JUDGE
from gradlint.finding import Finding, Note, Severity, Skip, Span
from gradlint.registry import Rule, code_registry
from gradlint.source.text import SourceFile

Write = Callable[[str, str | bytes], Path]
Analyze = Callable[
    [SourceFile, ast.Module, Sequence[Rule], Mapping[str, Any]], tuple[list[Finding], list[Skip]]
]


@pytest.fixture
def analyze(monkeypatch: pytest.MonkeyPatch) -> Callable[[Analyze], None]:
    """Put another analysis in place."""

    def replace(function: Analyze) -> None:
        def stand_in(analyzer: Analyzer, *arguments: Any) -> tuple[list[Finding], list[Skip]]:
            return function(*arguments[:4])

        monkeypatch.setattr(Analyzer, "analyze", stand_in)
        monkeypatch.setattr(
            Analyzer, "words", lambda analyzer, path, data: (b"",) if b"torch" in data else None
        )

    return replace


def each_line(
    source: SourceFile, tree: ast.Module, rules: Sequence[Rule], options: Mapping[str, Any]
) -> tuple[list[Finding], list[Skip]]:
    """A finding on each line that says `bad`; crashes where the line says so."""
    findings = []
    for number, line in enumerate(source.lines, 1):
        if "die" in line:
            os.kill(os.getpid(), signal.SIGKILL)
        if "raise" in line:
            raise ZeroDivisionError("on purpose")
        if "recurse" in line:
            raise RecursionError
        if "bad" in line:
            findings.append(
                Finding(
                    Span(number, 1, number, 4),
                    "bad",
                    code="GL201",
                    name="rnn-without-clipping",
                    severity=Severity.WARNING,
                    path=source.path,
                )
            )
    return findings, [Skip(source.path, None, "seen")] if "skip" in source.text else []


def saying(**values: object) -> Settings:
    """Settings in which one source says `values`."""
    return Settings((Source(values),))


def codes(
    paths: Sequence[str] = (), settings: Settings | None = None, **more: Any
) -> list[tuple[str, int, str]]:
    outcome = check(paths, settings or Settings(), code_registry(), **more)
    return [(it.path, it.span.line, it.code) for it in outcome.findings]


def test_the_analysis_gets_only_relevant_files_and_enabled_rules(
    write: Write, analyze: Callable[[Analyze], None]
) -> None:
    seen = []

    def record(
        source: SourceFile, tree: ast.Module, rules: Sequence[Rule], options: Mapping[str, Any]
    ) -> tuple[list[Finding], list[Skip]]:
        seen.append((source.path, len(tree.body), [rule.code for rule in rules], dict(options)))
        return [], []

    analyze(record)
    write("a.py", "import torch")
    write("b.py", "import os")
    write("c.py", "import os  # gradlint: ignore-file[GL001]")
    settings = saying(ignore=("GL004",), rules={"syntax-error": {"x": 1}})
    outcome = check([], settings, code_registry())
    assert [it[0] for it in seen] == ["a.py"]
    assert "GL001" in seen[0][2]
    assert "GL004" not in seen[0][2]
    assert seen[0][3] == {"syntax-error": {"x": 1}}
    assert (outcome.files, outcome.findings[0].path) == (3, "c.py")


def test_what_was_not_interpreted_is_told_by_reason(write: Write) -> None:
    write("trains.py", "import torch\nloss.backward()\n")
    write("idle.py", "import torch\n")
    write("b.py", "import os\n")
    write("a.py", "import os  # gradlint: ignore-file[GL001]\n")
    write("broken.py", "import torch\nx = (\n")
    outcome = check([], Settings(), code_registry())
    assert (outcome.files, outcome.interpreted) == (5, 1)
    assert outcome.dismissed == {NO_FRAMEWORK: ["a.py", "b.py"], NOTHING_TO_JUDGE: ["idle.py"]}


def test_where_no_rule_judges_programs_nothing_is_interpreted(write: Write) -> None:
    write("trains.py", "import torch\nloss.backward()\n")
    outcome = check([], saying(select=("GL001",)), code_registry())
    assert (outcome.files, outcome.interpreted) == (1, 0)
    assert outcome.dismissed == {NOTHING_TO_JUDGE: ["trains.py"]}


def test_suppression_comes_after_the_rules(
    write: Write, analyze: Callable[[Analyze], None]
) -> None:
    analyze(each_line)
    write("a.py", "import torch\nbad = 1  # noqa\nbad = 2\nx = 3  # gradlint: ignore[GL001] skip\n")
    outcome = check([], Settings(), code_registry())
    assert [(it.span.line, it.code) for it in outcome.findings] == [(3, "GL201"), (4, "GL003")]
    assert (outcome.suppressed, outcome.files, outcome.lines) == (1, 1, 5)
    assert [it.reason for it in outcome.skipped] == ["seen"]


def test_a_crash_is_a_finding_on_its_file(write: Write, analyze: Callable[[Analyze], None]) -> None:
    analyze(each_line)
    write("a.py", "import torch\nraise\n# gradlint: ignore-file[GL001]\n")
    write("b.py", "import torch\nbad = 1\n")
    write("c.py", "import torch\nrecurse = 1\n")
    outcome = check([], Settings(), code_registry())
    assert [(it.path, it.code) for it in outcome.findings] == [("a.py", "GL005"), ("b.py", "GL201")]
    assert "the analysis failed on this file (ZeroDivisionError: on purpose)" in (
        outcome.findings[0].message
    )
    assert [(it.path, it.reason) for it in outcome.skipped] == [
        ("c.py", "nested too deeply to be analysed")
    ]


def test_several_processes_find_what_one_finds(
    write: Write, analyze: Callable[[Analyze], None]
) -> None:
    analyze(each_line)
    for number in range(60):
        write(f"d{number % 7}/f{number}.py", "import torch\n" + "bad = 1\n" * (number % 5))
    write("d1/broken.py", "import torch\nprint 'x'\n")
    one = check([], Settings(), code_registry(), jobs=1)
    three = check([], Settings(), code_registry(), jobs=3)
    assert one == three
    assert len(one.findings) == 121


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the stand-in analysis is inherited by fork")
def test_a_process_that_dies_takes_one_file_with_it(
    write: Write, analyze: Callable[[Analyze], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    import multiprocessing

    monkeypatch.setattr("gradlint.engine.pool._METHOD", "fork")
    assert "fork" in multiprocessing.get_all_start_methods()
    analyze(each_line)
    for number in range(20):
        write(f"f{number:02}.py", "import torch\n" + ("die = 1\n" if number == 7 else "bad = 1\n"))
    found = codes(jobs=2)
    assert [it for it in found if it[2] != "GL201"] == [("f07.py", 1, "GL005")]
    assert len(found) == 20


def test_severity_hides_what_is_below(write: Write, analyze: Callable[[Analyze], None]) -> None:
    analyze(each_line)
    write("a.py", "import torch\nbad = 1\nx = 1  # gradlint: ignore[GL001]\n")
    assert codes(settings=saying(severity="warning")) == [("a.py", 2, "GL201")]


def test_notebook_findings_are_stamped_with_their_cell(
    write: Write, analyze: Callable[[Analyze], None]
) -> None:
    analyze(each_line)
    cells = '{"cell_type": "markdown"}, {"cell_type": "code", "source": "import torch"}, '
    cells += '{"cell_type": "code", "source": ["x = 1\\n", "bad = 1"]}'
    write("n.ipynb", f'{{"cells": [{cells}]}}')
    (finding,) = check([], Settings(), code_registry()).findings
    assert (finding.span.line, finding.cell, finding.cell_line) == (3, 2, 2)


def about_the_model(
    source: SourceFile, tree: ast.Module, rules: Sequence[Rule], options: Mapping[str, Any]
) -> tuple[list[Finding], list[Skip]]:
    """From every script, a finding on line 2 of the model that it imports."""
    if source.path == "model.py":
        return [], []
    return [
        Finding(
            Span(2, 1, 2, 4),
            "bad",
            notes=(Note("trained here", Span(1, 1, 1, 2), source.path),),
            code="GL201",
            name="rnn-without-clipping",
            severity=Severity.WARNING,
            path="model.py",
        )
    ], []


def test_a_finding_in_an_imported_file_obeys_that_file(
    write: Write, analyze: Callable[[Analyze], None]
) -> None:
    analyze(about_the_model)
    for name in ("a", "b", "c"):
        write(f"{name}.py", "import torch  # gradlint: ignore-file[GL202]\nx = 1\n")
    write("model.py", "import torch\nx = 1\n")
    outcome = check([], saying(ignore=("GL003",)), code_registry())
    (finding,) = outcome.findings
    assert (finding.path, finding.notes[0].path) == ("model.py", "a.py")

    write("model.py", "import torch\nx = 1  # gradlint: ignore[GL201]\n")
    outcome = check([], saying(ignore=("GL202",)), code_registry())
    assert (outcome.findings, outcome.suppressed) == ([], 1)
    found = codes(["model.py"])
    assert found == [("model.py", 2, "GL003")]

    write("model.py", "import torch\nx = 1\n")
    settings = Settings(
        (Source({"ignore": ("GL003",), "per-file-ignores": {"model.py": ("GL201",)}}),)
    )
    assert codes(settings=settings) == []
