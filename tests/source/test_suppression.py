"""Suppression comments, through the functions the check calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

import pytest
from hypothesis import given, strategies as st

from gradlint.finding import Finding, Severity, Span
from gradlint.source.comments import directives
from gradlint.source.parsing import parse_text
from gradlint.source.suppression import (
    Suppression,
    UnknownRule,
    UnusedSuppression,
    faults,
    statement_lines,
    suppress,
)
from gradlint.source.text import SourceFile

RULES = {"GL201": "rnn-without-clipping", "GL202": "clip-before-backward", "GL301": "unnormalized"}


def resolve(key: str) -> set[str]:
    if key == "ALL":
        return set(RULES)
    return {code for code, name in RULES.items() if code.startswith(key.upper()) or name == key}


def source_of(text: str) -> SourceFile:
    return SourceFile("a.py", text, text.encode("utf-8", "surrogatepass"))


def run(
    text: str,
    *places: tuple[str, int],
    ran: Iterable[str] = tuple(RULES),
    all_ran: bool = True,
) -> tuple[Suppression, list[UnusedSuppression], list[UnknownRule]]:
    source = source_of(text)
    findings = [
        Finding(Span(line, 1, line, 2), "m", code=code, severity=Severity.ERROR)
        for code, line in places
    ]
    statements = statement_lines(ast.parse(text))
    scopes, result = suppress(source, directives(source), statements, findings, resolve)
    unused, unknown = faults(scopes, [*RULES, *RULES.values()], set(ran), all_ran=all_ran)
    return result, unused, unknown


def kept(text: str, *places: tuple[str, int]) -> list[tuple[str, int]]:
    return [(it.code, it.span.line) for it in run(text, *places)[0].kept]


@pytest.mark.parametrize(
    "comment",
    [
        "# gradlint: ignore[rnn-without-clipping]",
        "# gradlint: ignore[GL201] measured: the norm stays under 1",
        "#gradlint:ignore[ GL202 , gl201 ]",
        "# gradlint: ignore[GL2]",
        "# gradlint: ignore[ALL]",
        "# gradlint: ignore",
        "# type: ignore  # gradlint: ignore[GL201]  # pragma: no cover",
        "# gradlint: ignore[GL201",
        "# gradlint: ignore(GL201)",
        "# gradlint: ignore (GL201, GL202)",
        "# gradlint: ignore GL201",
        "# gradlint: ignore: GL202, GL201",
        "# gradlint: ignore (sequences have 5 steps)",
        "# gradlint: ignore=GL201 the norm stays under 1",
        "# noqa: GL201",
        "# noqa:E501,GL201",
        "# NoQA",
        "# noqa: E501 GL201 reason",
    ],
)
def test_a_trailing_comment_means_its_statement(comment: str) -> None:
    text = f"x = 1  {comment}\ny = 2\n"
    assert kept(text, ("GL201", 1), ("GL201", 2), ("GL301", 2)) == [("GL201", 2), ("GL301", 2)]


@pytest.mark.parametrize(
    "comment",
    [
        "# gradlint: ignore[GL301]",
        "# gradlint: ignore(GL301)",
        "# gradlint: ignore GL301, GL302",
        "# gradlint: ignore: GL301",
        "# gradlint: ignore[]",
        "# gradlint: ignore-files",
        "# gradlint: ignored",
        "# gradlint ignore",
        "# noqa: E501",
        "# flake8: noqa",
        "# noqualms",
    ],
)
def test_other_comments_suppress_nothing(comment: str) -> None:
    assert kept(f"x = 1  {comment}\n", ("GL201", 1)) == [("GL201", 1)]


def test_all_lines_of_the_statement_count() -> None:
    text = "x = f(\n    1,  # gradlint: ignore[GL201]\n    2,\n)\ny = 1\n"
    assert kept(text, *[("GL201", line) for line in range(1, 6)]) == [("GL201", 5)]


def test_a_comment_on_its_own_line_means_the_next_statement() -> None:
    text = "# gradlint: ignore[GL201]\n# more words\n\nx = f(\n    1,\n)\ny = 1\n"
    places = [("GL201", line) for line in (4, 5, 7)]
    assert kept(text, *places) == [("GL201", 7)]


def test_a_comment_inside_a_statement_means_that_statement() -> None:
    text = "x = f(\n    # gradlint: ignore[GL201]\n    1,\n)\ny = 1\n"
    assert kept(text, ("GL201", 1), ("GL201", 3), ("GL201", 5)) == [("GL201", 5)]


def test_of_a_compound_statement_only_the_header_is_meant() -> None:
    text = (
        "@decorator\n"
        "class C(\n"
        "    Base,\n"
        "):  # gradlint: ignore[GL201]\n"
        "    def f(self):\n"
        "        return 1\n"
    )
    places = [("GL201", line) for line in range(1, 7)]
    assert kept(text, *places) == [("GL201", 5), ("GL201", 6)]
    assert kept("# gradlint: ignore[GL201]\n" + text.replace("#", "#!"), *places[1:]) == [
        ("GL201", 6)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    a\nexcept E:  # gradlint: ignore\n    b\n",
        "if x:\n    a\nelse:  # gradlint: ignore\n    b\n",
        "match x:\n    case 1:  # gradlint: ignore\n        pass\n",
    ],
)
def test_clauses_without_a_statement_of_their_own(text: str) -> None:
    line = text[: text.index("#")].count("\n") + 1
    assert kept(text, ("GL201", line), ("GL201", line + 1)) == [("GL201", line + 1)]


def test_a_whole_file() -> None:
    text = "x = 1\ny = 2\n# gradlint: ignore-file[GL201] generated\n"
    assert kept(text, ("GL201", 1), ("GL202", 2)) == [("GL202", 2)]
    assert kept("# gradlint: ignore-file\nx = 1", ("GL201", 2)) == []


def test_strings_are_not_comments() -> None:
    text = 'x = "# gradlint: ignore"\ny = """\n# gradlint: ignore-file\n"""\n'
    result, unused, unknown = run(text, ("GL201", 1))
    assert (len(result.kept), unused, unknown) == (1, [], [])


