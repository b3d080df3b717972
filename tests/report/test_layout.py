"""Lines and tables, as plain text and on a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from gradlint.report import plain
from gradlint.report.characters import width
from gradlint.report.layout import Line, Table
from tests.report.terminals import shown, uncoloured

WORDS = st.lists(st.text("ab", min_size=1, max_size=15), min_size=1, max_size=30).map(" ".join)


@given(WORDS, st.integers(30, 140))
def test_a_long_line_goes_on_behind_its_hang(text: str, columns: int) -> None:
    line = Line([("= help: ", "strong")], [(text, "")], [("|       ", "frame")])
    page = plain.text([line], columns)
    first, *more = page.rstrip("\n").split("\n")
    assert first.startswith("= help: ")
    assert all(row.startswith("|       ") for row in more)
    assert all(len(row) <= columns for row in (first, *more))
    assert " ".join(row[8:] for row in (first, *more)) == text
    assert uncoloured(shown([line], columns=columns)) == page


def test_a_pipe_keeps_a_long_word_whole_and_a_terminal_breaks_it() -> None:
    line = Line([("> ", "")], [("a " + "x" * 60, "")], [("  ", "")])
    assert plain.text([line], 40) == "> a\n  " + "x" * 60 + "\n"
    assert uncoloured(shown([line], columns=40)) == f"> a\n  {'x' * 38}\n  {'x' * 22}\n"


def test_what_a_line_begins_with_is_never_broken() -> None:
    line = Line([("x" * 150, "strong")])
    assert plain.text([line]) == uncoloured(shown([line], columns=40)) == "x" * 150 + "\n"


def test_wide_characters_fill_a_terminal_sooner() -> None:
    line = Line((), [("漢字 " * 30, "")])
    rows = uncoloured(shown([line], columns=40)).split("\n")
    assert max(map(width, rows)) == 39


@pytest.mark.parametrize("heads", [(), ("name", "number")])
def test_a_table_aligns_names_left_and_numbers_right(heads: tuple[str, ...]) -> None:
    table = Table([("a", "1,000"), ("漢字", "7")], heads, right=(1,), indent=2)
    rows = ["  a     1,000", "  漢字      7"]
    if heads:
        rows = ["  name  number", "  a      1,000", "  漢字       7"]
    page = plain.text([table])
    assert page.split("\n")[:-1] == rows
    assert uncoloured(shown([table])) == page


def test_an_empty_line_is_a_line() -> None:
    assert plain.text([Line(), Line()]) == uncoloured(shown([Line(), Line()])) == "\n\n"
