"""Paths -> files."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gradlint.source.discovery import DEFAULT_EXCLUDE, Target, discover
from gradlint.source.ignore_files import PatternSet
from gradlint.source.text import Unreadable

Write = Callable[[str, str | bytes], Path]


def found(
    *paths: str, exclude: Sequence[str] = DEFAULT_EXCLUDE, gitignore: bool = True
) -> list[str]:
    patterns = [PatternSet(os.getcwd(), exclude)]
    return [
        target.path
        for target in discover(paths, patterns, respect_gitignore=gitignore)
        if isinstance(target, Target)
    ]


def test_python_and_notebooks_below_the_working_directory_in_order(write: Write) -> None:
    for name in ("b.py", "a.ipynb", "c.txt", "a/z.py", "a/b/y.py", "a.pyi", "B.py"):
        write(name, "")
    assert found() == ["B.py", "a.ipynb", "b.py", "a/z.py", "a/b/y.py"]
    assert found("a") == ["a/z.py", "a/b/y.py"]


def test_a_named_file_is_checked_whatever_its_suffix_or_place(write: Write) -> None:
    for name in ("script", "venv/a.py", "a.py"):
        write(name, "")
    write(".gitignore", "a.py")
    assert found("script", "venv/a.py", "a.py", "missing.py") == [
        "script",
        "venv/a.py",
        "a.py",
        "missing.py",
    ]


def test_a_named_file_may_be_left_out_as_well(write: Write) -> None:
    names = ["venv/lib/a.py", "src/b.py", "src/old/deep/c.py", "d.py"]
    for name in names:
        write(name, "")
    patterns = [
        PatternSet(os.getcwd(), DEFAULT_EXCLUDE),
        PatternSet(os.getcwd(), ("src/old/", "d.py")),
    ]
    targets = discover([*names, "../out.py"], patterns, force_exclude=True)
    assert list(targets) == [Target("src/b.py", True), Target("../out.py", True)]


def test_each_file_comes_once(write: Write, project: Path) -> None:
    write("a/b.py", "")
    assert found("a", "a/b.py", "./a", str(project / "a"), ".") == ["a/b.py"]


def test_default_excludes_hold_below_the_walked_directory_only(write: Write) -> None:
    write("venv/lib/a.py", "")
    write("src/build/b.py", "")
    write("src/c.py", "")
    assert found() == ["src/c.py"]
    assert found("venv") == ["venv/lib/a.py"]
    assert found(exclude=()) == ["src/c.py", "src/build/b.py", "venv/lib/a.py"]


def test_exclude_patterns(write: Write) -> None:
    for name in ("a.py", "gen/a.py", "src/gen/a.py", "src/a_pb2.py", "src/keep_pb2.py"):
        write(name, "")
    assert found(exclude=["/gen", "*_pb2.py"]) == ["a.py", "src/gen/a.py"]
    assert found(exclude=["gen", "*_pb2.py", "!keep_pb2.py"]) == ["a.py", "src/keep_pb2.py"]
    assert found("src", exclude=["src/gen/"]) == ["src/a_pb2.py", "src/keep_pb2.py"]


def test_gitignore_files_at_every_level(write: Write) -> None:
    write(".git/config", "")
    write(".git/info/exclude", "excluded.py\n")
    write(".gitignore", "# comment\n\nout/\n*.gen.py\n/top.py\n")
    write("src/.gitignore", "!keep.gen.py\nlocal.py\n")
    for name in [
        "a.py",
        "top.py",
        "excluded.py",
        "out/a.py",
        "a.gen.py",
        "local.py",
        "src/top.py",
        *("src/local.py", "src/keep.gen.py", "src/b.gen.py", "src/deep/local.py", "src/out/x.py"),
    ]:
        write(name, "")
    assert found() == ["a.py", "local.py", "src/keep.gen.py", "src/top.py"]
    assert found("src") == ["src/keep.gen.py", "src/top.py"]
    assert "top.py" in found(gitignore=False)


def test_a_directory_that_is_ignored_but_named_is_walked(write: Write) -> None:
    write(".git/config", "")
    write(".gitignore", "data/\n*.py\n")
    write("data/a.py", "")
    write("data/.gitignore", "b.py\n")
    write("data/b.py", "")
    assert found("data") == ["data/a.py"]


def test_without_a_repository_no_gitignore_counts(write: Write) -> None:
    write(".gitignore", "*.py\n")
    write("src/a.py", "")
    assert found() == ["src/a.py"]


def test_an_unreadable_pattern_spares_the_others(write: Write) -> None:
    write(".git/config", "")
    write(".gitignore", "!\n[\n\\\nb.py\n***\n")
    write("a.py", "")
    write("b.py", "")
    assert "b.py" not in found()


def test_a_directory_with_the_name_of_a_file_is_walked(write: Write) -> None:
    write("x.py/y.py", "")
    assert found() == ["x.py/y.py"]


def test_links_in_a_circle_end(write: Write, project: Path) -> None:
    write("a/b.py", "")
    (project / "a" / "up").symlink_to(project, target_is_directory=True)
    (project / "a" / "self").symlink_to(project / "a", target_is_directory=True)
    assert found() == ["a/b.py"]


def test_a_linked_directory_is_visited_once_under_its_real_name(
    write: Write, project: Path
) -> None:
    write("z/b.py", "")
    (project / "a").symlink_to(project / "z", target_is_directory=True)
    assert found() == ["z/b.py"]


def test_a_dangling_link_is_an_editors_lock_file(write: Write, project: Path) -> None:
    write("a.py", "")
    (project / ".#a.py").symlink_to("user@host.1234")
    assert found() == ["a.py"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_directory_without_permission_is_reported(write: Write, project: Path) -> None:
    write("shut/a.py", "")
    os.chmod(project / "shut", 0)
    try:
        results = list(discover(["."]))
    finally:
        os.chmod(project / "shut", 0o755)
    assert [type(result) for result in results] == [Unreadable]


def test_a_directory_that_cannot_be_listed_is_reported(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("shut/a.py", "")
    write("b.py", "")
    scandir = os.scandir

    def refusing(path: str) -> object:
        if path == "shut":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    results = list(discover(["."]))
    assert [(type(it), it.path) for it in results] == [(Target, "b.py"), (Unreadable, "shut")]
    (refused,) = [it for it in results if isinstance(it, Unreadable)]
    assert "may not be listed" in refused.reason
    assert refused.kind == "directory"


def test_a_directory_nested_beyond_pythons_frames(project: Path) -> None:
    top = os.getcwd()
    for _ in range(1200):
        os.mkdir("d")
        os.chdir("d")
    Path("a.py").touch()
    os.chdir(top)
    try:
        assert list(discover(["."]))
    finally:
        # pytest deletes by recursion, and would fail on it.
        os.chdir("/".join(["d"] * 1200))
        os.remove("a.py")
        for _ in range(1200):
            os.chdir("..")
            os.rmdir("d")


def test_twenty_thousand_files_take_seconds_at_most(project: Path) -> None:
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("\n".join(f"junk{n}/\n*.x{n}" for n in range(30)))
    for folder in range(200):
        path = project / f"p{folder % 10}" / f"d{folder}"
        path.mkdir(parents=True)
        for name in range(100):
            (path / f"f{name}.py").touch()
    start = time.perf_counter()
    assert len(found()) == 20_000
    assert time.perf_counter() - start < 5
