"""The borders between the parts: who may import whom, and where a framework may be named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "gradlint"

ALLOWED = {
    "finding": set(),
    "runs": {"finding", "runs"},
    "curves": {"curves"},
    "relations": {"finding", "runs", "curves", "relations"},
    "source": {"finding", "source"},
    "frameworks": {"source", "frameworks"},
    "model": {"finding", "source", "frameworks", "model"},
    "registry": {"finding"},
    "selection": {"finding", "registry"},
    "config": {"finding", "registry", "selection", "source"},
    "report": {"finding", "report"},
    "sdk": {"finding", "source", "frameworks", "model", "registry", "runs", "curves", "relations"},
    "engine": {
        "finding", "source", "frameworks", "model", "registry", "selection", "config", "engine",
        "runs", "curves", "relations",
    },
    "cli": {
        "finding", "source", "runs", "registry", "selection", "config", "engine", "report", "cli",
    },
}  # fmt: skip
"""Part -> the parts it may import; `source.project` names values for its types only."""

FRAMEWORK_NAME = re.compile(
    r"^(torch|keras|tensorflow|lightning|transformers|accelerate|optax|jax|sklearn|apex)\."
)


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


def modules(part: str) -> list[Path]:
    folder = PACKAGE / part
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{part}.py"]


@pytest.mark.parametrize("part", sorted(ALLOWED))
def test_a_part_imports_only_what_its_border_allows(part: str) -> None:
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(part)
        for name in imports(path)
        if name not in ALLOWED[part] | {"__version__"}
    }
    assert found == set()


def test_every_part_of_the_package_has_a_border() -> None:
    parts = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert parts - set(ALLOWED) - {"__init__", "__main__", "__pycache__", "py"} == set()


def test_a_rule_imports_only_the_sdk() -> None:
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / "rules").rglob("*.py"))
        for name in imports(path)
        if name != "sdk"
    }
    assert found == set()


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in [*sorted(PACKAGE.rglob("*.py")), *sorted((ROOT / "rules").rglob("*.py"))]
        if "frameworks" not in path.parts
    ],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_a_framework_is_named_in_its_facts_and_in_documents_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node.value for node in strings(tree) if FRAMEWORK_NAME.match(node.value)]
    assert found == []


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_a_module_stays_within_four_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 420


def test_source_and_logs_do_not_meet_outside_the_engine() -> None:
    halves = {"source", "frameworks", "model"}, {"runs", "curves", "relations"}
    for here, there in (halves, halves[::-1]):
        assert not here & {
            name for part in there for path in modules(part) for name in imports(path)
        }
