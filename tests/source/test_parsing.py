"""Text -> tree, or one plain sentence."""

from __future__ import annotations

import ast
import sys
import warnings

import pytest
from hypothesis import given, strategies as st

from gradlint.source.parsing import Failure, parse, parse_text
from gradlint.source.text import SourceFile, SyntaxFailure


def failure(text: str) -> Failure:
    result = parse_text(text)
    assert isinstance(result, Failure), text
    return result


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('print "x"', "`print` is a statement"),
        ("for x in y: print x,", "`print` is a statement"),
        ('exec "x"', "`exec` is a statement"),
        ("try: pass\nexcept ValueError, e: pass", "`except X, e`"),
        ("x = `y`", "backticks"),
        ("x = 0777", "octal numbers are written `0777`"),
        ("x = ur'a'", "`ur''` strings"),
        ('raise ValueError, "x"', "`raise E, message`"),
        ("if a <> b: pass", "`<>`"),
        ("x = 10L", "long integers (`10L`)"),
        ("def f((a, b)): pass", "a parameter is a tuple"),
    ],
)
def test_python_2_is_named(text: str, what: str) -> None:
    if sys.version_info >= (3, 14) and "except" in text:
        pytest.skip("valid in Python 3.14")
    assert failure(text).message == f"this is Python 2: {what}"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("type X = int", (3, 12)),
        ("type Pair[T] = tuple[T, T]", (3, 12)),
        ("def first[T](xs: list[T]) -> T: ...", (3, 12)),
        ("class Box[T]: ...", (3, 12)),
        ("class Box[T = int]: ...", (3, 13)),
        ('f"{x["a"]}"', (3, 12)),
        ("f'{a['x']}'", (3, 12)),
        ("f\"{'\\n'.join(x)}\"", (3, 12)),
        ('t"{x}"', (3, 14)),
        ("try: pass\nexcept TypeError, ValueError: pass", (3, 14)),
    ],
)
def test_syntax_of_a_newer_python_is_named(text: str, version: tuple[int, int]) -> None:
    if sys.version_info >= version:
        assert isinstance(parse_text(text), ast.Module)
    else:
        found = failure(text)
        assert found.message.startswith(f"needs Python {version[0]}.{version[1]} or newer: ")
        assert found.help.startswith("run gradlint with Python 3.")


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("x = (", "not valid Python: '(' was never closed", (1, 5)),
        ("x = 1\n  y = 2", "not valid Python: unexpected indent", (2, 2)),
        ("a = 1\n<<<<<<< HEAD\nb = 2", "a merge conflict is left in the file", (2, 1)),
        ("if x:\n\ty\n        z", "indentation mixes tabs and spaces", (3, 1)),
        ("a = 1\nb = '\0'", "contains a NUL byte", (2, 6)),
        ("a = 1\r\rb = '\0'", "contains a NUL byte", (3, 6)),
        ("é = 1 2", "not valid Python", (1, 7)),
    ],
)
def test_the_place_is_where_the_parser_stopped(
    text: str, message: str, place: tuple[int, int]
) -> None:
    found = failure(text)
    assert found.message.startswith(message)
    assert found.line == place[0]
    assert abs(found.column - place[1]) <= 2
    assert found.help


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1000 + ")" * 1000,
        "[" * 1000 + "]" * 1000,
        "x = " + "-" * 50_000 + "1",
        "a" + ".b" * 50_000,
        "a" + " + b" * 50_000,
        "f" + "(x)" * 50_000,
        "\n".join("    " * depth + "if x:" for depth in range(1000)),
        "lambda: " * 10_000 + "1",
    ],
)
def test_deep_nesting_is_a_sentence_not_a_crash(text: str) -> None:
    result = parse_text(text)
    assert isinstance(result, (ast.Module, Failure))
    if isinstance(result, Failure):
        assert result.message


def test_no_warning_escapes() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(parse_text(r"x = '\d' is 3"), ast.Module)


@given(st.text(max_size=60))
def test_any_text_parses_or_fails_inside_itself(text: str) -> None:
    result = parse(SourceFile("a.py", text, b""))
    if isinstance(result, SyntaxFailure):
        span = result.span
        assert (1, 1) <= (span.line, span.column) <= (span.end_line, span.end_column)
        assert span.line <= text.count("\n") + text.count("\r") + 1
        assert result.message[:1].islower()


@given(
    st.lists(
        st.sampled_from(
            [
                "def",
                "class",
                "print",
                "type",
                "x",
                "1",
                "L",
                "\n",
                "\t",
                "#",
                "f'{",
                *"[](){}:='\"`,",
            ]
        )
    )
)
def test_any_tokens_parse_or_fail(tokens: list[str]) -> None:
    assert isinstance(parse_text(" ".join(tokens)), (ast.Module, Failure))
