"""The runner of the documents: what it compares, and what it says of a wrong reveal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fences import Fence, fences
from tests.model.reveals import differences


def _fence(program: str) -> Fence:
    (fence,) = fences(f"```python\n{program}\n```\n")
    return fence


def test_a_wrong_reveal_says_where_it_is_what_it_expects_and_what_it_got(tmp_path: Path) -> None:
    program = "x = 1\nx + 1  # reveal: 3; opaque; looped"
    assert differences(_fence(program), tmp_path) == [
        "train.py:2: expected `3`, got `2`",
        "train.py:2: expected `looped`, got `unrolled 0`",
    ]


def test_every_file_of_a_fence_is_compared(tmp_path: Path) -> None:
    program = "import lib\nlib.f()\n# file: lib.py\ndef f():\n    return 1  # reveal: 2"
    assert differences(_fence(program), tmp_path) == ["lib.py:2: expected `2`, got `1`"]


def test_a_line_that_is_not_come_upon_is_unreached(tmp_path: Path) -> None:
    assert differences(_fence("if False:\n    x = 1  # reveal: unreached"), tmp_path) == []


def test_a_reveal_where_no_statement_is_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"train.py:2: a reveal where no statement is"):
        differences(_fence("x = 1\n# reveal: 1"), tmp_path)
