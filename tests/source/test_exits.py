"""Whether a body is left early: what the interpreter need not take back where it is not."""

from __future__ import annotations

import ast

import pytest

from gradlint.source.exits import leaves_early


def leaves(exit: str, text: str) -> bool:
    return leaves_early(ast.parse(text).body, exit)


@pytest.mark.parametrize("exit", ["return", "continue"])
@pytest.mark.parametrize(
    "text",
    [
        "if x:\n    {}\ny = 1",
        "if x:\n    {}",
        "if x:\n    pass\nelse:\n    {}",
        "try:\n    {}\nexcept E:\n    pass",
        "try:\n    pass\nexcept E:\n    {}",
        "try:\n    pass\nfinally:\n    {}",
        "with x:\n    {}",
        "match x:\n    case 1:\n        {}",
        "for y in x:\n    pass\nelse:\n    {}",
        "{}\ny = 1",
    ],
)
def test_a_body_is_left_early(exit: str, text: str) -> None:
    assert leaves(exit, text.format(exit))


@pytest.mark.parametrize("exit", ["return", "continue"])
@pytest.mark.parametrize("text", ["x = 1", "x = 1\n{}", "def f():\n    return", "pass", ""])
def test_a_body_is_left_at_its_end(exit: str, text: str) -> None:
    assert not leaves(exit, text.format(exit))


def test_a_return_in_a_loop_leaves_its_function_and_continue_only_the_loop() -> None:
    assert leaves("return", "for y in x:\n    return")
    assert not leaves("continue", "for y in x:\n    if y:\n        continue")
    assert not leaves("return", "for y in x:\n    continue")
