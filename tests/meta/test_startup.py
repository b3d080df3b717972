"""What each verb imports: start-up is felt at every call, in CI and in an editor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

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


def imported(*arguments: str, cwd: Path) -> set[str]:
    """The modules that are loaded after `gradlint ARGUMENTS`."""
    script = SCRIPT.format(arguments=list(arguments))
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=cwd, capture_output=True, text=True, check=True
    )
    return set(result.stderr.splitlines()[-1].split())


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
