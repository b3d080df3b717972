"""The Python interface: runs and findings without the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import gradlint

CSV = "epoch,loss,val_loss\n" + "".join(f"{i},{2.0 / (i + 1)},{2.1 / (i + 1)}\n" for i in range(12))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "history.csv"
    path.write_text(CSV + "12,nan,0.2\n13,nan,0.2\n")
    return path


def test_the_runs_of_a_file_have_their_curves(log: Path) -> None:
    (run,) = gradlint.read_runs(log)
    assert list(run.curves) == ["loss", "val_loss"]


def test_a_run_becomes_a_table_with_a_row_for_each_step(log: Path) -> None:
    (run,) = gradlint.read_runs(log)
    assert run.to_pandas().shape == (14, 2)


def test_the_findings_of_a_file_say_where_they_are(log: Path) -> None:
    (finding,) = [it for it in gradlint.check_logs(log) if it.code == "TL101"]
    assert finding.span.line == 14


def test_a_role_can_be_given(log: Path) -> None:
    assert gradlint.check_logs(log, roles={"*loss": "ignore"}) == []


def test_a_path_without_a_log_is_a_finding(tmp_path: Path) -> None:
    assert [it.code for it in gradlint.check_logs(tmp_path / "no.csv")] == ["TL001"]


def test_importing_the_package_loads_no_numbers() -> None:
    code = "import gradlint, sys; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
