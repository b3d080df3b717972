"""Values that stand for "not measured here"."""

from __future__ import annotations

import numpy as np
import pytest

from gradlint.runs.placeholders import drop_placeholders, regular_distance
from gradlint.runs.roles.names import role_of
from gradlint.runs.run import Curve, Run

LOSSES = [2.0, 1.5, 1.1, 0.9]


def every_fifth(fill: float, measured: list[float] = LOSSES) -> list[float]:
    return [value for it in measured for value in (*[fill] * 4, it)]


def left(tag: str, values: list[float]) -> list[float]:
    curve = Curve(tag, np.arange(len(values)), np.array(values), role=role_of(tag))
    curve.records = np.arange(len(values))
    run = Run("run", "run", "csv", {tag: curve})
    drop_placeholders(run)
    found = run.curves[tag]
    assert found.records is not None
    assert found.records.tolist() == found.steps.tolist()
    return found.values.tolist()


@pytest.mark.parametrize("tag", ["val_loss", "test/accuracy", "eval_wer"])
@pytest.mark.parametrize("fill", [-1.0, 0.0])
def test_a_fill_between_regular_measurements_is_a_blank(tag: str, fill: float) -> None:
    assert left(tag, every_fifth(fill)) == LOSSES


@pytest.mark.parametrize(
    ("tag", "values"),
    [
        ("loss", every_fifth(-1.0)),
        ("val_loss", every_fifth(3.0)),
        ("val_loss", every_fifth(1.0)),
        ("val_accuracy", [*every_fifth(0.0), *[0.0] * 8]),
        ("val_accuracy", [0.0, 0.0, 0.3, 0.0, 0.0, 0.0, 0.4, 0.0]),
        ("val_loss", [-1.0] * 8),
        ("val_loss", [float("nan")] * 8),
        ("val_loss", []),
    ],
    ids=["trained", "highest", "among them", "stays", "irregular", "constant", "nan", "empty"],
)
def test_what_is_no_placeholder_stays(tag: str, values: list[float]) -> None:
    np.testing.assert_array_equal(left(tag, values), values)


def test_a_nan_that_was_measured_stays() -> None:
    found = left("val_loss", every_fifth(-1.0, [2.0, 1.5, float("nan"), float("nan")]))
    np.testing.assert_array_equal(found, [2.0, 1.5, np.nan, np.nan])


@pytest.mark.parametrize(
    ("points", "distance"),
    [([], 0), ([4], 0), ([4, 9], 5), ([0, 4, 9, 14, 15], 5), ([0, 1, 2], 0), ([1, 4, 6, 9], 0)],
)
def test_the_distance_of_measurements(points: list[int], distance: int) -> None:
    assert regular_distance(np.array(points, dtype=np.intp)) == distance
