"""The facts: what the schema allows, and that nothing in them goes unread or unfound."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gradlint.frameworks import knowledge
from gradlint.frameworks.schema import problems, sections

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = sorted((ROOT / "gradlint" / "frameworks").glob("*/facts.toml"))
SCHEMA = sections()


def facts(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def entries() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Section, name and keys of every entry of every file."""
    for path in FILES:
        for section, content in facts(path).items():
            if SCHEMA[section].shape == "entries":
                for name, keys in content.items():
                    yield section, name, keys
            elif SCHEMA[section].shape == "keys":
                yield section, "", content


def said_of(text: str) -> list[str]:
    return list(problems(tomllib.loads(text), SCHEMA))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
class TestFile:
    def test_says_what_the_schema_allows(self, path: Path) -> None:
        assert list(problems(facts(path), SCHEMA)) == []

    def test_has_lines_of_at_most_a_hundred_columns(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert [line for line in text.splitlines() if len(line) > 100] == []


class TestSchema:
    def test_an_unknown_section_is_named(self) -> None:
        assert said_of('[losses]\n"a.B" = {}') == ["`[losses]` is not a section"]

    def test_an_unknown_key_is_named_with_its_entry(self) -> None:
        assert said_of('[loss]\n"a.B" = { kind = "mse", expects = "any", klass = true }') == [
            '[loss."a.B"] `klass` is not a key of this section'
        ]

    def test_a_wrong_type_is_named(self) -> None:
        assert said_of('[passes]\n"a.b" = { arguments = "2" }') == [
            "[passes.\"a.b\"] `arguments` is not of type integer: '2'"
        ]

    def test_a_flag_is_left_out_rather_than_false(self) -> None:
        assert said_of('[container]\n"a.B" = { chain = false }') == [
            '[container."a.B"] `chain` is not of type flag: False'
        ]

    def test_a_value_that_is_not_among_the_allowed_is_named(self) -> None:
        assert said_of('[reduction]\n"a.b" = { kind = "median" }') == [
            "[reduction.\"a.b\"] `kind` may not be 'median'"
        ]

    def test_a_missing_key_is_named(self) -> None:
        assert said_of('[gradient-switch]\n"a.b" = {}') == [
            '[gradient-switch."a.b"] lacks `tracks`'
        ]

    def test_a_section_of_names_holds_texts(self) -> None:
        assert said_of("[aliases]\na = 1") == ["[aliases] `a` is not a text"]

    def test_every_key_is_used_by_an_entry(self) -> None:
        declared = {(name, key) for name, section in SCHEMA.items() for key in section.keys}
        used = {(section, key) for section, _, keys in entries() for key in keys}
        assert declared - used == set()

    def test_every_allowed_value_is_used_by_an_entry(self) -> None:
        declared = {
            (name, key, value)
            for name, section in SCHEMA.items()
            for key, said in section.keys.items()
            for value in said.values
        }
        used = {
            (section, key, value)
            for section, _, keys in entries()
            for key, value in keys.items()
            if isinstance(value, str)
        }
        names = knowledge().names["activation-names"].values()
        used.update(("activation", "function", function) for function in names)
        assert declared - used == set()


def package_trees() -> Iterator[ast.Module]:
    for folder in ("gradlint", "rules"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name != "schema.py":
                yield ast.parse(path.read_text(encoding="utf-8"))


class TestReading:
    def test_every_key_is_read_somewhere(self) -> None:
        texts = {
            node.value
            for tree in package_trees()
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        # A number and the parameter that gives it are read together: `low` and `low-parameter`.
        texts |= {f"{key}-parameter" for key in SCHEMA["initializer"].keys if key in texts}
        declared = {key for section in SCHEMA.values() for key in section.keys}
        assert declared - texts == set()

    def test_what_is_read_from_a_fact_is_a_key(self) -> None:
        declared = {key for section in SCHEMA.values() for key in section.keys}
        read = {key for tree in package_trees() for key in keys_read(tree)}
        assert read - declared == set()

    def test_a_method_is_asked_for_by_a_word(self) -> None:
        asked = {
            argument.value
            for tree in package_trees()
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "does"
            for argument in node.args[1:]
            if isinstance(argument, ast.Constant)
        }
        assert asked
        assert asked - set(SCHEMA["words"].keys) == set()


def keys_read(tree: ast.AST) -> Iterator[str]:
    """The keys of `fact["key"]`, `fact.get("key")` and `"key" in fact`."""
    for node in ast.walk(tree):
        owner: ast.expr | None = None
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript):
            owner, key = node.value, node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr == "get":
                owner, key = node.func.value, node.args[0]
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            owner, key = node.comparators[0], node.left
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        if name.endswith("fact") and isinstance(key, ast.Constant):
            yield key.value


class TestNames:
    def test_an_entry_has_the_name_it_is_looked_up_by(self) -> None:
        known = knowledge()
        assert {
            name: known.canonical(name)
            for _, name, _ in entries()
            if not name.startswith(".") and known.canonical(name) != name
        } == {}

    @pytest.mark.parametrize("role", ["optimizer", "loss", "initializer"])
    def test_a_text_names_something_that_is_known(self, role: str) -> None:
        known = knowledge()
        assert set(known.names[f"{role}-names"].values()) - set(known.roles[role]) == set()
