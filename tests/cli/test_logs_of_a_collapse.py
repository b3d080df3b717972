"""The logs of a real training that collapsed, and of one that did not: `fixtures/seed_story`.

One format counts epochs from 0 and the other from 1; the collapse is the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

STORY = Path(__file__).resolve().parents[2] / "fixtures" / "seed_story"

COLLAPSE = 10
"""The epoch, counted from 1, at which the accuracy falls from 0.87 to 0.73 and on to 0.49 and 0.22,
while the loss goes from 0.52 to 0.99, 2.3 and 4.9."""

FIRST = {"training.csv": 0, "output.txt": 1}
"""By format, the number of the first epoch."""

Gradlint = Callable[..., Result]


@pytest.mark.parametrize("name", FIRST)
def test_the_collapse_is_an_error_at_its_epoch(gradlint: Gradlint, name: str) -> None:
    epoch = COLLAPSE - 1 + FIRST[name]
    lines = gradlint("logs", str(STORY / "unclipped" / name)).stdout.splitlines()
    verdict = " ".join(line.strip() for line in lines[:3])
    assert verdict.startswith("error ")
    assert f" at epoch {epoch} (last good {epoch - 1})" in verdict


@pytest.mark.parametrize("name", FIRST)
def test_the_loss_and_the_accuracy_tell_of_one_incident(gradlint: Gradlint, name: str) -> None:
    result = gradlint("logs", str(STORY / "unclipped" / name), "--output-format", "json")
    document = json.loads(result.stdout)
    epoch = COLLAPSE - 1 + FIRST[name]
    (incident,) = document["incidents"]
    assert (incident["onset"], incident["severity"]) == (epoch, "error")
    assert {(it["code"], it["series"], it["step_start"]) for it in document["diagnostics"]} == {
        ("TL202", "loss", epoch),
        ("TL403", "accuracy", epoch),
    }
    assert result.exit_code == 1


def test_both_files_of_the_training_are_one_run_and_tell_of_it_once(gradlint: Gradlint) -> None:
    result = gradlint("logs", str(STORY / "unclipped"), "--output-format", "json")
    assert len(json.loads(result.stdout)["incidents"]) == 1


@pytest.mark.parametrize("name", [*FIRST, ""])
def test_the_training_that_did_not_collapse_is_clean(gradlint: Gradlint, name: str) -> None:
    result = gradlint("logs", str(STORY / "clipped" / name))
    assert result.stdout.startswith("All checks passed: 1 run, ")
    assert result.exit_code == 0
