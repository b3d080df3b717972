"""The small picture of a curve around an event."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from gradlint.finding import Excerpt
from gradlint.report.characters import width
from gradlint.report.plot import ASCII, BLOCKS, BRAILLE, ROWS, WIDEST, Glyphs, glyphs_for, plot
from tests.report.curves import DYING, HEALTHY, NAN, excerpt_of


def cells(excerpt: Excerpt, *, columns: int = 70, glyphs: Glyphs = BRAILLE) -> list[str]:
    rows = plot(excerpt, columns=columns, glyphs=glyphs, label="error")
    return ["".join(text for text, _ in row.pieces).rstrip() for row in rows]


def names(excerpt: Excerpt) -> list[str]:
    rows = plot(excerpt, columns=70, glyphs=BRAILLE, label="error")
    return [row.name for row in rows if row.name]


@pytest.mark.parametrize("glyphs", [BRAILLE, BLOCKS, ASCII])
@pytest.mark.parametrize("at", [0, 1, 60, 119, 120])
def test_one_point_that_stands_out_is_seen_above_its_mark(glyphs: Glyphs, at: int) -> None:
    excerpt = excerpt_of([*HEALTHY[:at], 50.0, *HEALTHY[at + 1 :]], at, at)
    page = cells(excerpt, glyphs=glyphs)
    marks = page[-2]
    assert page[1].strip()
    assert abs(len(page[1].rstrip()) - 1 - marks.index("^")) <= 1


def test_a_column_is_drawn_from_its_least_to_its_greatest_value() -> None:
    excerpt = Excerpt((0.0, 10.0), (0.0, 0.0), (1.0, 0.0), 19.0, 0, 0)
    drawing = cells(excerpt)[1 : 1 + ROWS]
    assert all(row.startswith("⡇") for row in drawing[:-1])


def test_a_rising_line_in_blocks() -> None:
    assert cells(excerpt_of([0.0, 1.0, 2.0, 3.0], 3, 3), glyphs=ASCII)[1:-2] == [
        "         :",
        "       .:'",
        "      .:",
        "     .:",
        "    :'",
        "   :'",
        " .:'",
        ".:",
    ]


@pytest.mark.parametrize(
    ("values", "logarithmic"),
    [
        ([0.1, 9.0], False),
        ([0.1, 11.0], True),
        ([0.0, 1000.0], False),
        ([-1.0, 1000.0], False),
        ([5e-324, 1.7e308], True),
    ],
)
def test_more_than_two_decades_of_positive_values_are_drawn_in_decades(
    values: list[float], logarithmic: bool
) -> None:
    assert ("log scale" in cells(excerpt_of(values, 0, 0))[0]) is logarithmic


def test_the_values_stand_at_the_left() -> None:
    assert names(excerpt_of([0.0, 40.0], 1, 1)) == ["40", "20", "0"]
    assert names(excerpt_of([0.01, 100.0], 1, 1)) == ["100", "1", "0.01"]
    assert names(excerpt_of([0.25] * 9, 1, 8)) == ["0.25"]
    assert names(excerpt_of([NAN] * 9, 1, 8)) == []


def test_what_is_not_finite_is_marked_above_the_curve() -> None:
    remark, marks, *_, carets, _ = cells(excerpt_of(DYING, 64, 120))
    assert remark == "log scale, ! is NaN or infinite"
    assert marks.strip(" ") == "!" * len(marks.strip())
    assert len(marks) == len(carets)
    assert cells(excerpt_of(HEALTHY, 0, 0))[0] == ""


def test_a_constant_takes_one_line() -> None:
    assert cells(excerpt_of([0.25] * 9, 1, 8))[1:-2] == ["⠒" * 24 + "⠂"]


def test_a_curve_is_not_joined_across_what_is_not_finite() -> None:
    drawing = cells(excerpt_of([1.0, 1.0, NAN, NAN, 1.0, 1.0], 2, 3), glyphs=ASCII)[2:-2]
    (line,) = filter(None, drawing)
    assert line == "....        ...."


def test_the_steps_stand_below_the_curve() -> None:
    excerpt = excerpt_of(HEALTHY, 60, 62, first=1_000_000)
    ruler, carets = cells(excerpt)[-1], cells(excerpt)[-2]
    assert ruler.split() == ["1000000", "1000060", "1000120"]
    assert ruler.index("1000060") == carets.index("^")
    assert len(ruler) == 70
    # Near an end there is no room for a third.
    assert cells(excerpt_of(HEALTHY, 2, 3))[-1].split() == ["0", "120"]


def test_a_few_points_are_not_stretched_over_the_page() -> None:
    assert len(cells(excerpt_of([3.0, 2.0, 1.0, 2.0, 9.0], 4, 4))[-1]) == 15


def test_nothing_is_drawn_of_nothing() -> None:
    assert cells(Excerpt((), (), (), 0.0, 0, 0)) == []


@pytest.mark.parametrize(
    ("encoding", "glyphs"),
    [
        ("utf-8", BRAILLE),
        ("UTF8", BRAILLE),
        ("cp437", BLOCKS),
        ("ascii", ASCII),
        ("latin-1", ASCII),
        ("no-such-encoding", ASCII),
        (None, ASCII),
    ],
)
def test_the_encoding_decides_what_is_drawn_with(encoding: str | None, glyphs: Glyphs) -> None:
    assert glyphs_for(encoding) is glyphs


def test_the_event_is_shown_as_its_severity() -> None:
    excerpt = excerpt_of(DYING, 64, 120)
    rows = plot(excerpt, columns=70, glyphs=BRAILLE, label="error")
    bad, carets = rows[1], rows[-2]
    for row in (bad, carets):
        (inside,) = [text for text, style in row.pieces if style == "error"]
        assert set(inside) <= set("!^")
        assert inside


@st.composite
def excerpts(draw: st.DrawFn) -> Excerpt:
    pairs = draw(st.lists(st.tuples(st.floats(), st.floats()), min_size=1, max_size=160))
    clean = [tuple(sorted(pair)) if all(map(math.isfinite, pair)) else (NAN, NAN) for pair in pairs]
    column = st.integers(0, len(clean) - 1)
    start, end = sorted((draw(column), draw(column)))
    steps = sorted(draw(st.integers(-(2**63), 2**63 - 1)) for _ in range(2))
    return Excerpt(
        steps=tuple(float(steps[0] + index) for index in range(len(clean))),
        low=tuple(low for low, _ in clean),
        high=tuple(high for _, high in clean),
        last=float(steps[1]),
        start=start,
        end=end,
        bad=tuple(draw(st.sets(column, max_size=4))),
    )


@given(excerpts(), st.integers(0, 200), st.sampled_from([BRAILLE, BLOCKS, ASCII]))
def test_any_excerpt_is_drawn_within_the_width(
    excerpt: Excerpt, columns: int, glyphs: Glyphs
) -> None:
    rows = plot(excerpt, columns=columns, glyphs=glyphs, label="error")
    pictures = cells(excerpt, columns=columns, glyphs=glyphs)
    # Two steps of 20 digits may need more than a curve of few points.
    assert all(width(picture) <= max(min(columns, WIDEST), 45) for picture in pictures)
    assert all(len(row.name) <= 11 for row in rows)
    assert len(rows) <= ROWS + 4
    assert "^" in pictures[-2]
