"""What becomes of runs whose steps go backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from gradlint.runs.joining.restarts import separated
from gradlint.runs.roles.assignment import assign_roles
from gradlint.runs.run import Curve, Message, Restart, Run

NAN = float("nan")


def curve(
    tag: str,
    steps: Sequence[int],
    values: Sequence[float] | None = None,
    *,
    records: Sequence[int] | None = None,
    walls: Sequence[float] | None = None,
    axis: str = "step",
) -> Curve:
    """A curve whose value at point i is i, unless said otherwise, and that has line i + 1."""
    count = len(steps)
    if records is None and walls is None:
        records = range(1, count + 1)
    return Curve(
        tag,
        np.array(steps, np.int64),
        np.array(range(count) if values is None else values, np.float64),
        None if walls is None else np.array(walls, np.float64),
        None if records is None else np.array(records, np.int64),
        axis,
    )


def run_of(*curves: Curve, messages: tuple[Message, ...] = ()) -> Run:
    run = Run("run", "train.log", "text", {c.tag: c for c in curves}, messages)
    assign_roles(run)
    return run


def steps_of(run: Run, tag: str = "loss") -> list[int]:
    return run.curves[tag].steps.tolist()


def values_of(run: Run, tag: str = "loss") -> list[float]:
    return run.curves[tag].values.tolist()


# Logs that count in epochs alone


def in_rows(epochs: Sequence[float], values: Sequence[float]) -> Run:
    rows = range(len(epochs))
    return run_of(curve("loss", rows, values, axis="row"), curve("epoch", rows, epochs, axis="row"))


EPOCHS = [0.01 * n for n in range(1, 31)]
DESCENT = [3 / n for n in range(1, 31)]


def test_fractional_epochs_that_fall_back_begin_a_second_run() -> None:
    again = [value + 0.5 for value in DESCENT]
    first, second = separated(in_rows([*EPOCHS, *EPOCHS], [*DESCENT, *again]))
    assert (values_of(first), values_of(second)) == (DESCENT, again)
    assert (steps_of(second), second.curves["loss"].axis) == (list(range(30)), "row")
    assert second.restarts == (Restart(31, 0, 0, appended=True, axis="epoch"),)


def test_a_run_that_resumed_in_the_middle_of_its_epochs_logs_them_once() -> None:
    again = [value + 0.5 for value in DESCENT[20:]]
    (run,) = separated(in_rows([*EPOCHS, *EPOCHS[20:]], [*DESCENT, *again]))
    assert values_of(run) == [*DESCENT[:20], *again]


def test_epochs_that_rise_leave_the_rows_as_they_are() -> None:
    run = in_rows(EPOCHS, DESCENT)
    assert separated(run) == [run]


@pytest.mark.parametrize("begin", [0.0, 0.01])
def test_what_is_numbered_by_whole_epochs_is_cut_with_the_rows_between(begin: float) -> None:
    clock = [begin, 0.5, 1.0, 1.0, 1.5, 2.0, 2.0] * 2
    losses = [at for at in range(14) if at % 7 not in (3, 6)]
    run = run_of(
        curve("loss", range(10), records=[at + 1 for at in losses], axis="row"),
        curve("eval_loss", [1, 2, 1, 2], records=[4, 7, 11, 14], axis="epoch"),
        curve("epoch", range(14), clock, axis="row"),
    )
    first, second = separated(run)
    assert (steps_of(first, "eval_loss"), steps_of(second, "eval_loss")) == ([1, 2], [1, 2])
    assert second.curves["eval_loss"].axis == "epoch"
    assert (values_of(second), steps_of(second)) == ([5, 6, 7, 8, 9], [0, 1, 2, 3, 4])


def test_what_is_numbered_by_steps_is_not_cut_by_its_epochs() -> None:
    run = run_of(
        curve("loss", range(60), [*DESCENT, *DESCENT]),
        curve("epoch", range(60), [*EPOCHS, *EPOCHS], axis="row"),
    )
    assert separated(run) == [run]


def test_rows_without_epochs_are_never_cut() -> None:
    run = run_of(curve("loss", range(60), [*DESCENT, *DESCENT], axis="row"))
    assert separated(run) == [run]


# A second run in the same log


def test_a_run_with_rising_steps_is_left_as_it_is() -> None:
    run = run_of(curve("loss", range(0, 100, 10)), curve("val_loss", [50, 90], records=[6, 10]))
    assert separated(run) == [run]


def test_steps_that_fall_to_the_beginning_begin_a_second_run() -> None:
    first, second = separated(run_of(curve("loss", [*range(100), *range(50)])))
    assert (steps_of(first), steps_of(second)) == (list(range(100)), list(range(50)))


def test_the_second_run_is_called_by_its_number() -> None:
    runs = separated(run_of(curve("loss", [*range(9), *range(9), *range(9)])))
    assert [(run.name, run.part) for run in runs] == [("run", 1), ("run#2", 2), ("run#3", 3)]


def test_the_second_run_knows_where_it_begins() -> None:
    _, second = separated(run_of(curve("loss", [*range(10, 210, 10), *range(10, 110, 10)])))
    assert second.restarts == (Restart(line=21, before=200, after=10, appended=True),)


def test_a_second_run_that_logs_more_rarely_begins_a_record_later() -> None:
    first, second = separated(run_of(curve("loss", [*range(10, 900, 10), *range(100, 900, 100)])))
    assert (steps_of(first)[0], steps_of(second)[0]) == (10, 100)
    assert second.restarts[0].appended


def test_a_second_run_may_be_short() -> None:
    runs = separated(run_of(curve("loss", [*range(10), 0])))
    assert [run.points for run in runs] == [10, 1]


def test_a_second_run_need_not_begin_at_the_very_same_step() -> None:
    runs = separated(run_of(curve("loss", [*range(0, 300, 20), *range(19, 300, 20)])))
    assert len(runs) == 2


def test_all_curves_are_cut_where_the_densest_begins_anew() -> None:
    loss = curve("loss", [*range(10), *range(10)])
    late = curve("val_loss", [5, 9, 5, 9], records=[6, 10, 16, 20])
    first, second = separated(run_of(loss, late))
    assert (steps_of(first, "val_loss"), steps_of(second, "val_loss")) == ([5, 9], [5, 9])


def test_a_curve_that_only_one_run_has_belongs_to_that_run() -> None:
    loss = curve("loss", [*range(10), *range(10)])
    extra = curve("accuracy", range(5), records=range(13, 18))
    first, second = separated(run_of(loss, extra))
    assert ("accuracy" in first.curves, "accuracy" in second.curves) == (False, True)


def test_a_curve_that_falls_long_after_the_others_is_part_of_the_same_restart() -> None:
    loss = curve("loss", [*range(100), *range(100)])
    rare = curve("val_loss", [90, 40], records=[91, 141])
    assert [run.restarts for run in separated(run_of(loss, rare))][1][0].line == 101


def test_losses_that_are_logged_in_turn_begin_anew_together() -> None:
    steps = [*range(10), *range(10)]
    loss = curve("loss", steps, records=range(1, 41, 2))
    auxiliary = curve("aux_loss", steps, records=range(2, 42, 2))
    _, second = separated(run_of(loss, auxiliary))
    assert (steps_of(second), steps_of(second, "aux_loss")) == ([*range(10)], [*range(10)])
    assert len(second.restarts) == 1


def test_without_lines_the_curves_are_cut_by_their_times() -> None:
    loss = curve("loss", [*range(10), *range(10)], walls=np.arange(20) * 10.0)
    late = curve("val_loss", [9, 9], walls=[90.5, 190.5])
    first, second = separated(run_of(loss, late))
    assert (values_of(first, "val_loss"), values_of(second, "val_loss")) == ([0.0], [1.0])


def test_each_run_has_its_own_messages() -> None:
    said = (Message("nan", "loss is nan", 4), Message("nan", "loss is nan", 12))
    runs = separated(run_of(curve("loss", [*range(10), *range(10)]), messages=said))
    assert [[m.line for m in run.messages] for run in runs] == [[4], [12]]


# A run that resumed from a checkpoint


def test_a_resumed_run_stays_one_run() -> None:
    (run,) = separated(run_of(curve("loss", [*range(100), *range(60, 150)])))
    assert steps_of(run) == list(range(150))


def test_what_is_logged_again_supersedes_what_was_logged() -> None:
    (run,) = separated(run_of(curve("loss", [*range(100), *range(60, 150)])))
    assert values_of(run)[59:62] == [59.0, 100.0, 101.0]


def test_the_restart_says_how_many_points_were_dropped() -> None:
    (run,) = separated(run_of(curve("loss", [*range(100), *range(60, 150)])))
    assert run.restarts == (Restart(line=101, before=99, after=60, appended=False, dropped=40),)


def test_going_over_two_records_again_is_a_resumption() -> None:
    (run,) = separated(run_of(curve("loss", [*range(100), *range(98, 200)])))
    assert (steps_of(run), run.restarts[0].dropped) == (list(range(200)), 2)


def test_evaluations_after_the_checkpoint_are_superseded_too() -> None:
    loss = curve("loss", [*range(100), *range(60, 150)])
    val = curve("val_loss", [50, 75, 80, 90], [5.0, 7.5, 8.0, 9.0], records=[51, 76, 121, 131])
    (run,) = separated(run_of(loss, val))
    assert values_of(run, "val_loss") == [5.0, 8.0, 9.0]


def resumed_beside(*evaluations: tuple[int, float, int]) -> Run:
    """A loss up to step 99 on line 100 that resumes at step 60 on line 103, and a `val_loss` with
    these steps, values and lines."""
    lines = [*range(1, 101), *range(103, 193)]
    loss = curve("loss", [*range(100), *range(60, 150)], records=lines)
    steps, values, records = zip(*evaluations, strict=True)
    (run,) = separated(run_of(loss, curve("val_loss", steps, values, records=records)))
    return run


def test_what_is_logged_just_before_the_first_step_is_of_the_resumed_run() -> None:
    run = resumed_beside((50, 1.0, 51), (60, 2.0, 102), (120, 3.0, 163))
    assert values_of(run, "val_loss") == [1.0, 2.0, 3.0]


def test_an_evaluation_that_is_logged_again_before_the_first_step_supersedes_the_former() -> None:
    run = resumed_beside((50, 1.0, 51), (60, 2.0, 61), (60, 3.0, 102), (120, 4.0, 163))
    assert values_of(run, "val_loss") == [1.0, 3.0, 4.0]


def test_a_last_evaluation_of_the_run_that_broke_off_is_superseded() -> None:
    run = resumed_beside((50, 1.0, 51), (99, 2.0, 101), (99, 3.0, 142))
    assert values_of(run, "val_loss") == [1.0, 3.0]


def test_a_curve_that_does_not_go_on_keeps_its_points() -> None:
    loss = curve("loss", [*range(100), *range(60, 150)])
    (run,) = separated(run_of(loss, curve("val_loss", [50, 75], records=[51, 76])))
    assert steps_of(run, "val_loss") == [50, 75]


def test_nor_does_it_keep_the_points_of_the_curves_behind_it() -> None:
    val = curve("val_loss", [50, 75], records=[51, 76])
    (run,) = separated(run_of(val, curve("loss", [*range(100), *range(60, 150)])))
    assert steps_of(run) == list(range(150))


def test_an_epoch_axis_is_compared_with_itself() -> None:
    loss = curve("loss", [*range(100), *range(60, 150)])
    val = curve("val_loss", [1, 2, 3, 2, 3], records=[25, 50, 75, 110, 130], axis="epoch")
    (run,) = separated(run_of(loss, val))
    assert values_of(run, "val_loss") == [0.0, 3.0, 4.0]


def test_a_nan_that_the_resumed_run_got_past_is_superseded() -> None:
    values = [1.0] * 99 + [NAN] + [0.5] * 90
    (run,) = separated(run_of(curve("loss", [*range(100), *range(60, 150)], values)))
    assert run.curves["loss"].finite.all()


def test_a_nan_that_the_resumed_run_has_not_reached_stays() -> None:
    values = [1.0] * 99 + [NAN] + [0.5] * 10
    (run,) = separated(run_of(curve("loss", [*range(100), *range(60, 70)], values)))
    assert (steps_of(run)[-1], np.isnan(values_of(run)[-1])) == (99, True)


def test_a_run_may_resume_many_times() -> None:
    steps = [s for begin in range(0, 1000, 100) for s in range(max(0, begin - 20), begin + 100)]
    (run,) = separated(run_of(curve("loss", steps)))
    assert (steps_of(run), len(run.restarts)) == (list(range(1000)), 9)


def test_a_resumed_run_may_be_followed_by_another_run() -> None:
    runs = separated(run_of(curve("loss", [*range(100), *range(60, 150), *range(30)])))
    assert [run.points for run in runs] == [150, 30]


# What looks like a restart and is none


def test_a_late_point_is_put_in_its_place() -> None:
    (run,) = separated(run_of(curve("loss", [0, 10, 20, 40, 30, 50, 60])))
    assert (values_of(run), run.restarts) == ([0, 1, 2, 4, 3, 5, 6], ())


def test_a_second_run_may_begin_after_a_late_point() -> None:
    runs = separated(run_of(curve("loss", [0, 1, 2, 4, 3, *range(5, 10), *range(10)])))
    assert [steps_of(run) for run in runs] == [[*range(10)], [*range(10)]]


def test_three_points_may_be_late_and_four_are_a_restart() -> None:
    (run,) = separated(run_of(curve("loss", [*range(0, 400, 10), 430, 400, 410, 420, 440])))
    assert (steps_of(run), run.restarts) == ([*range(0, 450, 10)], ())
    (run,) = separated(run_of(curve("loss", [*range(0, 400, 10), 440, 400, 410, 420, 430, 450])))
    assert [it.before for it in run.restarts] == [440]


def test_an_evaluation_that_is_logged_late_is_no_restart() -> None:
    train = curve("loss", range(1000, 1100), records=range(1, 101))
    val = curve("val_loss", [1000, 1050], records=[20, 80])
    run = run_of(train, val)
    assert separated(run) == [run]


def test_a_final_evaluation_of_the_best_checkpoint_is_no_restart() -> None:
    train = curve("loss", range(100))
    val = curve("val_loss", [20, 40, 60, 80, 40], records=[21, 41, 61, 81, 101])
    (run,) = separated(run_of(train, val))
    assert (run.restarts, steps_of(run, "val_loss")) == ((), [20, 40, 40, 60, 80])


def test_without_a_training_loss_a_sparse_score_does_not_speak_for_the_run() -> None:
    dense = curve("accuracy", range(100))
    final = curve("val_f1", [20, 40, 60, 80, 40], records=[21, 41, 61, 81, 101])
    (run,) = separated(run_of(dense, final))
    assert (run.restarts, len(run.curves["val_f1"])) == ((), 5)


def test_an_evaluation_of_everything_after_the_training_is_no_restart() -> None:
    train = curve("train_loss", range(10), records=range(1, 20, 2))
    val = curve("val_loss", [*range(10), *range(10)], records=[*range(2, 21, 2), *range(30, 40)])
    (run,) = separated(run_of(train, val))
    assert (run.restarts, steps_of(run, "val_loss")[:4]) == ((), [0, 0, 1, 1])


def test_the_same_point_of_several_ranks_is_one_point() -> None:
    steps = [step for step in range(50) for _ in range(4)]
    (run,) = separated(run_of(curve("loss", steps, [1.0 / (s + 1) for s in steps])))
    assert steps_of(run) == list(range(50))


@pytest.mark.parametrize(
    ("axis", "values"),
    [("epoch", [2.3, 2.3, NAN, NAN]), ("step", [0.9, 0.5, 0.3, 0.2]), ("epoch", [0.7, 0.6])],
)
def test_a_run_that_is_told_again_as_it_was_is_a_second_one(axis: str, values: list[float]) -> None:
    steps = [*range(len(values))] * 3
    runs = separated(run_of(curve("loss", steps, values * 3, axis=axis)))
    assert [steps_of(run) for run in runs] == [[*range(len(values))]] * 3


def test_the_events_of_several_ranks_are_one_run() -> None:
    steps, values = [0, 1, 2, 3] * 2, [0.9, 0.5, 0.3, 0.2] * 2
    walls = [float(at) for at in range(8)]
    (run,) = separated(run_of(curve("loss", steps, values, walls=walls)))
    assert steps_of(run) == [0, 1, 2, 3]


NEWEST_FIRST = ([30, 20, 10, 0], [1.0, 2.0, 3.0, 4.0])


@pytest.mark.parametrize("format", ["csv", "jsonl"])
@pytest.mark.parametrize("axis", ["step", "epoch"])
def test_a_table_that_is_sorted_the_other_way_is_one_run(format: str, axis: str) -> None:
    steps, values = NEWEST_FIRST
    rare = curve("val_loss", [30, 0], [1.5, 4.5], axis=axis)
    run = replace(run_of(curve("loss", steps, values, axis=axis), rare), format=format)
    (turned,) = separated(run)
    assert (steps_of(turned), values_of(turned)) == ([0, 10, 20, 30], [4.0, 3.0, 2.0, 1.0])
    assert (steps_of(turned, "val_loss"), turned.restarts) == ([0, 30], ())
    assert turned.curves["loss"].line(0) == 4


def test_what_counts_down_as_it_is_printed_is_not_turned() -> None:
    runs = separated(run_of(curve("loss", *NEWEST_FIRST)))
    assert [value for run in runs for value in values_of(run)] == NEWEST_FIRST[1]


def test_two_rows_of_which_one_is_earlier_are_two_runs() -> None:
    run = replace(run_of(curve("loss", [10, 0])), format="csv")
    assert [values_of(part) for part in separated(run)] == [[0.0], [1.0]]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([1, 5, 9], [[0.0], [1.0], [2.0]]),  # above each run
        ([4, 8, 12], [[0.0], [1.0], [2.0]]),  # below each run
    ],
)
def test_what_has_no_steps_goes_with_the_run_that_it_heads_or_ends(
    lines: list[int], expected: list[list[float]]
) -> None:
    below = lines[0] > 1
    at = [line + 1 - below for start in (1, 5, 9) for line in range(start, start + 3)]
    loss = curve("loss", [0, 1, 2] * 3, records=at, axis="epoch")
    rate = curve("lr", [0, 1, 2], records=lines, axis="row")
    assert [values_of(run, "lr") for run in separated(run_of(loss, rate))] == expected


def test_nan_of_several_ranks_is_one_point() -> None:
    (run,) = separated(run_of(curve("loss", [1, 1, 2, 2], [0.5, 0.5, NAN, NAN])))
    assert steps_of(run) == [1, 2]


def test_ranks_that_write_blocks_of_lines_make_no_restarts() -> None:
    steps = [s for begin in range(0, 100, 10) for _ in range(2) for s in range(begin, begin + 10)]
    (run,) = separated(run_of(curve("loss", steps, [1.0 / (s + 1) for s in steps])))
    assert (steps_of(run), run.restarts) == (list(range(100)), ())


def test_different_values_at_one_step_all_stay() -> None:
    run = run_of(curve("loss", [1, 1, 2, 2], [0.5, 0.4, 0.3, 0.2]))
    assert separated(run) == [run]


def test_equal_values_at_one_epoch_all_stay() -> None:
    run = run_of(curve("loss_scale", [1, 1, 2, 2], [8.0] * 4, axis="epoch"))
    assert separated(run) == [run]


def test_ranks_in_each_others_way_are_sorted() -> None:
    steps = [step + offset for step in range(0, 200, 2) for offset in (1, 0)]
    (run,) = separated(run_of(curve("loss", steps)))
    assert (steps_of(run), run.restarts) == (list(range(200)), ())


@pytest.mark.parametrize("count", [2, 5])
def test_steps_counted_anew_in_every_epoch_are_no_restarts(count: int) -> None:
    steps = [*range(0, 100, 10)] * count
    epochs = [float(epoch) for epoch in range(count) for _ in range(10)]
    (run,) = separated(run_of(curve("loss", steps), curve("epoch", steps, epochs)))
    assert (run.curves["loss"].axis, values_of(run)) == ("row", list(range(10 * count)))


def test_steps_that_fall_all_the_time_are_no_steps() -> None:
    (run,) = separated(run_of(curve("loss", [*range(10)] * 500)))
    assert (run.curves["loss"].axis, run.points) == ("row", 5000)


def test_steps_that_fall_more_often_than_any_job_is_restarted_are_no_steps() -> None:
    (run,) = separated(run_of(curve("loss", [*range(24)] * 300)))
    assert (run.curves["loss"].axis, run.points) == ("row", 7200)


def test_points_that_come_from_far_away_all_the_time_are_in_no_order_of_steps() -> None:
    steps = [step for at in range(0, 900, 3) for step in (at + 5000, at + 5001, at + 5002, at)]
    (run,) = separated(run_of(curve("loss", steps)))
    assert (run.curves["loss"].axis, values_of(run)) == ("row", list(range(1200)))


def test_ranks_that_log_the_same_steps_now_and_then_make_no_restarts() -> None:
    steps = [at for at in range(100) for at in ((at, at - 1) if at % 12 == 11 else (at,))]
    (run,) = separated(run_of(curve("loss", steps)))
    assert (run.restarts, steps_of(run)) == ((), sorted(steps))


def test_points_that_are_all_at_one_step_are_numbered() -> None:
    (run,) = separated(run_of(curve("loss", [0] * 5, [3.0, 2.0, 2.0, 2.0, 1.0])))
    assert (run.curves["loss"].axis, steps_of(run)) == ("row", [0, 1, 2, 3, 4])


def test_two_points_at_one_step_are_numbered() -> None:
    (run,) = separated(run_of(curve("loss", [7, 7], [3.0, 2.0])))
    assert (run.curves["loss"].axis, steps_of(run)) == ("row", [0, 1])


def test_one_metric_at_one_step_stays_there() -> None:
    final = curve("test_loss", [9] * 4, [0.5] * 4, records=range(10, 14))
    (run,) = separated(run_of(curve("loss", range(10)), final))
    assert steps_of(run, "test_loss") == [9]


# What always holds

_LOGGED = st.lists(st.integers(0, 40), max_size=120)


@given(_LOGGED, _LOGGED)
def test_the_steps_of_every_run_rise(one: list[int], other: list[int]) -> None:
    run = run_of(curve("loss", one, [1.0] * len(one)), curve("val_loss", other, axis="epoch"))
    assert all((np.diff(c.steps) >= 0).all() for r in separated(run) for c in r.curves.values())


@given(_LOGGED, _LOGGED)
def test_no_point_is_lost_that_is_not_logged_again(one: list[int], other: list[int]) -> None:
    run = run_of(curve("loss", one), curve("grad_norm", other))
    runs = separated(run)
    dropped = sum(restart.dropped for run in runs for restart in run.restarts)
    assert sum(run.points for run in runs) + dropped == run.points


@given(st.lists(_LOGGED.filter(bool), min_size=1, max_size=4))
def test_times_and_lines_tell_the_same(parts: list[list[int]]) -> None:
    steps = [step for part in parts for step in sorted(part)]
    by_line = separated(run_of(curve("loss", steps)))
    by_time = separated(run_of(curve("loss", steps, walls=[float(i) for i in range(len(steps))])))
    assert [steps_of(run) for run in by_line if run.curves] == [
        steps_of(run) for run in by_time if run.curves
    ]


@pytest.mark.parametrize("axis", ["step", "epoch"])
def test_a_run_of_the_same_seed_that_was_broken_off_is_a_run(axis: str) -> None:
    steps = [*range(1, 10), 1, 2, *range(1, 21)]
    values = [1.0 / s for s in steps[:11]] + [0.5 / s for s in steps[11:]]
    parts = separated(run_of(curve("loss", steps, values, axis=axis)))
    assert [steps_of(part) for part in parts] == [[*range(1, 10)], [1, 2], [*range(1, 21)]]


def test_restarts_within_one_line_are_those_of_all_its_series() -> None:
    steps = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]
    one = curve("loss", steps, records=[7] * 12, axis="epoch")
    other = curve("accuracy", steps, records=[7] * 12, axis="epoch")
    parts = separated(run_of(one, other))
    assert [(steps_of(it), steps_of(it, "accuracy")) for it in parts] == [([1, 2, 3, 4],) * 2] * 3
