"""What each verb imports: start-up is felt at every call, in CI and in an editor."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.pseudo_terminal import on_terminal

Write = Callable[[str, str | bytes], Path]

SCRIPT = """\
import sys
from gradlint.cli import main
try:
    main({arguments!r})
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""


def imported(*arguments: str, cwd: Path, terminal: bool = False, **env: str) -> set[str]:
    """The modules that are loaded after `gradlint ARGUMENTS`, printed on a terminal or a pipe."""
    command = [sys.executable, "-c", SCRIPT.format(arguments=list(arguments))]
    if terminal:
        _, errors = on_terminal(command, cwd=cwd, **env)
    else:
        result = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, check=True, env={**os.environ, **env}
        )
        errors = result.stderr
    return set(errors.splitlines()[-1].split())


def test_a_check_of_source_loads_nothing_that_reads_logs(write: Write, project: Path) -> None:
    write("train.py", "import torch\nloss.backward()\nx = log(\n")
    write("model.py", "from torch import nn\nlayer = nn.RNN(10, 20)\nlayer(x).sum().backward()\n")
    write("gradlint.toml", "[logs.roles]\nq = 'loss'\n")
    modules = imported("check", "--select", "ALL", cwd=project)
    assert "gradlint.model.program" in modules
    for absent in ("numpy", "pandas", "google_crc32c", "gradlint.runs", "gradlint.curves"):
        assert absent not in modules


def test_a_check_of_a_small_log_loads_nothing_that_reads_source(
    write: Write, project: Path
) -> None:
    rows = "".join(f"{step},{1 / (step + 1)},0.001\n" for step in range(2_000))
    write("metrics.csv", "step,loss,lr\n" + rows)
    modules = imported("logs", "metrics.csv", cwd=project)
    assert "gradlint.runs.run" in modules
    for absent in (
        "pandas", "google_crc32c", "gradlint.model", "gradlint.frameworks", "gradlint.engine.check",
        "subprocess", "multiprocessing", "asyncio",
        "gradlint.report.full", "gradlint.report.plot", "gradlint.report.listing",
    ):  # fmt: skip
        assert absent not in modules


CHECK = ("check", "model.py")
LOGS = ("logs", "metrics.csv")
FORCED = {"FORCE_COLOR": "1"}


@pytest.mark.parametrize(
    ("arguments", "terminal", "env", "drawn"),
    [
        (CHECK, True, {}, True),
        (CHECK, False, FORCED, True),
        (CHECK, False, {}, False),
        ((*CHECK, "--statistics", "--show-skipped"), False, {}, False),
        ((*CHECK, "--output-format", "concise"), True, FORCED, False),
        ((*CHECK, "--output-format", "json"), True, FORCED, False),
        ((*CHECK, "--report", "full:out.txt", "-q"), False, {}, False),
        (LOGS, True, {}, True),
        (LOGS, False, {}, False),
        ((*LOGS, "--list"), True, {}, True),
        ((*LOGS, "--list"), False, {}, False),
        ((*LOGS, "--output-format", "concise"), True, {}, False),
        ((*LOGS, "--list", "--output-format", "json"), True, {}, False),
        (("rule", "GL202"), True, {}, True),
        (("rule", "GL202"), False, {}, False),
        (("rule", "--all"), True, {}, True),
        (("rule", "--all"), False, {}, False),
        (("rule", "GL202", "--output-format", "json"), True, {}, False),
        (("config",), True, {}, True),
        (("config",), False, {}, False),
        (("nonsense",), True, {}, False),
    ],
)
def test_rich_is_loaded_only_where_a_terminal_is_drawn_on(
    write: Write,
    project: Path,
    arguments: Sequence[str],
    terminal: bool,
    env: dict[str, str],
    drawn: bool,
) -> None:
    write("model.py", "from torch import nn\nlayer = nn.RNN(10, 20)\nlayer(x).sum().backward()\n")
    write(
        "metrics.csv", "step,loss\n" + "".join(f"{n},{'nan' if n > 90 else 1}\n" for n in range(99))
    )
    modules = imported(*arguments, cwd=project, terminal=terminal, **env)
    assert ("rich" in modules) is drawn
    assert ("pygments" in modules) <= drawn


def test_code_is_highlighted_only_in_colour(write: Write, project: Path) -> None:
    write("model.py", "import torch\nx = log(\n")
    assert "pygments" in imported(*CHECK, cwd=project, terminal=True)
    assert "pygments" not in imported(*CHECK, cwd=project, terminal=True, NO_COLOR="1")


def test_one_module_knows_rich() -> None:
    package = Path(__file__).resolve().parent.parent.parent / "gradlint"
    knows = re.compile(r"^\s*(?:from|import) (?:rich|pygments)\b", re.MULTILINE)
    found = [path.relative_to(package).as_posix() for path in package.rglob("*.py")
             if knows.search(path.read_text(encoding="utf-8"))]  # fmt: skip
    assert found == ["report/console.py"]
