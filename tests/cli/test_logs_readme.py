"""What the README says of `gradlint logs`: its script for CI, and the finding it shows.

`GRADLINT_UPDATE_GOLDEN=1 pytest tests/cli/test_logs_readme.py` writes the finding anew.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

README = Path(__file__).resolve().parent.parent.parent / "README.md"

Gradlint = Callable[..., Result]
Write = Callable[[str, str | bytes], Path]


def fence(mark: str) -> re.Match[str]:
    """The fenced block between `<!-- mark -->` and `<!-- /mark -->` of the README."""
    pattern = rf"<!-- {mark} -->\n```\w+\n(.*?)```\n<!-- /{mark} -->"
    found = re.search(pattern, README.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found


def metrics(steps: int, explodes_at: int | None = None) -> str:
    """A loss that falls; from `explodes_at` on it leaves its range, and then it is NaN."""
    rows = ["step,train_loss,lr"]
    for step in range(steps):
        loss = 2.2 * math.exp(-step / 130) + 0.35 + 0.06 * math.sin(step * 1.9) * math.cos(step)
        if explodes_at is not None and step >= explodes_at:
            late = step - explodes_at
            loss = math.nan if late >= 4 else loss * 3.1 ** (late + 1)
        rows.append(f"{step},{loss:.5f},0.001")
    return "\n".join(rows) + "\n"


TRAIN = """\
import pathlib, sys
assert sys.argv[1:] == ["--steps", "200", "--log-dir", "runs"]
pathlib.Path("runs").mkdir()
{work}
"""


def script(project: Path, work: str) -> subprocess.CompletedProcess[str]:
    """The README's script, on a `train.py` that does `work` in the end."""
    (project / "train.py").write_text(TRAIN.format(work=work))
    (project / "ci.sh").write_text(fence("ci script")[1])
    tools = project / "bin"
    tools.mkdir()
    for name, arguments in (("python", ""), ("gradlint", " -m gradlint")):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{arguments} "$@"\n')
        (tools / name).chmod(0o755)
    env = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    command = ["sh", "ci.sh"]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)


def writing(log: str) -> str:
    return f"pathlib.Path('runs/metrics.csv').write_text({log!r})"


def test_the_script_fails_the_build_on_a_nan_and_says_what_and_where(project: Path) -> None:
    result = script(project, writing(metrics(200, 150)))
    assert result.returncode == 1
    assert "error[TL101] nan-in-metric: `train_loss` is NaN" in result.stdout
    assert "--> runs/metrics.csv:156 (series train_loss, steps 154-199)" in result.stdout


def test_the_script_passes_a_healthy_run(project: Path) -> None:
    result = script(project, writing(metrics(200)))
    assert (result.returncode, result.stderr) == (0, "")


def test_the_script_tells_what_it_found_even_if_training_died(project: Path) -> None:
    result = script(project, writing(metrics(200, 150)) + "; sys.exit(7)")
    assert result.returncode == 1
    assert "[TL101]" in result.stdout


@pytest.mark.parametrize(
    ("work", "code"), [(writing(metrics(200)) + "; sys.exit(7)", 7), ("pass", 1)]
)
def test_the_script_passes_neither_a_dead_program_nor_a_missing_log(
    project: Path, work: str, code: int
) -> None:
    assert script(project, work).returncode == code


def shown(mark: str, printed: str) -> str:
    """What the README shows, after it was written anew if that is asked for."""
    found = fence(mark)
    if os.environ.get("GRADLINT_UPDATE_GOLDEN"):
        text = README.read_text(encoding="utf-8")
        README.write_text(text[: found.start(1)] + printed + text[found.end(1) :], encoding="utf-8")
    return fence(mark)[1]


def test_the_finding_in_the_readme_is_what_is_printed(gradlint: Gradlint, write: Write) -> None:
    write("runs/lstm/metrics.csv", metrics(500, 409))
    printed = gradlint("logs", "runs", "--select", "TL1").stdout
    assert shown("logs output", printed) == printed


def test_the_overview_in_the_readme_is_what_is_printed(gradlint: Gradlint, write: Write) -> None:
    for seed in range(20):
        explodes_at = 120 + 13 * seed if seed % 5 < 3 else None
        write(f"runs/seed{seed}/metrics.csv", metrics(500, explodes_at))
    lines = gradlint("logs", "runs", "--select", "TL1").stdout.splitlines(keepends=True)
    printed = "".join([*lines[:2], "...\n", *lines[11:]])
    assert shown("logs overview", printed) == printed
