"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

Gradlint = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory that is the working directory, with no configuration above it."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GRADLINT_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def gradlint(project: Path) -> Gradlint:
    """The command, run in `project`; `stdin` is what it reads."""
    from gradlint.cli import main

    def run(*arguments: str, stdin: bytes | str | None = None, **env: str) -> Result:
        options: dict[str, Any] = {"env": env} if env else {}
        return CliRunner().invoke(main, list(arguments), input=stdin, **options)

    return run


@pytest.fixture
def write(project: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file below `project`, directories included."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = project / name
        os.makedirs(path.parent, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file
