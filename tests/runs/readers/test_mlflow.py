"""Run directories of MLflow's local file store."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from gradlint.runs.readers.mlflow import _point, read_mlflow_run
from gradlint.runs.run import Curve, Reading, Run


def make(root: Path, **files: str) -> Path:
    """A run directory; `__` in a name is a folder."""
    for name, text in files.items():
        path = root.joinpath(*name.split("__"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def read(root: Path) -> Reading:
    return read_mlflow_run(os.fspath(root), "given")


def only(reading: Reading) -> Run:
    (run,) = reading.runs
    return run


def points(curve: Curve) -> list[tuple[int, float]]:
    return list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))


def test_a_file_is_a_series(tmp_path: Path) -> None:
    run = only(read(make(tmp_path, metrics__loss="1000 2.5 0\n2500 1.5 10\n")))
    curve = run.curves["loss"]
    assert points(curve) == [(0, 2.5), (10, 1.5)]
    assert curve.walls is not None
    assert curve.walls.tolist() == [1.0, 2.5]
    assert (run.format, curve.axis, curve.line(1)) == ("mlflow", "step", 2)


def test_folders_are_part_of_the_name(tmp_path: Path) -> None:
    run = only(read(make(tmp_path, metrics__train__loss="1 2.5 1\n", metrics__lr="1 0.1 1\n")))
    assert list(run.curves) == ["lr", "train/loss"]


def test_lines_may_name_a_data_set(tmp_path: Path) -> None:
    run = only(read(make(tmp_path, metrics__loss="1 2.5 3 train 5f2b\n2 1.5 4 train 5f2b\n")))
    assert points(run.curves["loss"]) == [(3, 2.5), (4, 1.5)]


@pytest.mark.parametrize("step", ["", " 0"])
def test_without_steps_points_are_counted(tmp_path: Path, step: str) -> None:
    run = only(read(make(tmp_path, metrics__loss=f"1 2.5{step}\n2 1.5{step}\n3 1{step}\n")))
    assert (run.curves["loss"].axis, run.curves["loss"].steps.tolist()) == ("row", [0, 1, 2])


def test_a_single_point_at_step_0_is_at_step_0(tmp_path: Path) -> None:
    run = only(read(make(tmp_path, metrics__loss="1 2.5 0\n")))
    assert (run.curves["loss"].axis, run.curves["loss"].steps.tolist()) == ("step", [0])


def test_values_that_are_not_finite(tmp_path: Path) -> None:
    values = only(read(make(tmp_path, metrics__loss="1 nan 0\n2 inf 1\n3 -Infinity 2\n")))
    assert math.isnan(values.curves["loss"].values[0])
    assert values.curves["loss"].values[1:].tolist() == [math.inf, -math.inf]


def test_parameters_and_tags_are_metadata(tmp_path: Path) -> None:
    make(tmp_path, metrics__loss="1 1 1\n", params__lr="0.1", tags__git="abc\n")
    assert only(read(tmp_path)).metadata == {"lr": "0.1", "git": "abc"}


@pytest.mark.parametrize(
    "files",
    [
        {"tags__mlflow.runName": "goose-781"},
        {"meta.yaml": "run_id: 3\nrun_name: goose-781\n"},
        {"meta.yaml": "run_name: 'goose-781'\n"},
    ],
)
def test_the_run_has_its_own_name(tmp_path: Path, files: dict[str, str]) -> None:
    assert only(read(make(tmp_path, metrics__loss="1 1 1\n", **files))).name == "goose-781"


def test_a_run_without_a_name_has_the_given_one(tmp_path: Path) -> None:
    assert only(read(make(tmp_path, metrics__loss="1 1 1\n"))).name == "given"


def test_lines_that_are_no_points_are_a_problem(tmp_path: Path) -> None:
    reading = read(make(tmp_path, metrics__loss="1 2.5 1\nx y z\n\n2 1 2 3\n3 1.5 2\n"))
    (problem,) = reading.problems
    assert (problem.line, problem.lost) == (2, 14)
    assert points(only(reading).curves["loss"]) == [(1, 2.5), (2, 1.5)]


def test_a_line_in_writing_is_partial(tmp_path: Path) -> None:
    reading = read(make(tmp_path, metrics__loss="1 2.5 1\n2 1."))
    assert [problem.partial for problem in reading.problems] == [True]
    assert points(only(reading).curves["loss"]) == [(1, 2.5)]


def test_a_directory_that_is_no_run_is_a_problem(tmp_path: Path) -> None:
    reading = read(tmp_path / "nowhere")
    assert not reading.runs
    assert reading.problems


@given(st.binary(max_size=60))
def test_no_line_raises(line: bytes) -> None:
    _point(line)
