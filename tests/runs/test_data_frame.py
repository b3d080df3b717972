"""Runs as tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gradlint.runs.run import Curve, Run

pd = pytest.importorskip("pandas")


def run_of(**curves: tuple[Sequence[int], Sequence[float], str]) -> Run:
    return Run(
        "run",
        "log",
        "csv",
        {
            tag: Curve(tag, np.array(steps, np.int64), np.array(values, float), axis=axis)
            for tag, (steps, values, axis) in curves.items()
        },
    )


def test_each_curve_is_a_column_indexed_by_step() -> None:
    run = run_of(loss=([1, 2], [0.5, 0.4], "step"), val=([2], [0.6], "step"))
    expected = pd.DataFrame(
        {"loss": [0.5, 0.4], "val": [np.nan, 0.6]}, index=pd.Index([1, 2], name="step")
    )
    pd.testing.assert_frame_equal(run.to_pandas(), expected)


def test_a_step_that_is_logged_twice_takes_two_rows() -> None:
    run = run_of(loss=([1, 1, 2], [0.5, 0.4, 0.3], "epoch"), val=([1, 2], [0.6, 0.7], "epoch"))
    assert run.to_pandas().index.tolist() == [1, 1, 2]


def test_the_rows_are_in_the_order_of_steps() -> None:
    run = run_of(val=([5], [0.6], "step"), loss=([1, 9], [0.5, 0.4], "step"))
    assert run.to_pandas().index.tolist() == [1, 5, 9]


def test_curves_that_count_something_else_are_in_a_table_of_their_own() -> None:
    run = run_of(loss=([1, 2], [0.5, 0.4], "step"), val=([1], [0.6], "epoch"))
    assert [list(run.to_pandas()), list(run.to_pandas("epoch"))] == [["loss"], ["val"]]


def test_a_run_without_curves_is_an_empty_table() -> None:
    assert run_of().to_pandas().empty
