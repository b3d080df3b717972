"""Notebooks -> one program, positions back to cells."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from gradlint.finding import Skip, Span
from gradlint.source.parsing import parse
from gradlint.source.reading import from_bytes
from gradlint.source.text import SourceFile, Unreadable


def code(source: str | list[str], **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, **more}


def notebook(*cells: Any, **more: Any) -> SourceFile:
    result = from_bytes("n.ipynb", json.dumps({"cells": list(cells), **more}).encode())
    assert isinstance(result, SourceFile)
    return result


def one(source: str) -> str:
    return notebook(code(source)).text


def test_code_cells_are_joined_by_one_newline_and_counted_among_all() -> None:
    source = notebook(
        {"cell_type": "markdown", "source": "# Title"},
        code(["import torch\n", "x = 1"]),
        {"cell_type": "raw", "source": "y"},
        code("y = 2\n"),
        code(""),
        code("z = 3"),
    )
    assert source.text == "import torch\nx = 1\ny = 2\n\n\nz = 3"
    places = [source.position(line) for line in range(1, 7)]
    assert places == [(1, 1), (1, 2), (3, 1), (3, 2), (4, 1), (5, 1)]


def test_nbformat_3_worksheets() -> None:
    document = {
        "worksheets": [
            {"cells": [{"cell_type": "heading", "source": "T"}]},
            {"cells": [{"cell_type": "code", "input": ["a = 1"], "language": "python"}]},
        ]
    }
    source = from_bytes("n.ipynb", json.dumps(document).encode())
    assert isinstance(source, SourceFile)
    assert source.text == "a = 1"
    assert source.position(1) == (1, 1)


@pytest.mark.parametrize(
    ("cell", "program"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install torch\nx = 1", "pass\nx = 1"),
        ("pip install -q torch\nx = 1", "pass\nx = 1"),
        ("for x in y:\n    !echo $x\n    z", "for x in y:\n    pass\n    z"),
        ("files = !ls\nn = %env HOME", "files = get_ipython()\nn = get_ipython()"),
        ("?print\nprint?\nx = 1\nmodel.fit??", "pass\npass\nx = 1\npass"),
        ("%%time\nmodel.fit(x)", "pass\nmodel.fit(x)"),
        ("%%capture out\n%%time\n%cd x\ny = 1", "pass\npass\npass\ny = 1"),
        ("\n%%bash\nls -l\nfor i in *; do", "\npass\n\n"),
        ("%%writefile a.py\nimport torch", "pass\n"),
        ("%time x = f(1)", "pass; x = f(1)"),
        ("%timeit x = f(1)", "pass;   x = f(1)"),
        ("%timeit -n 3 f(1)", "pass"),
        ("!pip install a \\\n  b\nx = 1", "pass\n\nx = 1"),
        ('s = """\n%not magic\n"""\n%magic', 's = """\n%not magic\n"""\npass'),
        ("x = (a\n     % b)\n%magic", "x = (a\n     % b)\npass"),
        ("x = '(' # (\n%magic", "x = '(' # (\npass"),
        ("x = a \\\n    % b\n%magic", "x = a \\\n    % b\npass"),
        ('s = "%d" % 3\n%m', 's = "%d" % 3\npass'),
        ("get_ipython().system('ls')", "get_ipython().system('ls')"),
        ("await f()", "await f()"),
    ],
)
def test_magics_become_harmless_where_they_stand(cell: str, program: str) -> None:
    assert one(cell) == program
    ast.parse(program)


def test_a_string_that_looks_like_a_magic_is_left_alone() -> None:
    text = 'x = """\n!ls\n%%time\n"""'
    assert one(text) == text


def test_a_cell_indented_as_a_whole_keeps_its_columns() -> None:
    source = notebook(code("    x = 1\n    y = x"))
    assert source.text == "x = 1\ny = x"
    assert source.span(2, 4, 2, 5) == Span(2, 9, 2, 10)
    assert source.line(2) == "    y = x"


def test_a_broken_cell_does_not_take_the_others_with_it() -> None:
    source = notebook(code("a = 1"), code("for x in\n    pass"), code("b = 2"))
    assert source.text == "a = 1\n\n\nb = 2"
    (failure,) = source.broken
    assert source.position(failure.span.line) == (1, 1)
    assert isinstance(parse(source), ast.Module)
    assert source.line(2) == "for x in"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty, not a notebook"),
        (b"{", "is not valid JSON"),
        (b"[]", "its top level is not a JSON object"),
        (b"{}", "it has no list of cells"),
        (b'{"cells": 3}', "it has no list of cells"),
        (b"\xff", "not UTF-8"),
        (b'{"cells": [\n<<<<<<< HEAD\n', "a merge conflict"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"cells": [' + b"9" * 5000 + b"]}", "is not a notebook"),
    ],
)
def test_what_is_no_notebook_is_told(data: bytes, reason: str) -> None:
    result = from_bytes("n.ipynb", data)
    assert isinstance(result, Unreadable)
    assert reason in result.reason
    assert result.help


def test_odd_cells_are_passed_over() -> None:
    source = notebook(None, 3, {}, code(["a = 1", 4]), code(None), {"cell_type": "code"})  # type: ignore[list-item,arg-type]
    assert "a = 1" in source.text
    assert isinstance(parse(source), ast.Module)


def test_notebooks_in_other_languages_are_skipped() -> None:
    for metadata in (
        {"kernelspec": {"language": "R"}},
        {"language_info": {"name": "julia"}},
    ):
        document = {"cells": [code("x <- 1")], "metadata": metadata}
        result = from_bytes("n.ipynb", json.dumps(document).encode())
        assert isinstance(result, Skip)


def test_cells_in_other_languages_are_left_out() -> None:
    source = notebook(code("SELECT 1", metadata={"vscode": {"languageId": "sql"}}), code("a = 1"))
    assert source.text == "a = 1"
    assert source.position(1) == (1, 1)


def test_lone_surrogates_in_json_do_not_reach_the_parser() -> None:
    data = b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}'
    source = from_bytes("n.ipynb", data)
    assert isinstance(source, SourceFile)
    assert isinstance(parse(source), ast.Module)


CELL_LINES = st.lists(
    st.sampled_from(
        [
            "x = 1",
            "%magic",
            "!ls",
            "for x in y:",
            "    pass",
            "%%time",
            '"""',
            "(",
            ")",
            "é = 2",
            "",
            *("x = !ls", "\\", "x?", "  %m", "    y", "# (", "'"),
        ]
    ),
    max_size=8,
)


