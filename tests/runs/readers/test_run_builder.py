"""What readers put together: series, and what becomes of two of one name."""

from __future__ import annotations

import numpy as np

from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.run import Curve


def steps(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def built(builder: RunBuilder) -> Curve:
    (curve,) = builder.build("run", "log", "csv").curves.values()
    return curve


def test_a_series_is_a_curve() -> None:
    builder = RunBuilder()
    builder.add("loss", steps(1, 2), np.array([2.0, 1.0]), records=steps(5, 6), axis="epoch")
    curve = built(builder)
    assert (curve.tag, curve.axis, curve.walls) == ("loss", "epoch", None)
    assert (curve.steps.tolist(), curve.values.tolist()) == ([1, 2], [2.0, 1.0])
    assert (curve.line(0), curve.line(1)) == (5, 6)


def test_a_series_of_a_known_name_goes_on_where_the_other_ends() -> None:
    builder = RunBuilder()
    for first in (1, 3):
        at = steps(first, first + 1)
        builder.add("loss", at, at.astype(float), walls=at + 0.5, records=at)
    curve = built(builder)
    assert curve.steps.tolist() == [1, 2, 3, 4]
    assert curve.values.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert curve.walls is not None
    assert curve.walls.tolist() == [1.5, 2.5, 3.5, 4.5]
    assert curve.line(3) == 4


def test_what_only_one_of_two_series_has_is_left_out() -> None:
    builder = RunBuilder()
    builder.add("loss", steps(1), np.ones(1), records=steps(7))
    builder.add("loss", steps(2), np.ones(1))
    assert built(builder).records is None


def test_without_points_there_is_no_series() -> None:
    builder = RunBuilder()
    builder.add("loss", steps(), np.zeros(0))
    assert builder.empty
