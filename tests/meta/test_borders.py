"""The borders that import contracts cannot say: what rules import, where frameworks are named."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "gradlint"


def imports(path: Path) -> Iterator[str]:
    """The parts of gradlint that a file imports when it runs (not for its types)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.If):
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.ImportFrom) and part.module:
                if part.module == "gradlint":
                    yield from (alias.name for alias in part.names)
                elif part.module.startswith("gradlint."):
                    yield part.module.split(".")[1]


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """String literals that are not docstrings or other bare strings."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node


def test_a_rule_imports_only_the_sdk() -> None:
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / "rules").rglob("*.py"))
        for name in imports(path)
        if name != "sdk"
    }
    assert found == set()


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_a_module_stays_within_four_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 420


def test_a_folder_has_at_most_fifteen_files() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    crowded = {
        folder.relative_to(ROOT).as_posix(): count
        for folder in folders
        if (count := len(list(folder.glob("*.py")))) > 15
    }
    assert crowded == {}
