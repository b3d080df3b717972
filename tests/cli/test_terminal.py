"""What a terminal shows, and what a pipe gets instead."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gradlint.registry import builtin_registry
from gradlint.report.characters import width
from tests.pseudo_terminal import on_terminal
from tests.report.terminals import uncoloured

Gradlint = Callable[..., object]
Write = Callable[[str, str | bytes], Path]

COLOUR = re.compile(r"\x1b\[[\d;]*[349]\d")

TRAIN = """\
import torch
from torch import nn

model = nn.Linear(10, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in batches:
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)  # 損失: it follows from what the model makes of x and from y
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    loss.backward()
    optimizer.step()
"""  # noqa: E501


def gradlint_on_terminal(*arguments: str, cwd: Path, columns: int = 80, **env: str) -> str:
    command = [sys.executable, "-m", "gradlint", *arguments]
    shown, errors = on_terminal(command, cwd=cwd, columns=columns, **env)
    assert errors == ""
    return shown


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
@pytest.mark.parametrize("columns", [40, 80, 140])
def test_a_finding_fills_the_terminal_and_no_more(
    write: Write, project: Path, columns: int, term: str
) -> None:
    write("train.py", TRAIN)
    shown = gradlint_on_terminal("check", "train.py", "-q", cwd=project, columns=columns, TERM=term)
    assert bool(COLOUR.search(shown)) is (term != "dumb")
    lines = uncoloured(shown).split("\n")
    assert columns - 20 < max(map(width, lines)) <= columns
    (marked,) = [number for number, line in enumerate(lines) if "^" in line]
    assert lines[marked].index("^") == lines[marked - 1].index("nn.utils")


def test_a_terminal_may_be_said_to_be_narrower(write: Write, project: Path) -> None:
    write("train.py", TRAIN)
    shown = gradlint_on_terminal("check", "-q", cwd=project, columns=140, COLUMNS="60")
    assert max(map(width, uncoloured(shown).split("\n"))) <= 60


def test_no_colour_is_an_environment_variable(write: Write, project: Path) -> None:
    write("train.py", TRAIN)
    shown = gradlint_on_terminal("check", cwd=project, NO_COLOR="1")
    assert not COLOUR.search(shown)
    assert "error[GL202]" in shown


def test_a_dumb_terminal_gets_plain_text(write: Write, project: Path) -> None:
    write("train.py", TRAIN)
    for arguments in (["check"], ["rule", "GL202"], ["rule", "--all"], ["config"]):
        shown = gradlint_on_terminal(*arguments, cwd=project, TERM="dumb")
        assert "\x1b" not in shown
        assert "GL202" in shown


def test_a_terminal_without_unicode_gets_escapes(write: Write, project: Path) -> None:
    write("train.py", TRAIN)
    shown = gradlint_on_terminal("check", cwd=project, columns=140, PYTHONIOENCODING="ascii")
    assert shown.isascii()
    assert "\\u640d\\u5931" in shown
    for arguments in (["rule", "GL202"], ["rule", "--all"], ["config"]):
        assert gradlint_on_terminal(*arguments, cwd=project, PYTHONIOENCODING="ascii").isascii()


def test_a_pipe_gets_colours_only_by_force(write: Write, project: Path) -> None:
    write("train.py", TRAIN)
    command = [sys.executable, "-m", "gradlint", "check"]

    def piped(**env: str) -> str:
        result = subprocess.run(
            command, cwd=project, capture_output=True, text=True, env={"TERM": "xterm", **env}
        )
        return result.stdout

    assert "\x1b" not in piped()
    assert COLOUR.search(piped(FORCE_COLOR="1"))
    assert not COLOUR.search(piped(FORCE_COLOR="1", NO_COLOR="1"))
    assert "\x1b" not in piped(FORCE_COLOR="")


def test_the_document_of_a_rule_is_set_and_its_code_coloured(project: Path) -> None:
    shown = gradlint_on_terminal("rule", "GL202", cwd=project)
    assert COLOUR.search(shown)
    assert "48;" not in shown
    bare = uncoloured(shown)
    assert not re.search(r"^(#|```)", bare, re.MULTILINE)
    assert bare.startswith("Gradients are clipped")
    assert re.search(r"^bad\n\n  import torch$", bare, re.MULTILINE)
    assert re.search(r"^good\n\n  import torch$", bare, re.MULTILINE)


def test_code_that_is_too_long_for_the_terminal_goes_on_further_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import io

    from gradlint.report.console import Console

    monkeypatch.setenv("COLUMNS", "40")
    stream = io.StringIO()
    Console(stream).document(
        "```python bad\nfor x, y in batches:\n    loss = criterion(model(x), y)\n\n"
        "    clip(model.parameters(), 1.0, 2.0, error=True)\n```\nText.\n"
    )
    assert [line.rstrip() for line in stream.getvalue().split("\n")] == [
        "bad",
        "",
        "  for x, y in batches:",
        "      loss = criterion(model(x), y)",
        "",
        "      clip(model.parameters(),",
        "              1.0, 2.0, error=True)",
        "",
        "Text.",
        "",
    ]


def test_every_document_of_a_rule_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    from gradlint.cli.rule import document
    from gradlint.report.console import Console

    monkeypatch.setenv("COLUMNS", "60")
    for rule in builtin_registry():
        stream = io.StringIO()
        Console(stream).document(document(rule))
        assert "```" not in stream.getvalue(), rule.name
        assert max(map(width, stream.getvalue().split("\n"))) <= 60


def test_tables_are_drawn_within_the_terminal(write: Write, project: Path) -> None:
    write("train.py", TRAIN)
    write("m.csv", "step,loss_损失\n" + "".join(f"{n},{2 / (1 + n)}\n" for n in range(50)))
    for arguments, row in (
        (["rule", "--all"], r"GL202 +clip-before-backward +error +\S"),
        (["config"], r'fail-on +default +"warning"'),
        (["check", "--statistics", "-q"], r"1 +GL202 +clip-before-backward"),
        (["logs", "--list", "m.csv"], r"  loss_损失 +\S.* 50  0-49 +0\.04 to 2"),
    ):
        bare = uncoloured(gradlint_on_terminal(*arguments, cwd=project))
        assert re.search(row, bare)
        assert all(width(line) <= 80 for line in bare.split("\n"))


def test_user_text_is_neither_markup_nor_a_link(write: Write, project: Path) -> None:
    name = "[red]a[/red].py"
    write(name, "import torch\nx = '[bold]' 1 # \x1b]8;;http://e.vil\x1b\\[link=u]\n")
    bare = uncoloured(gradlint_on_terminal("check", name, "--show-skipped", cwd=project))
    assert f"--> {name}:2:" in bare
    assert "x = '[bold]' 1 # \\x1b]8;;http://e.vil\\x1b\\[link=u]" in bare
    assert "\x1b" not in bare


def ended(arguments: list[str], cwd: Path, stream: str = "stdout", **env: str) -> tuple[int, str]:
    """The exit code where nobody reads what goes to `stream`, and what the other one gets."""
    reader, writer = os.pipe()
    os.close(reader)
    known = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writer}
    result = subprocess.run(
        [sys.executable, "-m", "gradlint", *arguments],
        cwd=cwd,
        env={**known, **env},
        text=True,
        **streams,
    )
    os.close(writer)
    return result.returncode, (result.stdout or "") + (result.stderr or "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "--output-format", "json"],
        ["logs", "--list", "m.csv"],
        ["rule", "--all"],
        ["--help"],
    ],
)
def test_a_reader_that_has_gone_is_no_failure_and_no_verdict(
    write: Write, project: Path, arguments: list[str]
) -> None:
    write("train.py", TRAIN)
    write("m.csv", "step,loss\n0,1\n1,2\n")
    assert ended(arguments, project) == (141, "")
    assert ended(arguments, project, FORCE_COLOR="1") == (141, "")


def test_an_error_that_nobody_reads(project: Path) -> None:
    assert ended(["nosuch"], project, stream="stderr") == (141, "")


def test_a_stream_may_be_closed(write: Write, project: Path) -> None:
    write("train.py", TRAIN)
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        command = f'"{sys.executable}" -m gradlint check -q {closed}'
        result = subprocess.run(command, shell=True, cwd=project, capture_output=True, text=True)
        assert (result.returncode, result.stderr) == (1, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
@pytest.mark.parametrize("arguments", [["check"], ["rule", "--all"], ["--help"]])
def test_a_full_disk_is_an_error_of_the_disk(
    write: Write, project: Path, arguments: list[str]
) -> None:
    write("train.py", TRAIN)
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "gradlint", *arguments],
            cwd=project,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert result.returncode == 2
    assert result.stderr == "gradlint: the output cannot be written: No space left on device\n"
