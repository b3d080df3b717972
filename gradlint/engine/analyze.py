"""One parsed file -> what the rules find in it."""

from __future__ import annotations

import ast
import os
import sys
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gradlint.engine.own_rules import OWN_SUBJECTS, crash_findings
from gradlint.finding import Finding, Skip
from gradlint.frameworks import knowledge
from gradlint.model.program import Program
from gradlint.registry import Rule
from gradlint.source import parsing, text
from gradlint.source.text import SourceFile
from gradlint.values.kinds import Module
from gradlint.values.project import Project

FRAMEWORKS = (
    b"torch", b"keras", b"tensorflow", b"lightning", b"jax", b"optax", b"fastai", b"skorch",
    b"accelerate", b"deepspeed", b"transformers", b"tflearn",
)  # fmt: skip
"""A file that names none of these trains nothing that the rules know."""

ANCHORS = (
    b"backward(", b".fit(", b".fit_generator(", b".compile(", b"minimize(",
    b"apply_gradients", b"train_on_batch", b"RNN", b"LSTM", b"GRU", b"clip", b"Clip", b"_hook(",
    b"grad_norm", b"ross_entropy", b"rossEntropy", b"rossentropy", b"softmax", b"Softmax", b"BCE",
    b"ToDtype", b"convert_image_dtype", b"Normalization(", b"optimize_loss", b"igmoid",
)  # fmt: skip
"""Spellings without one of which no rule about code can have anything to say."""

RECURSION_LIMIT = 12_000
"""Frames: expressions nest as deep as the parser allows (a few hundred), times the frames of one
level of evaluation, times inlined calls."""

sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))


def worth_analyzing(data: bytes) -> bool:
    """Whether a file is training code at all: a search for bytes, before anything is parsed."""
    return any(word in data for word in FRAMEWORKS)


def _load(path: str) -> tuple[SourceFile, ast.Module] | None:
    source = text.read(path)
    if not isinstance(source, SourceFile):
        return None
    tree = parsing.parse(source)
    return (source, tree) if isinstance(tree, ast.Module) else None


_project: Project | None = None


def _shared_project() -> Project:
    """The modules that imports led to, kept between files: most files import the same few."""
    global _project
    if _project is None:
        _project = Project(_load)
    return _project


def _relevance(data: bytes) -> Callable[[Definition], bool]:
    """Whether a definition has anything in it that a rule may care for."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found: set[int] = set()
    for word in ANCHORS:
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


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _has_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    first = node.body[0]
    return (
        len(node.body) > 1
        and isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )


def analyze(
    source: SourceFile,
    tree: ast.Module,
    rules: Sequence[Rule],
    options: Mapping[str, Mapping[str, Any]],
) -> tuple[list[Finding], list[Skip]]:
    """Run the rules on one file.

    Returns:
        The findings, each once, and what was given up.
    """
    wanted = [rule for rule in rules if rule.subject not in OWN_SUBJECTS]
    data = source.text.encode("utf-8", "replace") if source.is_notebook else source.data
    if not wanted or not any(word in data for word in ANCHORS):
        return [], []
    project = _shared_project()
    project.begin()
    module = project.add(source, tree, os.path.abspath(source.path))
    program = Program(module, project, knowledge(), _relevance(data))
    found: dict[tuple[Any, ...], Finding] = {}
    for rule in wanted:
        try:
            for subject in program.subjects(rule.subject):
                for finding in rule.check(subject, **options.get(rule.name, {})):
                    stamped = finding.stamped(
                        code=rule.code,
                        name=rule.name,
                        severity=rule.severity,
                        path=source.path,
                    )
                    found.setdefault((stamped.code, stamped.path, stamped.span), stamped)
        except Exception as error:  # a rule must not take the run with it: it becomes GL005
            for finding in crash_findings(rules, source.path, rule.code, error):
                found.setdefault((finding.code, finding.path, finding.span, rule.code), finding)
    skipped = [
        Skip(place.source.path, place.span(node), reason)
        for place, node, reason in program.interpreter.skipped
    ]
    return list(found.values()), skipped


def analyze_files(paths: Sequence[str], rules: Sequence[Rule]) -> list[Finding]:
    """Run the rules on files of one project, with no configuration and no suppression.

    Args:
        paths: files to read; those that can't be read or parsed are passed over.
        rules: the rules to run.
    """
    reset()
    found: dict[tuple[Any, ...], Finding] = {}
    for path in paths:
        loaded = _load(path)
        if loaded is not None:
            findings, _ = analyze(*loaded, rules, {})
            for finding in findings:
                found.setdefault((finding.code, finding.path, finding.span), finding)
    return list(found.values())


def reset(module: Module | None = None) -> None:
    """Forget the modules that were read: for programs that check changing files."""
    global _project
    _project = None
