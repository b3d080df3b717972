"""A program as rules see it: its calls, its views, and which parts of it are looked at."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gradlint.frameworks import knowledge
from gradlint.model.program import Program, calls
from gradlint.source.import_paths import ImportPaths
from gradlint.source.text import SourceFile
from gradlint.values.project import Project


def program(text: str, relevant: Callable[[Any], bool] = lambda node: True) -> Program:
    project = Project(lambda path: None, ImportPaths())
    source = SourceFile("train.py", text, text.encode())
    module = project.add(source, ast.parse(text), "train.py")
    return Program(module, project, knowledge(), relevant)


def called(one: Program) -> list[str]:
    return [call.fn for call in calls(one)]


def test_calls_in_the_order_in_which_they_are_come_upon() -> None:
    assert called(program("f.a()\ng.b(f.c())\n")) == [".a", ".c", ".b"]


def test_a_call_in_a_loop_is_one_call() -> None:
    one = program("for x in loader:\n    f.a()\n")
    assert called(one) == [".a"]
    assert len(one.applies) == 1


def test_a_call_in_a_function_that_is_called_twice_is_one_call() -> None:
    one = program("def f():\n    g.a()\nf()\nf()\n")
    assert called(one) == [".a"]
    assert len(one.applies) == 2


def test_a_view_is_computed_once() -> None:
    asked = []

    def view(one: Program) -> list[int]:
        asked.append(one)
        return [1]

    one = program("")
    assert one.once(view) is one.once(view)
    assert asked == [one]


def test_what_a_view_yields_is_kept() -> None:
    def view(one: Program) -> Iterator[int]:
        yield 1

    one = program("")
    assert one.once(view) == one.once(view) == (1,)


def test_only_relevant_functions_are_entry_points() -> None:
    text = "def f():\n    g.a()\ndef h():\n    g.b()\n"
    assert called(program(text, lambda node: node.name == "h")) == [".b"]


def test_an_irrelevant_class_is_not_looked_at() -> None:
    text = "class Net:\n    def f(self):\n        g.a()\n"
    assert called(program(text, lambda node: False)) == []


@pytest.mark.parametrize(
    "store",
    [
        "self.a = 1",
        "self.a, b = 1, 2",
        "[b, *self.a] = 1, 2",
        "self.a: int = 1",
        "self.a += 1",
        "for self.a in x: pass",
        "with x as self.a: pass",
        "if x:\n            pass\n        else:\n            self.a = 1",
        "try:\n            pass\n        except E:\n            self.a = 1",
        "try:\n            pass\n        finally:\n            self.a = 1",
        "match x:\n            case 1:\n                self.a = 1",
    ],
)
def test_of_a_relevant_class_a_method_that_stores_to_an_attribute_is_looked_at(store: str) -> None:
    text = f"class Net:\n    def f(self):\n        {store}\n        g.a()\n"
    assert ".a" in called(program(text, lambda node: node.name == "Net"))


@pytest.mark.parametrize("statement", ["a = 1", "self.a", "with x: pass", "del a", "a[0] = 1"])
def test_of_a_relevant_class_any_other_method_is_not(statement: str) -> None:
    text = f"class Net:\n    def f(self):\n        {statement}\n        g.a()\n"
    assert called(program(text, lambda node: node.name == "Net")) == []


def test_every_method_of_a_network_is_looked_at() -> None:
    text = "import torch\nclass Net(torch.nn.Module):\n    def f(self):\n        g.a()\n"
    assert called(program(text, lambda node: node.name == "Net")) == [".a"]