@given(st.lists(st.tuples(st.booleans(), CELL_LINES), max_size=6))
def test_every_code_line_has_one_place_and_the_program_parses(
    cells: list[tuple[bool, list[str]]],
) -> None:
    raw = [
        code("\n".join(lines)) if is_code else {"cell_type": "markdown", "source": "\n".join(lines)}
        for is_code, lines in cells
    ]
    source = notebook(*raw)
    wanted = {
        (index, line + 1): text
        for index, (is_code, lines) in enumerate(cells)
        if is_code
        for line, text in enumerate("\n".join(lines).split("\n"))
    }
    if not wanted:
        assert source.text == ""
        return
    places = {source.position(line): source.line(line) for line in range(1, len(source.lines) + 1)}
    assert places == wanted
    assert len(source.lines) == len(wanted)
    assert isinstance(parse(source), ast.Module)
    for failure in source.broken:
        assert source.position(failure.span.line) in wanted


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "source", "cell_type", "metadata", "kernelspec", "language"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_read_without_an_exception(document: Any) -> None:
    result = from_bytes("n.ipynb", json.dumps(document).encode())
    assert isinstance(result, (SourceFile, Unreadable, Skip))


@given(st.text(max_size=200))
def test_any_cell_is_read_without_an_exception(text: str) -> None:
    source = notebook(code(text))
    assert isinstance(parse(source), ast.Module)
