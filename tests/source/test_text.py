"""Bytes -> text and columns."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from gradlint.finding import Skip, Span
from gradlint.source.reading import from_bytes, read
from gradlint.source.text import SourceFile, Unreadable, display_path, split_lines


def program(data: bytes | str, name: str = "a.py") -> SourceFile:
    source = from_bytes(name, data.encode() if isinstance(data, str) else data)
    assert isinstance(source, SourceFile)
    return source


def unreadable(data: bytes) -> Unreadable:
    result = from_bytes("a.py", data)
    assert isinstance(result, Unreadable)
    return result


def test_a_coding_cookie_is_followed_on_either_of_the_first_two_lines() -> None:
    assert program("# coding: latin-1\nx = 'é'\n".encode("latin-1")).line(2) == "x = 'é'"
    assert program(b"#!/usr/bin/python\n# -*- coding: cp1252 -*-\nx = '\x80'").line(3) == "x = '€'"
    assert "byte 0xe9 on line 3" in unreadable(b"\n\n# coding: latin-1 \xe9").reason


def test_a_cookie_after_code_is_no_cookie() -> None:
    assert "UTF-8" in unreadable(b"x = 1\n# coding: latin-1\ny = '\xe9'").reason


def test_a_byte_order_mark_is_no_character() -> None:
    source = program(b"\xef\xbb\xbfx = 1\n")
    assert source.text == "x = 1\n"
    assert source.span(1, 0, 1, 1) == Span(1, 1, 1, 2)


def test_utf_16_is_named() -> None:
    assert "UTF-16" in unreadable("x = 1".encode("utf-16")).reason


@pytest.mark.parametrize("codec", ["no-such-codec", "hex", "rot13", "zip", "idna", "undefined"])
def test_codecs_that_do_not_give_text_are_refused(codec: str) -> None:
    data = f"# coding: {codec}\nx = 'ü'\n".encode()
    assert codec in unreadable(data).reason.lower()


def test_lines_split_where_the_parser_splits() -> None:
    text = "a = 1\r\nb = '\x0c \u2028 \x85'\rc = 3\n"
    assert split_lines(text) == ["a = 1", "b = '\x0c \u2028 \x85'", "c = 3", ""]
    assert [node.lineno for node in ast.parse(text).body] == [1, 2, 3]


def test_a_line_outside_the_file_is_empty() -> None:
    source = program("x = 1")
    assert (source.line(0), source.line(1), source.line(2)) == ("", "x = 1", "")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=40))
def test_columns_are_code_points(content: str) -> None:
    source = program(f"# {content}\nx = 1")
    line = source.line(1)
    column = 0
    for index, character in enumerate(line):
        assert source.span(1, column, 2, 0).column == index + 1
        column += len(character.encode())
    assert source.span(2, 0, 2, 5) == Span(2, 1, 2, 6)


@given(st.text(alphabet="ab'é漢😀 \t", max_size=20))
def test_the_span_of_a_node_is_the_text_of_the_node(content: str) -> None:
    source = program(f"é = {content!r} + z")
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.expr):
            span = source.span(
                node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0
            )
            text = source.line(1)[span.column - 1 : span.end_column - 1]
            assert text == ast.get_source_segment(source.text, node)


@given(st.binary(max_size=200), st.sampled_from(["a.py", "a.ipynb"]))
def test_any_bytes_are_read_without_an_exception(data: bytes, name: str) -> None:
    result = from_bytes(name, data)
    assert isinstance(result, (SourceFile, Unreadable, Skip))


@given(
    st.from_regex(rb"(#.*coding[:=][ ]*[-\w.]{0,12})?\n?[\x00-\xff]{0,30}", fullmatch=True),
)
def test_any_cookie_is_read_without_an_exception(data: bytes) -> None:
    assert isinstance(from_bytes("a.py", data), (SourceFile, Unreadable, Skip))


def test_what_is_not_a_readable_file(tmp_path: Path) -> None:
    folder = tmp_path / "x.py"
    folder.mkdir()
    missing = read(str(tmp_path / "missing.py"))
    directory = read(str(folder))
    assert isinstance(missing, Unreadable)
    assert missing.reason == "does not exist"
    assert isinstance(directory, Unreadable)
    assert directory.reason == "is a directory"
    assert isinstance(read("a\0b.py"), Unreadable)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    result = read(str(tmp_path / "pipe.py"))
    assert isinstance(result, Unreadable)
    assert "regular" in result.reason


def test_a_large_file_is_skipped_not_blamed(tmp_path: Path) -> None:
    path = tmp_path / "generated.py"
    path.write_bytes(b"x = 1\n" * 900_000)
    result = read(str(path))
    assert isinstance(result, Skip)
    assert "larger than 2,000,000 bytes" in result.reason
    assert isinstance(read(str(path), max_size=6_000_000), SourceFile)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/w/project/a.py", "a.py"),
        ("/w/projects/a.py", "/w/projects/a.py"),
        ("./a.py", "a.py"),
        ("b/../a.py", "a.py"),
        ("../a.py", "../a.py"),
        ("a b/é.py", "a b/é.py"),
    ],
)
def test_paths_are_shown_from_the_working_directory(path: str, shown: str) -> None:
    assert display_path(path, "/w/project") == shown
