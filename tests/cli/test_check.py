"""`gradlint check`, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Gradlint = Callable[..., Result]
Write = Callable[[str, str | bytes], Path]

BROKEN = "import torch\nfor x in\n"
IDLE = "x = 1  # gradlint: ignore[syntax-error]\n"


def test_a_clean_project(gradlint: Gradlint, write: Write) -> None:
    write("a.py", "import torch\nloss.backward()\n")
    write("b/c.py", "x = 1\n")
    result = gradlint("check")
    assert result.stdout == "All checks passed: 2 files read, 1 with training code.\n"
    assert (result.stderr, result.exit_code) == ("", 0)


def test_files_without_training_code_have_not_passed(gradlint: Gradlint, write: Write) -> None:
    write("a.py", "import torch\n")
    write("b.py", "x = 1\n")
    result = gradlint("check")
    assert result.stdout == "Nothing to judge: 2 files read, none with training code.\n"
    assert (result.stderr, result.exit_code) == ("", 0)


def test_findings_come_sorted_with_their_source(gradlint: Gradlint, write: Write) -> None:
    write("b.py", BROKEN)
    write("a.py", IDLE)
    result = gradlint("check", "b.py", "a.py")
    assert result.stdout == (
        "info[GL003] unused-suppression: nothing to suppress here for `syntax-error`\n"
        " --> a.py:1:8\n"
        "   |\n"
        " 1 | x = 1  # gradlint: ignore[syntax-error]\n"
        "   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "   |\n"
        "   = help: delete it, or the next finding here is lost\n"
        "\n"
        "error[GL001] syntax-error: not valid Python\n"
        " --> b.py:2:9\n"
        "   |\n"
        " 1 | import torch\n"
        " 2 | for x in\n"
        "   |         ^\n"
        "   |\n"
        "   = help: correct the syntax; no rule can run before that\n"
        "\n"
        "Found 1 error, 1 info in 2 files (2 files read, none with training code).\n"
    )
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--fail-on", "info"], 1),
        (["--fail-on", "info", "--exit-zero"], 0),
        (["--fail-on", "info", "--severity", "warning"], 0),
        (["--fail-on", "never"], 0),
        (["--select", "GL001", "--fail-on", "info"], 0),
        (["--ignore", "GL003", "--fail-on", "info"], 0),
        (["--ignore", "GL001,unused-suppression", "--fail-on", "info"], 0),
    ],
)
def test_what_decides_the_exit_code(
    gradlint: Gradlint, write: Write, options: list[str], code: int
) -> None:
    write("a.py", IDLE)
    assert gradlint("check", "a.py", *options).exit_code == code


def test_concise_output(gradlint: Gradlint, write: Write) -> None:
    write("a.py", BROKEN)
    result = gradlint("check", "--output-format", "concise", "--quiet")
    assert result.stdout == "a.py:2:9: error[GL001] not valid Python\n"


def test_json_output_is_json_whatever_happens(gradlint: Gradlint, write: Write) -> None:
    document = json.loads(gradlint("check", "--output-format", "json").stdout)
    assert document["diagnostics"] == []
    write("a.py", BROKEN)
    result = gradlint("check", "--output-format", "json", "--statistics", "--show-skipped")
    document = json.loads(result.stdout)
    (found,) = document["diagnostics"]
    assert (found["code"], found["path"], found["line"], found["column"]) == ("GL001", "a.py", 2, 9)
    assert document["summary"]["errors"] == 1
    assert result.exit_code == 1


def test_reports_go_to_files_beside_the_output(
    gradlint: Gradlint, write: Write, project: Path
) -> None:
    write("a.py", BROKEN)
    arguments = ["--report", "json:out.json", "--report", "concise:out.txt"]
    result = gradlint("check", *arguments)
    assert "-->" in result.stdout
    assert json.loads((project / "out.json").read_text())["summary"]["errors"] == 1
    assert (project / "out.txt").read_text().startswith("a.py:2:9: error")


def test_standard_input(gradlint: Gradlint, write: Write) -> None:
    result = gradlint("check", "-", stdin=BROKEN)
    assert "--> <stdin>:2:9" in result.stdout
    assert "2 | for x in" in result.stdout
    result = gradlint("check", "-", "--stdin-filename", "src/a.py", stdin=BROKEN)
    assert "--> src/a.py:2:9" in result.stdout
    cells = json.dumps({"cells": [{"cell_type": "code", "source": "for x in"}]})
    result = gradlint("check", "-", "--stdin-filename", "n.ipynb", stdin=cells)
    assert "--> n.ipynb:cell 0:1:9" in result.stdout
    write("gradlint.toml", 'ignore = ["GL001"]')
    assert gradlint("check", "-", stdin=BROKEN).exit_code == 0
    assert gradlint("check", "-", "--isolated", stdin=BROKEN).exit_code == 1


def test_a_notebook_keeps_its_cells(gradlint: Gradlint, write: Write) -> None:
    document = {
        "cells": [
            {"cell_type": "markdown", "source": "# x"},
            {"cell_type": "code", "source": "%matplotlib inline\nimport torch"},
            {"cell_type": "code", "source": ["y = 1\n", "z = 1  # gradlint: ignore[GL201]"]},
            {"cell_type": "code", "source": "print 'x'"},
        ]
    }
    document["cells"][2]["source"][1] = "z = 1  # gradlint: ignore[nope]"  # type: ignore[index]
    write("n.ipynb", json.dumps(document))
    result = gradlint("check", "--output-format", "concise", "-q")
    assert result.stdout == (
        "n.ipynb:cell 2:2:27: warning[GL004] no rule is called `nope`\n"
        "n.ipynb:cell 3:1:1: error[GL001] this is Python 2: `print` is a statement\n"
    )
    found = json.loads(gradlint("check", "--output-format", "json").stdout)["diagnostics"]
    places = [(it["cell"], it["line"], it["end_line"], it["source_line"]) for it in found]
    assert places == [(2, 2, 2, 4), (3, 1, 1, 5)]


def test_statistics(gradlint: Gradlint, write: Write) -> None:
    write("a.py", IDLE + IDLE)
    write("b.py", BROKEN)
    result = gradlint("check", "--statistics", "--output-format", "concise")
    assert "2  GL003  unused-suppression\n1  GL001  syntax-error\n" in result.stdout


def test_show_skipped(gradlint: Gradlint, write: Write) -> None:
    write("large.py", "x = 1\n" * 1_000_000)
    write("train.py", "import torch\nloss.backward()\n")
    write("names.py", "import torch\n")
    write("src/a.py", "x = 1\n")
    write("src/b.py", "x = 1\n")
    result = gradlint("check", "--show-skipped")
    assert result.stdout == (
        "Not followed to the end: larger than 2,000,000 bytes (`max-file-size`) (1 file)\n"
        "  large.py\n"
        "Never interpreted: a framework is named, but nothing that the selected rules judge"
        " (1 file)\n"
        "  names.py\n"
        "Never interpreted: no framework that gradlint knows is named (2 files)\n"
        "  src/a.py\n"
        "  src/b.py\n"
        "\n"
        "All checks passed: 4 files read, 1 with training code,"
        " 1 not followed to the end: larger than 2,000,000 bytes (`max-file-size`).\n"
    )
    assert result.exit_code == 0
    short = gradlint("check", "--show-skipped", "--output-format", "concise").stdout
    assert "  large.py\n" in short
    assert "is named (2 files)\n" in short
    assert "a.py" not in short
    document = json.loads(gradlint("check", "--output-format", "json").stdout)
    assert [it["path"] for it in document["skipped"]] == ["large.py"]
    assert document["not_interpreted"] == [
        {
            "reason": "a framework is named, but nothing that the selected rules judge",
            "paths": ["names.py"],
        },
        {
            "reason": "no framework that gradlint knows is named",
            "paths": ["src/a.py", "src/b.py"],
        },
    ]
    counts = [document["summary"][it] for it in ("files", "interpreted", "skipped")]
    assert counts == [4, 1, 1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"import torch\nprint 'x'\n", "this is Python 2: `print` is a statement"),
        (b"import torch\nx = '\xe9'\n", "the file is not UTF-8: byte 0xe9 on line 2"),
        (b"import torch\nx = '\0'\n", "contains a NUL byte"),
        (
            b"import torch\n" + b"(" * 1000 + b")" * 1000,
            "nested too deeply to be parsed",
        ),
        (b"import torch\n# coding: utf-8\n\xff\xfe", "the file is not UTF-8"),
    ],
)
def test_bad_files_are_findings(
    gradlint: Gradlint, write: Write, content: bytes, message: str
) -> None:
    write("bad.py", content)
    write("good.py", "x = 1\n")
    result = gradlint("check", "--output-format", "concise")
    assert message in result.stdout
    assert "in 1 file (2 files read" in result.stdout
    assert result.exit_code == 1


@pytest.mark.parametrize("content", [b"{torch", b"\xff torch", b'{"cells": "torch"}'])
def test_bad_notebooks_are_findings(gradlint: Gradlint, write: Write, content: bytes) -> None:
    write("bad.ipynb", content)
    result = gradlint("check", "--output-format", "concise")
    assert "error[GL002] the file is not" in result.stdout


def test_a_path_that_does_not_exist(gradlint: Gradlint) -> None:
    result = gradlint("check", "nope.py")
    assert "the file does not exist" in result.stdout
    assert result.exit_code == 1


def test_a_file_that_may_not_be_read(
    gradlint: Gradlint, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.py", "import torch\n")

    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert "the file may not be read" in gradlint("check", "a.py", "--isolated").stdout


def test_files_that_mention_no_framework_are_dismissed_unless_named(
    gradlint: Gradlint, write: Write
) -> None:
    write("old.py", "print 'x'\n")
    assert gradlint("check").exit_code == 0
    assert gradlint("check", "old.py").exit_code == 1


def test_nothing_to_check(gradlint: Gradlint) -> None:
    result = gradlint("check")
    assert result.stdout == ""
    assert "no Python files or notebooks were found" in result.stderr
    assert result.exit_code == 0


def test_excludes(gradlint: Gradlint, write: Write) -> None:
    for name in ("a.py", "gen/b.py", "venv/c.py"):
        write(name, BROKEN)
    concise = ["--output-format", "concise", "-q"]
    assert gradlint("check", *concise).stdout.count("\n") == 2
    assert gradlint("check", *concise, "--extend-exclude", "gen").stdout.count("\n") == 1
    assert gradlint("check", *concise, "--exclude", "gen,a.py").stdout.startswith("venv/c.py")
    assert gradlint("check", *concise, "--exclude", "*", "gen/b.py").exit_code == 1


def test_per_file_ignores(gradlint: Gradlint, write: Write) -> None:
    write("tests/a.py", BROKEN)
    write("b.py", BROKEN)
    write("pyproject.toml", '[tool.gradlint.per-file-ignores]\n"tests/*" = ["GL001"]\n')
    assert "Found 1 error in 1 file (2 files read" in gradlint("check").stdout
    assert gradlint("check", "tests/a.py").exit_code == 0
    assert gradlint("check", "tests").exit_code == 0
    assert gradlint("check", "tests", "--isolated").exit_code == 1


def test_suppression(gradlint: Gradlint, write: Write) -> None:
    write("a.py", "# gradlint: ignore-file[syntax-error] a template\n" + BROKEN)
    assert gradlint("check").stdout.endswith("1 finding suppressed.\n")
    assert gradlint("check").exit_code == 0
    write("a.py", "x = 1  # gradlint: ignore[syntax-error, unused-suppression]\n")
    assert gradlint("check", "--fail-on", "info").exit_code == 0
    write("a.py", "# gradlint: ignore-file[GL004]\nx = 1  # gradlint: ignore[nope]\n")
    assert gradlint("check", "--fail-on", "info").exit_code == 0
    write("a.py", "x = 1  # gradlint: ignore\n")
    assert "nothing to suppress here" in gradlint("check").stdout
    assert "nothing to suppress" not in gradlint("check", "--select", "GL003").stdout


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("train.py", "import os".encode("utf-16")),
        ("train.py", b"x = '\xa0\xff'\n"),
        ("train.ipynb", b"version https://git-lfs.github.com/spec/v1\n"),
    ],
)
def test_a_file_of_a_directory_that_cannot_be_read_is_told(
    gradlint: Gradlint, project: Path, name: str, data: bytes
) -> None:
    (project / name).write_bytes(data)
    result = gradlint("check", "--output-format", "concise")
    assert result.exit_code == 1
    assert "error[GL002]" in result.stdout


def test_no_command_shows_the_commands(gradlint: Gradlint) -> None:
    result = gradlint()
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "check   Find what will go wrong" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "--select", "GL00l"], "unknown rule or family `GL00l`; did you mean `GL0"),
        (["check", "--select="], "`--select` names no rule"),
        (["check", "--output-format", "xml"], "'xml' is not one of"),
        (["check", "--nope"], "no such option '--nope'"),
        (["check", "--no-cache"], "no such option '--no-cache'"),
        (["check", "--fail-on", "bad"], "'bad' is not one of"),
        (["check", "--jobs", "x"], "a number, or `auto`"),
        (["check", "--report", "json"], "write FORMAT:PATH"),
        (["check", "--report", "xml:a"], "FORMAT one of full, concise, json"),
        (["check", "--report", "json:no/such/dir/a"], "cannot write the report `no/such/dir/a`"),
        (["check", "-", "a.py"], "`-` cannot be combined with other paths"),
        (["check", "--stdin-filename", "a.py"], "`--stdin-filename` goes with `-`"),
        (["check", "--config", "nope.toml"], "nope.toml: cannot be read"),
        (["check", "--config", "a", "--isolated"], "contradict each other"),
        (["chek"], "unknown command `chek`; did you mean `check`?"),
        (["there.py"], "did you mean `gradlint check there.py`?"),
        (["rule"], "name one rule"),
        (["rule", "GL22"], "no rule is called `GL22`; did you mean `GL2"),
        (["rule", "clip-after-stp"], "`clip-after-stp`; did you mean `clip-after-step`?"),
        (
            ["rule", "nan"],
            "did you mean `nan-in-metric`, `nan-comparison` or `nan-masked-as-zero`?",
        ),
        (["rule", "203"], "no rule is called `203`; did you mean `TL203` or `GL203`?"),
        (["rule", "GL99"], "no rule is called `GL99`; see `gradlint rule --all`"),
        (["rule", ""], "no rule is called ``; see `gradlint rule --all`"),
        (["config", "severty"], "neither a setting nor a path; did you mean `severity`?"),
        (["config", "x"], "`x` is neither a setting nor a path; `gradlint config` prints all"),
        (["config", "--severty", "info"], "no such option '--severty'"),
    ],
)
def test_usage_errors_are_one_line_and_exit_with_2(
    gradlint: Gradlint, write: Write, arguments: list[str], message: str
) -> None:
    write("there.py", "")
    result = gradlint(*arguments)
    assert result.exit_code == 2
    assert message.lower() in result.stderr.lower()
    assert result.stderr.startswith("gradlint: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_configuration_error_exits_with_2(
    gradlint: Gradlint, write: Write, project: Path
) -> None:
    write("gradlint.toml", "selct = []")
    result = gradlint("check")
    assert result.exit_code == 2
    assert result.stderr == (
        f"gradlint: {project}/gradlint.toml: unknown key `selct`; did you mean `select`?\n"
    )
    assert gradlint("check", "--isolated").exit_code == 0


def test_an_internal_error_is_one_line(
    gradlint: Gradlint, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("broken")

    write("a.py", BROKEN)
    monkeypatch.setattr("gradlint.report.full.render", fail)
    result = gradlint("check")
    assert result.exit_code == 2
    assert result.stderr.startswith("gradlint: internal error: ZeroDivisionError: broken (")
    assert "Traceback" not in result.stderr
    monkeypatch.setenv("GRADLINT_TRACEBACK", "1")
    assert isinstance(gradlint("check").exception, ZeroDivisionError)


def test_an_internal_error_of_the_system_is_not_one_of_the_output(
    gradlint: Gradlint, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise FileNotFoundError(2, "No such file", "x")

    write("a.py", BROKEN)
    monkeypatch.setattr("gradlint.report.full.render", fail)
    assert "internal error: FileNotFoundError" in gradlint("check").stderr
    monkeypatch.setenv("GRADLINT_TRACEBACK", "1")
    assert isinstance(gradlint("check").exception, FileNotFoundError)


def run(*arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, **more}
    return subprocess.run(
        [sys.executable, "-m", "gradlint", *arguments], cwd=cwd, capture_output=True, env=env
    )


def test_a_narrow_encoding_gets_escapes(write: Write, project: Path) -> None:
    write("gradlint.toml", "select = ['GLé']")
    result = run("check", cwd=project, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.returncode == 2
    assert b"GL\\xe9" in result.stderr


@pytest.mark.parametrize(
    ("env", "beginning"),
    [({}, b"warning[GL"), ({"FORCE_COLOR": "1", "TERM": "xterm"}, b"\x1b[1;35mwar")],
)
def test_a_pipe_that_is_closed_halfway_is_no_error(
    write: Write, project: Path, env: dict[str, str], beginning: bytes
) -> None:
    write("a.py", "\n".join(f"x = 1  # gradlint: ignore[nope{n}]" for n in range(1000)))
    process = subprocess.Popen(
        [sys.executable, "-m", "gradlint", "check", "a.py"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **env},
    )
    assert process.stdout is not None
    assert process.stdout.read(10) == beginning
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait() == 141
    process.stderr.close()


def test_user_text_cannot_steer_the_terminal(gradlint: Gradlint, write: Write) -> None:
    write("\x1b[2Jevil.py", "import torch\nx = '\x1b]0;title\x07' 1 \u202e\n")
    for kind in ("full", "concise", "json"):
        text = gradlint("check", "--output-format", kind).stdout
        assert not set(text) & set("\x1b\x07\u202e\x7f\x9b")
