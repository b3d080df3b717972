"""`gradlint rule`, `gradlint config`, help and version; and what start-up imports."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from gradlint import __version__
from gradlint.registry import builtin_registry

Gradlint = Callable[..., Result]
Write = Callable[[str, str | bytes], Path]


def test_version_and_help(gradlint: Gradlint) -> None:
    assert gradlint("--version").stdout == f"gradlint {__version__}\n"
    for arguments in (
        ["--help"],
        ["-h"],
        ["check", "-h"],
        ["logs", "-h"],
        ["rule", "--help"],
        ["config", "-h"],
    ):
        result = gradlint(*arguments)
        assert result.stdout.startswith("Usage: ")
        assert result.exit_code == 0


def test_the_document_of_a_rule(gradlint: Gradlint) -> None:
    by_code, by_name = (
        gradlint("rule", "gl003").stdout,
        gradlint("rule", "unused-suppression").stdout,
    )
    assert by_code == by_name
    assert by_code.startswith("# A suppression comment suppresses nothing\n\n`GL003` ")
    assert "\n## How to fix\n" in by_code


def test_a_document_says_how_its_series_are_sketched(gradlint: Gradlint) -> None:
    assert "\n## Example\n\nThe examples sketch series" in gradlint("rule", "TL302").stdout
    assert "sketch" not in gradlint("rule", "TL101").stdout


def test_the_list_of_rules(gradlint: Gradlint) -> None:
    lines = gradlint("rule", "--all").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [rule.code for rule in builtin_registry()]


@pytest.mark.parametrize(("key", "beginning"), [("GL2", "GL2"), ("tl10", "TL10"), ("ALL", "")])
def test_the_rules_whose_codes_begin_alike(gradlint: Gradlint, key: str, beginning: str) -> None:
    codes = [rule.code for rule in builtin_registry() if rule.code.startswith(beginning)]
    lines = gradlint("rule", key).stdout.splitlines()
    assert [line.split()[0] for line in lines] == codes
    listed = json.loads(gradlint("rule", key, "--output-format", "json").stdout)
    assert [rule["code"] for rule in listed] == codes


def test_rules_as_json(gradlint: Gradlint) -> None:
    one = json.loads(gradlint("rule", "GL001", "--output-format", "json").stdout)
    assert (one["code"], one["name"], one["severity"]) == ("GL001", "syntax-error", "error")
    assert one["document"].startswith("# ")
    every = json.loads(gradlint("rule", "--all", "--output-format", "json").stdout)
    assert one in every


def test_config_tells_where_each_setting_comes_from(gradlint: Gradlint, write: Write) -> None:
    path = write(
        "pyproject.toml",
        """
        [tool.gradlint]
        severity = 'warning'
        ignore = ['GL003']
        [tool.gradlint.per-file-ignores]
        "tests/*" = ["GL2"]
        [tool.gradlint.rules.vanilla-rnn-long-sequence]
        min_steps = 7
        """,
    )
    text = gradlint("config", "--fail-on", "never").stdout
    assert text.startswith(f"configuration file: {path}\n")
    rows = {line.split()[0]: line for line in text.split("\n") if line}
    assert rows["severity"].split() == ["severity", str(path), '"warning"']
    assert rows["ignore"].split() == ["ignore", str(path), '["GL003"]']
    assert rows["fail-on"].split() == ["fail-on", "command", "line", '"never"']
    assert rows["respect-gitignore"].split() == ["respect-gitignore", "default", "true"]
    assert rows["per-file-ignores.tests/*"].endswith(f'{path}  ["GL2"]')
    assert rows["rules.vanilla-rnn-long-sequence.min_steps"].endswith(f"{path}  7")
    assert "GL003" not in text.split("rules are on:")[1]
    assert gradlint("config", "--isolated").stdout.startswith("configuration file: none\n")


def test_config_tells_of_single_settings(gradlint: Gradlint, write: Write) -> None:
    path = write("lib/gradlint.toml", "[rules.GL103]\nmin_steps = 7\n[logs.roles]\na = 'loss'")
    rows = gradlint("config", "rules", "fail-on", "logs.roles", "lib").stdout.splitlines()
    assert [row.split() for row in rows] == [
        ["setting", "from", "value"],
        ["rules.vanilla-rnn-long-sequence.min_steps", str(path), "7"],
        ["fail-on", "default", '"warning"'],
        ["logs.roles.a", str(path), '"loss"'],
    ]
    assert gradlint("config", "rules").stdout.splitlines()[1].split() == ["rules", "default", "{}"]


def test_start_up_imports_nothing_heavy(write: Write, project: Path) -> None:
    write("a.py", "x = 1\n")
    heavy = (
        "json tomllib pathspec subprocess multiprocessing concurrent.futures unicodedata difflib"
        " hashlib logging rich numpy libcst email asyncio gradlint.source.notebook"
        " gradlint.source.dialects gradlint.source.comments gradlint.report.full"
    )
    script = (
        "import sys\nfrom gradlint.cli import main\ntry:\n    main(['check', 'a.py'])\n"
        f"except SystemExit: pass\nprint([m for m in {heavy.split()} if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"
