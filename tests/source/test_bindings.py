"""Which statements give a top-level name its value."""

from __future__ import annotations

import ast

from gradlint.source.bindings import bindings


def names(text: str) -> dict[str, list[int]]:
    """Each name with the lines of the statements that may give it its value."""
    found = bindings(ast.parse(text).body)
    return {name: [statement.lineno for statement in found[name]] for name in found}


def test_the_last_of_statements_in_a_row_counts() -> None:
    assert names("a = 1\na = 2\n") == {"a": [2]}


def test_a_branch_adds_and_two_branches_replace() -> None:
    assert names("a = 1\nif x:\n    a = 2\n") == {"a": [1, 3]}
    assert names("a = 1\nif x:\n    a = 2\nelse:\n    a = 3\n") == {"a": [3, 5]}


def test_a_sum_needs_what_was_there() -> None:
    assert names("a = 1\na += 2\n") == {"a": [1, 2]}


def test_deep_nesting_costs_no_more_than_its_depth() -> None:
    depth = 60
    text = "".join(
        f"{' ' * level}if x:\n{' ' * (level + 1)}a{level} = 1\n" for level in range(depth)
    )
    assert len(names(text)) == depth
