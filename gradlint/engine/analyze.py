"""One parsed file -> what the rules find in it."""

from __future__ import annotations

import ast
import os
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gradlint.engine.gate import Gate, Words
from gradlint.engine.own_rules import crash_findings
from gradlint.finding import Finding, Skip
from gradlint.frameworks import knowledge
from gradlint.model.program import Program
from gradlint.registry import Rule
from gradlint.source import parsing, reading
from gradlint.source.import_paths import ImportPaths
from gradlint.source.text import SourceFile
from gradlint.values.kinds import Module
from gradlint.values.project import Project

RECURSION_LIMIT = 12_000
"""Frames: expressions nest as deep as the parser allows (a few hundred), times the frames of one
level of evaluation, times inlined calls."""

sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Found = dict[tuple[Any, ...], Finding]


class Analyzer:
    """Analyses one file after another; the modules that they import are kept in between.

    `rules` are all that may be asked for.
    """

    def __init__(self, rules: Iterable[Rule], max_size: int = reading.DEFAULT_MAX_SIZE) -> None:
        self._max_size = max_size
        paths = ImportPaths()
        self._project = Project(self._parsed, paths)
        self._gate = Gate((rule.subject for rule in rules), paths, self._bytes)

    def words(self, path: str, data: bytes) -> Words | None:
        """The spellings by which a file is worth analysing; None where it is not."""
        return self._gate.words(os.path.abspath(path), data)

    def analyze(
        self,
        source: SourceFile,
        tree: ast.Module,
        rules: Sequence[Rule],
        options: Mapping[str, Mapping[str, Any]],
        words: Words,
    ) -> tuple[list[Finding], list[Skip]]:
        """Run the rules on one file, of which the parts that have one of `words` in them count.

        Returns:
            The findings, each once, and what was given up.
        """
        module = self._project.add(source, tree, os.path.abspath(source.path))
        try:
            return _findings(module, self._project, rules, options, words)
        finally:
            self._project.forget()

    def _bytes(self, path: str) -> bytes | None:
        data = reading.load(path, max_size=self._max_size)
        return data if isinstance(data, bytes) else None

    def _parsed(self, path: str) -> tuple[SourceFile, ast.Module] | None:
        source = reading.read(path, max_size=self._max_size)
        if not isinstance(source, SourceFile):
            return None
        tree = parsing.parse(source)
        return (source, tree) if isinstance(tree, ast.Module) else None


def code_of(source: SourceFile) -> bytes:
    """The program as bytes: those of the file, or of the cells of a notebook."""
    return source.text.encode("utf-8", "replace") if source.is_notebook else source.data


def _findings(
    module: Module,
    project: Project,
    rules: Sequence[Rule],
    options: Mapping[str, Mapping[str, Any]],
    words: Words,
) -> tuple[list[Finding], list[Skip]]:
    program = Program(module, project, knowledge(), _relevance(code_of(module.source), words))
    found: Found = {}
    for rule in rules:
        if rule.subject.view is None:
            continue
        try:
            _judge(program, rule, options.get(rule.name, {}), found)
        except Exception as error:  # a rule must not take the run with it: it becomes GL005
            for finding in crash_findings(rules, module.source.path, rule.code, error):
                found.setdefault((finding.code, finding.path, finding.span, rule.code), finding)
    skipped = [
        Skip(place.source.path, place.span(node), reason)
        for place, node, reason in program.interpreter.skipped
    ]
    return list(found.values()), skipped


def _judge(program: Program, rule: Rule, options: Mapping[str, Any], found: Found) -> None:
    """Add what a rule says of a program, each place once."""
    assert rule.subject.view is not None
    for subject in program.once(rule.subject.view):
        for finding in rule.check(subject, **options):
            stamped = finding.stamped(
                code=rule.code,
                name=rule.name,
                severity=rule.severity,
                path=program.module.source.path,
            )
            found.setdefault((stamped.code, stamped.path, stamped.span), stamped)


def _relevance(data: bytes, words: Words) -> Callable[[Definition], bool]:
    """Whether a definition has anything in it that a rule may care for."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"" in words:
        return lambda node: True
    found: set[int] = set()
    for word in words:
        at = data.find(word)
        while at >= 0:
            found.add(at)
            at = data.find(word, at + len(word))
    lines: list[int] = []
    line, before = 1, 0
    for at in sorted(found):
        line += data.count(b"\n", before, at)
        before = at
        if not lines or lines[-1] != line:
            lines.append(line)

    def relevant(node: Definition) -> bool:
        if isinstance(node, ast.ClassDef):
            return any(relevant(member) for member in node.body if isinstance(member, Definition))
        start = node.body[1].lineno if _has_docstring(node) else node.lineno
        at = bisect_left(lines, start)
        return at < len(lines) and lines[at] <= (node.end_lineno or 0)

    return relevant


def _has_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    first = node.body[0]
    return (
        len(node.body) > 1
        and isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
