"""How several files of one run become one run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gradlint.runs.finding_files.groups import Group, GroupKind, Member
from gradlint.runs.joining.several_files import merged
from gradlint.runs.run import Curve, Problem, Reading, Run


def reading(
    path: str, tag: str, steps: Sequence[int], walls: Sequence[float], values: Sequence[float]
) -> Reading:
    curve = Curve(
        tag,
        np.array(steps, np.int64),
        np.array(values, np.float64),
        np.array(walls, np.float64),
    )
    return Reading([Run("run", path, "tfevents", {tag: curve}, metadata={path: "x"})])


def merge(*readings: Reading, members: Sequence[Member] | None = None) -> Run:
    members = members or [Member(str(number)) for number in range(len(readings))]
    group = Group(GroupKind.EVENTS, "dir", tuple(members), "name")
    (run,) = merged(group, readings).runs
    return run


ONE = reading("a", "loss", [0, 1], [10.0, 20.0], [1.0, 2.0])
NEXT = reading("b", "loss", [2, 3], [30.0, 40.0], [3.0, 4.0])
BESIDE = reading("b", "loss", [0, 1], [15.0, 25.0], [3.0, 4.0])


def test_a_curve_goes_on_from_file_to_file() -> None:
    assert merge(ONE, NEXT).curves["loss"].values.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_the_order_of_the_files_is_not_questioned_where_one_ends_before_the_next() -> None:
    resumed = reading("b", "loss", [0, 1], [30.0, 40.0], [3.0, 4.0])
    assert merge(ONE, resumed).curves["loss"].steps.tolist() == [0, 1, 0, 1]


def test_files_written_at_the_same_time_are_put_in_the_order_of_time() -> None:
    assert merge(ONE, BESIDE).curves["loss"].steps.tolist() == [0, 0, 1, 1]


def test_of_three_files_the_last_two_may_have_been_written_at_the_same_time() -> None:
    files = [
        reading(str(first), "loss", [first, first + 2], [first, first + 2.0], [0.0, 0.0])
        for first in (0, 4, 5)
    ]
    assert merge(*files).curves["loss"].steps.tolist() == [0, 2, 4, 5, 6, 7]


@pytest.mark.parametrize("walls", [np.array([10.0, 20.0]), None])
def test_what_steps_count_is_told_by_the_first_file(walls: np.ndarray | None) -> None:
    steps, values = np.array([0, 1]), np.array([2.0, 1.0])
    readings = [
        Reading([Run("run", axis, "csv", {"loss": Curve("loss", steps, values, walls, axis=axis)})])
        for axis in ("epoch", "step")
    ]
    assert merge(*readings).curves["loss"].axis == "epoch"


def test_curves_of_different_files_stand_side_by_side() -> None:
    other = reading("b", "val_loss", [1], [25.0], [9.0])
    assert list(merge(ONE, other).curves) == ["loss", "val_loss"]


def test_a_subdirectory_names_the_split() -> None:
    run = merge(ONE, members=[Member("a", prefix="train/")])
    assert [(tag, curve.tag) for tag, curve in run.curves.items()] == [("train/loss", "train/loss")]


def test_a_tag_that_names_the_split_already_is_left_alone() -> None:
    one = reading("a", "train/loss", [0], [1.0], [1.0])
    assert list(merge(one, members=[Member("a", prefix="train/")]).curves) == ["train/loss"]


def test_curves_of_add_scalars_are_called_by_their_names() -> None:
    assert list(merge(ONE, members=[Member("a", suffix="/train")]).curves) == ["loss/train"]


def test_files_that_never_count_are_runs_of_their_own() -> None:
    one = reading("a", "cost", [1, 1, 1], [10.0, 11.0, 12.0], [3.0, 2.0, 1.0])
    other = reading("b", "cost", [1, 1], [20.0, 21.0], [3.0, 2.0])
    group = Group(GroupKind.EVENTS, "dir", (Member("a"), Member("b")), "name")
    assert [(run.name, run.points) for run in merged(group, [one, other]).runs] == [
        ("name", 3),
        ("name#2", 2),
    ]


def test_what_is_not_the_first_run_begins_with_a_restart() -> None:
    one = reading("a", "cost", [1, 1, 1], [10.0, 11.0, 12.0], [3.0, 2.0, 1.0])
    group = Group(GroupKind.EVENTS, "dir", (Member("a"), Member("b")), "name")
    first, second = merged(group, [one, one]).runs
    assert first.restarts == ()
    assert [(it.before, it.after, it.appended) for it in second.restarts] == [(1, 1, True)]


def test_files_with_one_point_each_are_one_curve() -> None:
    one = reading("a", "accuracy", [1], [10.0], [0.5])
    other = reading("b", "accuracy", [1], [20.0], [0.6])
    assert merge(one, other).curves["accuracy"].values.tolist() == [0.5, 0.6]


def test_the_run_knows_its_files() -> None:
    run = merge(ONE, NEXT, members=[Member("a"), Member("b")])
    assert (run.path, run.name, run.files) == ("dir", "name", ("a", "b"))


def test_metadata_of_all_files_is_kept() -> None:
    assert merge(ONE, NEXT).metadata == {"a": "x", "b": "x"}


def test_a_file_that_could_not_be_read_is_still_a_problem() -> None:
    problem = Problem("b", "is empty")
    group = Group(GroupKind.EVENTS, "dir", (Member("a"), Member("b")), "name")
    assert merged(group, [ONE, Reading(problems=[problem])]).problems == [problem]
