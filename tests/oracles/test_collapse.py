"""An LSTM that is trained until it collapses: what is said of its logs is said of the right epoch.

Takes a minute or two; needs Keras, which runs on torch.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from gradlint.engine.logs import logs_checked
from gradlint.finding import Finding, Severity

pytestmark = pytest.mark.skipif(find_spec("keras") is None, reason="needs keras")

TRAIN = Path(__file__).resolve().parents[2] / "fixtures" / "seed_story" / "train.py"

SMALL = ("--units", "256", "--windows", "500", "--batch", "16", "--epochs", "30")
"""With a rate of 0.05 it collapses between its seventh epoch and its twelfth: so did four seeds."""


def trained(folder: Path, *options: str) -> None:
    """Train, and leave training.csv and output.txt in `folder`."""
    result = subprocess.run(
        [sys.executable, str(TRAIN), str(folder), *SMALL, *options],
        env={**os.environ, "KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        check=True,
    )
    (folder / "output.txt").write_bytes(result.stdout)


def alarms(path: Path) -> list[Finding]:
    return [it for it in logs_checked(path) if it.level >= Severity.WARNING]


def begins(found: list[Finding]) -> int:
    """The first epoch of what was found."""
    return min(it.window.start for it in found if it.window and it.window.start is not None)


def test_a_collapse_is_an_error_at_its_epoch_in_both_formats(tmp_path: Path) -> None:
    trained(tmp_path, "--rate", "0.05")
    with (tmp_path / "training.csv").open() as table:
        accuracy = [float(row["accuracy"]) for row in csv.DictReader(table)]
    best = accuracy.index(max(accuracy))
    half = next(at for at, it in enumerate(accuracy) if at > best and it < 0.5 * max(accuracy))
    in_table, in_output = alarms(tmp_path / "training.csv"), alarms(tmp_path / "output.txt")
    assert Severity.ERROR in {it.level for it in in_table}
    assert {it.code for it in in_table} <= {"TL202", "TL203", "TL403"}
    assert best < begins(in_table) <= half
    assert begins(in_output) == begins(in_table) + 1


def test_a_training_with_a_rate_that_it_stands_is_clean(tmp_path: Path) -> None:
    trained(tmp_path, "--rate", "0.003", "--clipnorm", "1.0")
    assert alarms(tmp_path / "training.csv") == []
    assert alarms(tmp_path / "output.txt") == []
