"""The full and concise reports, against pages kept beside this file.

`GRADLINT_UPDATE_GOLDEN=1 pytest tests/report` writes the pages anew; read the difference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from gradlint.finding import Finding, Note, Severity, Span
from gradlint.report import concise, full, plain
from gradlint.report.characters import drawn, escape, width
from gradlint.report.layout import Line
from tests.report.terminals import shown, uncoloured

GOLDEN = Path(__file__).parent / "golden"

TRAIN = """\
import torch
from torch import nn


class Tagger(nn.Module):
\tdef __init__(self, 特徴: int, hidden: int) -> None:
\t\tsuper().__init__()
\t\tself.名前 = "漢字"; self.rnn = nn.LSTM(特徴, hidden, num_layers=3)

for batch in loader:
    loss = criterion(model(batch.inputs), batch.targets)
    loss.backward()
    optimizer.step()

total = sum([first_term_of_the_sum, second_term_of_the_sum, third_term_of_the_sum, fourth_term, log(p), sixth_term_of_the_sum])
evil = "\x1b[31mred\x1b[0m \u202e backwards \x07"
model = Sequential(
    [
        LSTM(128),
        LSTM(128),
        LSTM(128),
        Dense(10),
    ]
)
"""  # noqa: E501


class Lines:
    """One program under `train.py`; `net.ipynb` is the same, its second cell from line 10."""

    def __init__(self, text: str = TRAIN) -> None:
        self.lines = text.split("\n")

    def line(self, path: str, number: int) -> str | None:
        if path.startswith("missing"):
            return None
        return self.lines[number - 1] if 0 < number <= len(self.lines) else None

    def position(self, path: str, number: int) -> tuple[int | None, int]:
        if not path.endswith(".ipynb"):
            return None, number
        return (3, number) if number < 10 else (5, number - 9)


def finding(
    span: Span,
    message: str,
    *,
    path: str = "train.py",
    severity: Severity = Severity.WARNING,
    notes: tuple[Note, ...] = (),
    help: str = "",
    cell: tuple[int, int] | tuple[None, None] = (None, None),
) -> Finding:
    return Finding(
        span,
        message,
        help=help,
        notes=notes,
        severity=severity,
        code="GL201",
        name="rnn-without-clipping",
        path=path,
        cell=cell[0],
        cell_line=cell[1],
    )


def at(number: int, text: str) -> Span:
    column = TRAIN.split("\n")[number - 1].index(text) + 1
    return Span(number, column, number, column + len(text))


FINDINGS = [
    finding(
        at(8, "nn.LSTM(特徴, hidden, num_layers=3)"),
        "a recurrent network of 3 layers is trained and nothing in reach clips its gradients, so"
        " one long batch can throw the weights far away",
        notes=(
            Note("the weights are updated here", Span(13, 5, 13, 21)),
            Note("after these gradients, which grow with the length of the sequence, are computed"
                 " and stay as they are", Span(12, 5, 12, 20)),
            Note("three stacked layers multiply the growth of one"),
        ),
        help="call `torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)` between"
        " `loss.backward()` and `optimizer.step()`",
    ),
    finding(at(15, "log(p)"), "log of a value that may be 0", severity=Severity.ERROR),
    finding(Span(16, 1, 16, 5), "named \x1b[2J\u202e\udc80 badly", severity=Severity.INFO),
    finding(Span(17, 1, 24, 2), "a statement over many lines", help="shorten it"),
    finding(
        Span(12, 5, 12, 20),
        "in a notebook",
        path="net.ipynb",
        cell=(5, 3),
        notes=(Note("defined in another cell", Span(5, 7, 5, 13)),
               Note("and used in another file", Span(13, 5, 13, 14), path="other.py")),
    ),
    finding(Span(1, 1, 1, 1), "does not exist", path="missing.py", severity=Severity.ERROR),
    finding(Span(99, 1, 99, 5), "beyond the end"),
]  # fmt: skip


def golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("GRADLINT_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def page_of(findings: Sequence[Finding], columns: int = 140, lines: Lines | None = None) -> str:
    return plain.text(full.render(findings, lines or Lines(), columns=columns), columns)


@pytest.mark.parametrize("columns", [80, 140])
def test_pages(columns: int) -> None:
    page = page_of(FINDINGS, columns)
    golden(f"full_{columns}.txt", page)
    for line in page.split("\n"):
        assert width(line) <= columns


def test_a_page_for_the_narrowest_terminal() -> None:
    page = uncoloured(shown(full.render(FINDINGS, Lines(), columns=40), columns=40))
    golden("full_40.txt", page)
    for line in page.split("\n"):
        assert width(line) <= 40


@pytest.mark.parametrize("columns", [80, 100, 140])
def test_a_terminal_and_a_pipe_of_one_width_show_the_same_text(columns: int) -> None:
    page = shown(full.render(FINDINGS, Lines(), columns=columns), columns=columns)
    assert uncoloured(page) == page_of(FINDINGS, columns)


def test_a_terminal_shows_severities_marks_and_code_in_colour() -> None:
    page = shown(full.render(FINDINGS, Lines(), columns=80))
    assert "\x1b[1;31merror[GL201]" in page
    assert "\x1b[1;35mwarning[GL201]" in page
    assert "\x1b[1;36minfo[GL201]" in page
    assert "\x1b[1;31m^^^^^^\x1b[0m" in page
    assert "\x1b[35mclass\x1b[0m Tagger" in page


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_there_may_be_no_colours(name: str, value: str) -> None:
    page = shown(full.render(FINDINGS, Lines(), columns=80), **{name: value})
    assert not re.search(r"\x1b\[[\d;]*[349]\d", page)
    assert uncoloured(page) == page_of(FINDINGS, 80)


def test_concise() -> None:
    golden("concise.txt", plain.text(concise.render(FINDINGS)))


@pytest.mark.parametrize("draw", [plain.text, lambda parts: uncoloured(shown(parts, columns=140))])
def test_carets_stand_under_the_text(draw: Callable[[Iterable[Line]], str]) -> None:
    page = draw(full.render([FINDINGS[0]], Lines(), columns=100)).split("\n")
    index = next(n for n, line in enumerate(page) if "nn.LSTM(" in line)
    # Tabs are drawn as spaces and each of 名前漢字特徴 takes two columns.
    before = page[index][: page[index].index("nn.LSTM")]
    assert page[index + 1].index("^") == width(before)
    assert page[index + 1].count("^") == width("nn.LSTM(特徴, hidden, num_layers=3)")


printable = re.compile(r"[^\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]*")


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_nothing_dangerous_reaches_the_terminal(text: str) -> None:
    assert printable.fullmatch(escape(text))
    cells, columns = drawn(text)
    assert all(map(printable.fullmatch, cells))
    assert len(cells) == len(text)
    assert [0, *accumulate(map(width, cells))] == columns


line_texts = st.text(st.sampled_from("ab \t漢é\u0301\x1b\u202e\udc80😀"), max_size=120)


@given(line_texts, st.data())
def test_any_span_in_any_line_is_drawn_within_the_width(text: str, data: st.DataObject) -> None:
    columns = data.draw(st.integers(40, 140))
    numbers = st.integers(1, len(text) + 3)
    span = Span(1, data.draw(numbers), data.draw(st.integers(1, 3)), data.draw(numbers))
    note = Note(data.draw(line_texts), Span(1, data.draw(numbers), 1, data.draw(numbers)))
    found = [finding(span, "m", notes=(note,))]
    page = page_of(found, columns, Lines(f"{text}\nb\nc"))
    for line in page.split("\n"):
        assert printable.fullmatch(line)
        # A single word is never broken, so a note without spaces may stand out.
        if "^" in line or (line.startswith(" 1 | ")):
            assert width(line) <= columns
    (marked,) = [line for line in page.split("\n") if set(line) <= set(" |^") and "^" in line]
    assert marked.count("^") >= 1


@given(line_texts | st.text(max_size=60), st.data())
def test_highlighting_changes_no_character(text: str, data: st.DataObject) -> None:
    columns = data.draw(st.integers(40, 140))
    numbers = st.integers(1, len(text) + 3)
    span = Span(1, data.draw(numbers), data.draw(st.integers(1, 3)), data.draw(numbers))
    lines = Lines(f"{text}\n'''b\nc")
    found = [finding(span, "m", path="a.py")]
    page = shown(full.render(found, lines, columns=columns), columns=columns)
    assert uncoloured(page) == page_of(found, columns, lines)


def test_a_clipped_line_shows_the_mark_between_dots() -> None:
    text = "a, " * 40 + "log(p)" + ", b" * 40
    column = text.index("log(p)") + 1
    page = page_of([finding(Span(1, column, 1, column + 6), "m")], 60, Lines(text)).split("\n")
    index = next(n for n, line in enumerate(page) if "log(p)" in line)
    assert page[index].startswith(" 1 | ...")
    assert page[index].endswith("...")
    assert page[index].index("log(p)") == page[index + 1].index("^")


def test_half_a_wide_character_is_a_space_where_a_line_is_clipped() -> None:
    for shift in (" ", "  "):
        text = shift + "漢" * 60 + "x" + "漢" * 60
        column = text.index("x") + 1
        page = page_of([finding(Span(1, column, 1, column + 1), "m")], 60, Lines(text)).split("\n")
        index = next(n for n, line in enumerate(page) if "x" in line)
        assert width(page[index][: page[index].index("x")]) == page[index + 1].index("^")


MARKUP = "[red]x[/red] [/] [link=https://e.vil]y[/link] :boom: 1.0 'a' \x1b[31m \x1b]8;;u\x1b\\"


def test_user_text_is_no_markup() -> None:
    notes = (Note(MARKUP, Span(1, 1, 1, 4)), Note(MARKUP))
    found = finding(Span(1, 1, 1, 7), MARKUP, path="[b]a[/b].py", notes=notes, help=MARKUP)
    page = shown(full.render([found], Lines(f"{MARKUP}\n"), columns=140), columns=140)
    bare = uncoloured(page)
    assert bare.count(escape(MARKUP)) == 5
    assert "--> [b]a[/b].py:1:1" in bare
    assert printable.fullmatch(bare.replace("\n", ""))