def test_what_is_unused_is_told_with_the_edit_that_removes_it() -> None:
    cases = {
        "x = 1  # gradlint: ignore[GL201] why\ny = 2": "x = 1\ny = 2",
        "# gradlint: ignore[GL201]\ny = 2": "y = 2",
        "x = 1  # gradlint: ignore\n": "x = 1\n",
        "x = 1  # gradlint: ignore[]": "x = 1",
        "x = 1  # gradlint: ignore[GL201]  # noqa: E1": "x = 1  # noqa: E1",
        "x = 1  # noqa: E1 # gradlint: ignore[GL301]": "x = 1  # noqa: E1",
        "x = 1  # gradlint: ignore[GL301, GL202] y": "x = 1  # gradlint: ignore[GL202] y",
    }
    for text, repaired in cases.items():
        place = [("GL202", 1)] if "GL202" in text else []
        _, unused, _ = run(text, *place)
        (fault,) = unused
        edit = fault.removal
        lines = text.split("\n")
        starts = [sum(len(it) + 1 for it in lines[:n]) for n in range(len(lines) + 1)]
        start = starts[edit.span.line - 1] + edit.span.column - 1
        end = starts[edit.span.end_line - 1] + edit.span.end_column - 1
        assert text[:start] + edit.text + text[end:] == repaired
        if "[GL301, GL202]" in text:
            assert fault.codes == ("GL301",)


def test_used_comments_and_those_of_rules_that_did_not_run_are_not_blamed() -> None:
    used = "x = 1  # gradlint: ignore[GL201]\n# gradlint: ignore-file[GL201]\n"
    assert run(used, ("GL201", 1))[1] == []
    assert run("x = 1  # gradlint: ignore[GL201]", ran=["GL301"])[1] == []
    assert run("x = 1  # gradlint: ignore[GL2]", ran=["GL201"])[1] == []
    assert run("x = 1  # gradlint: ignore", all_ran=False)[1] == []
    assert run("x = 1  # noqa")[1] == []
    assert run("x = 1  # noqa: GL201")[1] == []


def test_unknown_rules_are_told_with_the_nearest_name() -> None:
    _, unused, unknown = run("x = 1  # gradlint: ignore[rnn-without-cliping, E501, GL999]")
    assert unused == []
    assert [(it.key, it.suggestion) for it in unknown] == [
        ("rnn-without-cliping", "rnn-without-clipping"),
        ("E501", None),
        ("GL999", unknown[2].suggestion),
    ]
    assert unknown[0].span == Span(1, 27, 1, 46)


def test_comments_before_the_place_where_a_file_breaks_still_count() -> None:
    for rest in ("x = '\0'\n", "x = (\n", "  y\n z\n", 'x = "\n', "\\"):
        source = source_of(f"# gradlint: ignore-file[GL001]\nif 1:\n    pass\n{rest}")
        assert [it.text for it in directives(source)] == ["# gradlint: ignore-file[GL001]"]


def test_columns_are_code_points() -> None:
    _, _, (unknown,) = run("x = '漢字'  # gradlint: ignore[nope]")
    assert unknown.span == Span(1, 30, 1, 34)


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "# gradlint: ignore",
            "# gradlint: ignore-file[",
            "GL201",
            "# noqa",
            "x = 1",
            "'''",
            "if x:",
            "    ",
            "GL",
            *"[], \n:\\()\r\x0cé\0",
        ]
    ),
    max_size=25,
).map("".join)


@given(FRAGMENTS | st.text(max_size=60))
def test_comments_are_found_without_an_exception(text: str) -> None:
    source = source_of(text)
    found = directives(source)
    for directive in found:
        span = directive.span
        line = source.line(span.line)
        assert line[span.column - 1 : span.end_column - 1] == directive.text
        assert re.match(r"#\s*(gradlint|noqa)", directive.text, re.IGNORECASE)
    scopes, _ = suppress(source, found, [], [], resolve)
    faults(scopes, list(RULES), set(RULES), all_ran=True)


@given(FRAGMENTS)
def test_comments_of_valid_programs_are_all_found(text: str) -> None:
    tree = parse_text(text)
    if not isinstance(tree, ast.Module):
        return
    assert statement_lines(tree) == sorted(statement_lines(tree))
    found = directives(source_of(text))
    if "'" not in text:
        wanted = len(re.findall(r"#\s*gradlint:\s*ignore(?:-file)?(?![\w-])", text))
        assert sum(not directive.noqa for directive in found) == wanted
