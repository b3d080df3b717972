"""What the names of two logs in one folder say of their runs."""

from __future__ import annotations

import pytest

from gradlint.runs.finding_files.file_names import tells_apart


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("train.log", "metrics.csv", False),
        ("stdout.txt", "training.log.gz", False),
        ("exp3_train.log", "exp3-metrics.csv", False),
        ("lstm.log", "metrics.csv", True),
        ("metrics.csv", "train2.log", True),
        ("metrics.csv", "old_train.log", True),
        ("events.out.tfevents.1700000000.host.7.0", "exp3.csv", False),
        ("seed0.csv", "seed1.log", True),
        ("lstm.csv", "gru.log", True),
        ("log_1.txt", "log_2.csv", True),
    ],
)
def test_two_names(one: str, other: str, apart: bool) -> None:
    assert tells_apart(one, other) is apart
    assert tells_apart(other, one) is apart
