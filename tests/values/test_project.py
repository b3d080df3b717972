"""The files that imports lead to: read at most once each, and not without end."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gradlint.source.import_paths import ImportPaths
from gradlint.source.text import SourceFile
from gradlint.values import project as limits
from gradlint.values.kinds import Module
from gradlint.values.project import Project


class Files:
    """A project on disk that counts what is read of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.read: list[str] = []
        self.project = Project(self._load, ImportPaths())

    def write(self, **texts: str) -> None:
        for name, text in texts.items():
            (self.folder / f"{name}.py").write_text(text)

    def main(self) -> Module:
        return self.project.add(self._source(""), ast.parse(""), str(self.folder / "main.py"))

    def _load(self, path: str) -> tuple[SourceFile, ast.Module] | None:
        self.read.append(Path(path).stem)
        text = Path(path).read_text()
        return None if text == "unreadable" else (self._source(text), ast.parse(text))

    def _source(self, text: str) -> SourceFile:
        return SourceFile("main.py", text, text.encode())


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_a_file_is_read_when_it_is_imported_and_once(files: Files) -> None:
    files.write(lib="x = 1")
    main = files.main()
    assert files.read == []
    module = files.project.resolve(main, "lib")
    assert module is not None
    assert module.path == str(files.folder / "lib.py")
    assert files.project.resolve(main, "lib") is module
    assert files.read == ["lib"]


def test_a_name_that_no_file_has_is_a_library(files: Files) -> None:
    assert files.project.resolve(files.main(), "torch") is None


def test_a_file_that_was_parsed_already_is_not_read(files: Files) -> None:
    files.write(main="")
    main = files.main()
    assert files.project.resolve(main, "main") is main
    assert files.read == []


def test_a_file_that_cannot_be_read_is_asked_for_once(files: Files) -> None:
    files.write(broken="unreadable")
    main = files.main()
    assert files.project.resolve(main, "broken") is None
    assert files.project.resolve(main, "broken") is None
    files.project.forget()
    assert files.project.resolve(files.main(), "broken") is None
    assert files.read == ["broken"]


def test_the_next_analysis_forgets_what_was_learned_and_keeps_what_was_parsed(
    files: Files,
) -> None:
    files.write(lib="x = 1")
    first = files.project.resolve(files.main(), "lib")
    files.project.forget()
    second = files.project.resolve(files.main(), "lib")
    assert second is not first
    assert second is not None
    assert first is not None
    assert second.tree is first.tree
    assert files.read == ["lib"]


def test_more_than_fits_is_read_again(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEPT", 5)
    files.write(lib="x = 123")
    files.project.resolve(files.main(), "lib")
    files.project.forget()
    files.project.resolve(files.main(), "lib")
    assert files.read == ["lib", "lib"]


def test_so_many_files_are_opened_for_one_analysis(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_OPENED", 2)
    files.write(one="", two="")
    main = files.main()
    assert files.project.resolve(main, "one") is not None
    assert files.project.resolve(main, "two") is None
    files.project.forget()
    assert files.project.resolve(files.main(), "two") is not None
