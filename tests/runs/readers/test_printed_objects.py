"""JSON among what a program prints is read as text, prints around JSON are no damage."""

from __future__ import annotations

import pytest

from gradlint.runs.readers.formats import Format, format_of

ROWS = [f'{{"epoch": 0, "step": {at}, "loss": {7 - at}.5}}' for at in range(6)]


def format_name(lines: list[str], path: str = "output.log") -> str:
    found = format_of("\n".join([*lines, ""]).encode(), path)
    assert isinstance(found, Format)
    return found.name


@pytest.mark.parametrize(
    "lines",
    [
        ["train.py --load 0", "Reusing data", *ROWS],
        [*ROWS[:3], "train.py:264: UserWarning: deprecated", "  warn()", "  ^^^^", "done", *ROWS],
        ["Loading ...", *(line for row in ROWS for line in (row, "saved model"))],
    ],
    ids=["before", "between", "after each"],
)
def test_objects_among_lines_of_prose_are_text(lines: list[str]) -> None:
    assert format_name(lines) == "text"


@pytest.mark.parametrize(
    "lines",
    [
        ["a header", *ROWS],
        [*ROWS, ROWS[0][:20], *ROWS, ROWS[0][5:]],
        ['{"a": 1,', '"b": [', '{"loss": 1},', '{"loss": 2}', "]}"],
        ["[", *(f"{row}," for row in ROWS[:-1]), ROWS[-1], "]"],
    ],
    ids=["a header", "damaged", "a document", "a list"],
)
def test_what_is_not_prose_makes_no_text_of_objects(lines: list[str]) -> None:
    assert format_name(lines) == "json"


def test_the_name_of_lines_of_objects_decides() -> None:
    assert format_name(["one", "two", *ROWS], "metrics.jsonl") == "json"
