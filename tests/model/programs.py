"""A text -> the program that the model makes of it."""

from __future__ import annotations

import ast
from pathlib import Path

from gradlint.frameworks import knowledge
from gradlint.model.program import Program
from gradlint.source.import_paths import ImportPaths
from gradlint.source.text import SourceFile
from gradlint.values.project import Project


def program_of(text: str, directory: Path) -> Program:
    """A program of one file, which imports nothing of a project."""
    path = str(directory / "train.py")
    source = SourceFile(path, text, text.encode())
    project = Project(lambda path: None, ImportPaths())
    return Program(project.add(source, ast.parse(text), path), project, knowledge())
