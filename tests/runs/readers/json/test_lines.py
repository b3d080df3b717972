"""JSON objects, one a line."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from gradlint.runs.readers.json import JsonReader, sniff
from gradlint.runs.readers.json.table import MOST_PARTS
from gradlint.runs.readers.protocol import LONGEST_LINE, MOST_SERIES
from gradlint.runs.run import NULL_SERIES, Curve, Reading, Run


def read(data: bytes | str, path: str = "train_log.jsonl") -> Reading:
    reader = JsonReader(path, "run")
    reader.feed(data.encode() if isinstance(data, str) else data)
    return reader.finish()


def lines(*rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def only(reading: Reading) -> Run:
    (run,) = reading.runs
    return run


def points(curve: Curve) -> list[tuple[int, float]]:
    return list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))


def test_every_numeric_key_is_a_series_by_step() -> None:
    run = only(read(lines({"step": 5, "loss": 2.5, "lr": 1}, {"step": 9, "loss": 2, "lr": 0.1})))
    assert points(run.curves["loss"]) == [(5, 2.5), (9, 2.0)]
    assert points(run.curves["lr"]) == [(5, 1.0), (9, 0.1)]
    assert run.format == "jsonl"


def test_the_step_is_no_series_of_its_own() -> None:
    assert list(only(read(lines({"step": 1, "loss": 2}, {"step": 2, "loss": 2}))).curves) == [
        "loss"
    ]


@pytest.mark.parametrize(
    "key",
    ["step", "global_step", "iteration", "iter", "num_updates", "_step", "time/total_timesteps"],
)
def test_steps_go_by_many_names(key: str) -> None:
    curve = only(read(lines({key: 10, "loss": 1}, {key: 20, "loss": 2}))).curves["loss"]
    assert (curve.axis, curve.steps.tolist()) == ("step", [10, 20])


def test_without_steps_whole_epochs_count() -> None:
    rows = [{"epoch": epoch, "loss": 1.0, "val_loss": 2.0} for epoch in (1, 2, 3)]
    curve = only(read(lines(*rows))).curves["val_loss"]
    assert (curve.axis, curve.steps.tolist()) == ("epoch", [1, 2, 3])


def test_training_and_validation_rows_share_their_epoch() -> None:
    rows = [{"epoch": e, key: 1.0, "lr": 1} for e in (1, 2, 3) for key in ("loss", "val_loss")]
    assert only(read(lines(*rows))).curves["loss"].steps.tolist() == [1, 2, 3]


@pytest.mark.parametrize("epochs", [[0.25, 0.5, 0.75], [0, 0, 0, 1, 1, 1]])
def test_epochs_within_which_is_logged_are_no_steps(epochs: list[float]) -> None:
    curve = only(read(lines(*({"epoch": epoch, "loss": 1} for epoch in epochs)))).curves["loss"]
    assert (curve.axis, curve.steps.tolist()) == ("row", list(range(len(epochs))))


@pytest.mark.parametrize("key", ["episode", "Round", "generation"])
def test_records_of_two_kinds_share_their_episode(key: str) -> None:
    rows = []
    for at in (3, 4, 6):
        rows.append({"type": "game", key: at, "reward": at + 0.5})
        rows.append({"type": "net", key: at, "actor_loss": at - 0.5})
    curves = only(read(lines(*rows))).curves
    assert key not in curves
    assert points(curves["reward"]) == [(3, 3.5), (4, 4.5), (6, 6.5)]
    assert points(curves["actor_loss"]) == [(3, 2.5), (4, 3.5), (6, 5.5)]


def test_episodes_of_a_second_run_begin_where_those_of_the_first_did() -> None:
    rows = [{"episode": at, "loss": 1} for at in (1, 2, 3, 1, 2)]
    assert only(read(lines(*rows))).curves["loss"].steps.tolist() == [1, 2, 3, 1, 2]


@pytest.mark.parametrize("episodes", [[1, 1, 1, 2, 2, 2], [3, 1, 2, 1, 5], [0.5, 1.5], [7, 7]])
def test_what_does_not_go_on_with_the_rows_counts_none(episodes: list[float]) -> None:
    curves = only(read(lines(*({"episode": at, "loss": 1} for at in episodes)))).curves
    assert curves["loss"].axis == "row"
    assert len(curves["episode"]) == len(episodes)


def test_steps_and_epochs_count_before_episodes() -> None:
    for key, axis in (("step", "step"), ("epoch", "epoch")):
        rows = [{key: 10 * at, "episode": at, "loss": 1} for at in (1, 2, 3)]
        curve = only(read(lines(*rows))).curves["loss"]
        assert (curve.axis, curve.steps.tolist()) == (axis, [10, 20, 30])


def test_episodes_alone_make_no_log() -> None:
    assert not read(lines({"episode": 1, "title": "Pilot"}, {"episode": 2, "title": "End"})).runs


def test_without_any_counter_rows_count_from_0() -> None:
    curve = only(read(lines({"loss": 3}, {"loss": 2}))).curves["loss"]
    assert (curve.axis, curve.steps.tolist()) == ("row", [0, 1])


def test_a_step_that_never_changes_is_none() -> None:
    curve = only(read(lines(*({"step": 0, "loss": v} for v in (3, 2, 1))))).curves["loss"]
    assert (curve.axis, curve.steps.tolist()) == ("row", [0, 1, 2])


def test_a_row_without_a_step_has_that_of_the_row_before() -> None:
    run = only(read(lines({"step": 7, "loss": 1}, {"final_loss": 3}, {"step": 8, "loss": 1})))
    assert points(run.curves["final_loss"]) == [(7, 3.0)]


def test_rows_with_epochs_alone_keep_them_beside_steps() -> None:
    rows = [{"step": 10, "loss": 1}, {"epoch": 1, "val_loss": 2}, {"step": 20, "loss": 1}]
    run = only(read(lines(*rows)))
    assert (run.curves["val_loss"].axis, run.curves["val_loss"].steps.tolist()) == ("epoch", [1])
    assert run.curves["loss"].axis == "step"


def test_a_second_run_in_the_same_file_stays_where_it_is() -> None:
    rows = [{"iteration": step, "loss": 1} for step in (19, 299, 19, 39)]
    assert only(read(lines(*rows))).curves["loss"].steps.tolist() == [19, 299, 19, 39]


def test_records_are_the_lines_of_the_file() -> None:
    text = '\n{"step": 1, "loss": 1}\n\n{"step": 2, "acc": 1}\n{"step": 3, "loss": 1}\n'
    run = only(read(text))
    assert run.curves["loss"].records is not None
    assert run.curves["loss"].records.tolist() == [2, 5]
    assert run.curves["acc"].line(0) == 4


def test_rows_with_different_keys_keep_their_order() -> None:
    rows = [{"step": s, "loss": s, **({"val": s} if s % 3 else {})} for s in range(100)]
    curve = only(read(lines(*rows))).curves["loss"]
    assert curve.values.tolist() == list(range(100))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NaN", math.nan),
        ('"nan"', math.nan),
        ('"NaN"', math.nan),
        ("nan", math.nan),
        ("-nan", math.nan),
        ("Infinity", math.inf),
        ("inf", math.inf),
        ('"Infinity"', math.inf),
        ('"-inf"', -math.inf),
        ("-Infinity", -math.inf),
        ("1e400", math.inf),
        ("-" + "9" * 5000, -math.inf),
        ('"0.53"', 0.53),
        (str(2**70), 2.0**70),
    ],
)
def test_what_is_a_value(written: str, value: float) -> None:
    text = f'{{"step": 1, "loss": 3.5}}\n{{"step": 2, "loss": {written}, "lr": 1}}\n'
    reading = read(text)
    np.testing.assert_equal(only(reading).curves["loss"].values, np.array([3.5, value]))
    assert not reading.problems


@pytest.mark.parametrize("written", ["null", "true", "false", '""', '"N/A"', '"0:00:32"', "[]"])
def test_what_is_no_value(written: str) -> None:
    text = f'{{"step": 1, "loss": 3.5}}\n{{"step": 2, "loss": {written}, "lr": 1}}\n'
    assert points(only(read(text)).curves["loss"]) == [(1, 3.5)]


def test_objects_within_are_flattened() -> None:
    run = only(read(lines({"step": 1, "info": {"learner": {"loss": 2}}}, {"step": 2, "loss": 1})))
    assert points(run.curves["info/learner/loss"]) == [(1, 2.0)]


def test_short_lists_are_a_series_for_each_member() -> None:
    run = only(read(lines({"step": 1, "lr": [0.1, 0.2]}, {"step": 2, "lr": [0.1, 0.3]})))
    assert points(run.curves["lr/1"]) == [(1, 0.2), (2, 0.3)]


def test_long_lists_and_histograms_are_no_series() -> None:
    histogram = {"_type": "histogram", "values": [1, 2], "bins": [0, 1, 2]}
    row = {"step": 1, "loss": 1, "vector": [1] * (MOST_PARTS + 1), "gradients": histogram}
    assert list(only(read(lines(row, row | {"step": 2}))).curves) == ["loss"]


def test_an_object_with_a_mean_stands_for_it() -> None:
    rows = [{"Loss/G": {"num": 8, "mean": mean, "std": 0.5}} for mean in (3.0, 2.0)]
    run = only(read(lines(*rows)))
    assert points(run.curves["Loss/G"]) == [(0, 3.0), (1, 2.0)]
    assert run.curves["Loss/G/std"].values.tolist() == [0.5, 0.5]


def test_times_are_kept_as_walls() -> None:
    rows = [{"step": step, "loss": 1, "timestamp": 1.6e9 + step} for step in (1, 2)]
    walls = only(read(lines(*rows))).curves["loss"].walls
    assert walls is not None
    assert walls.tolist() == [1.6e9 + 1, 1.6e9 + 2]


def test_modes_are_prefixes() -> None:
    rows = [
        {"mode": "train", "epoch": 1, "iter": 50, "loss": 2},
        {"mode": "val", "epoch": 1, "iter": 50, "loss": 3},
        {"mode": "train", "epoch": 1, "iter": 100, "loss": 1},
    ]
    run = only(read(lines(*rows)))
    assert points(run.curves["train/loss"]) == [(50, 2.0), (100, 1.0)]
    assert points(run.curves["val/loss"]) == [(50, 3.0)]


@pytest.mark.parametrize("key", ["event", "type", "subset", "log_type"])
def test_what_a_row_is_of_goes_by_many_names(key: str) -> None:
    rows: list[dict[str, Any]] = [{key: "start", "seed": 1}]
    for step in (1, 2):
        rows.append({key: "train", "step": step, "data": {"loss": 2.0 + step}})
        rows.append({key: "eval", "step": step, "data": {"loss": 4.0 + step}})
    run = only(read(lines(*rows)))
    assert points(run.curves["train/data/loss"]) == [(1, 3.0), (2, 4.0)]
    assert points(run.curves["eval/data/loss"]) == [(1, 5.0), (2, 6.0)]
    assert run.metadata[key] == "start"


def test_of_several_such_keys_the_one_that_names_a_split_counts() -> None:
    row = {"type": "metrics", "phase": "val", "step": 1, "loss": 2.0}
    assert list(only(read(lines(row, {**row, "step": 2}))).curves) == ["val/loss"]


def test_a_part_of_a_row_that_names_its_own_split_is_of_that() -> None:
    rows = [{"event": "train", "step": at, "eval": {"loss": 2.0}} for at in (1, 2)]
    assert list(only(read(lines(*rows))).curves) == ["eval/loss"]


def test_iterations_that_begin_anew_in_each_epoch_go_on() -> None:
    rows: list[dict[str, Any]] = []
    for epoch in (1, 2, 3):
        rows += [{"mode": "train", "epoch": epoch, "iter": i, "loss": 1} for i in (50, 100)]
        rows.append({"mode": "val", "epoch": epoch, "iter": 28, "mAP": 0.5})
    run = only(read(lines(*rows)))
    assert run.curves["train/loss"].steps.tolist() == [50, 100, 150, 200, 250, 300]
    assert run.curves["val/mAP"].steps.tolist() == [100, 200, 300]


def test_iterations_of_the_validation_loader_are_no_steps() -> None:
    rows = [{"mode": "train", "epoch": 1, "iter": i, "loss": 1} for i in (50, 100, 150)]
    rows.insert(2, {"mode": "val", "epoch": 1, "iter": 7, "mAP": 1})
    rows.append({"mode": "val", "epoch": 1, "iter": 7, "mAP": 1})
    assert only(read(lines(*rows))).curves["val/mAP"].steps.tolist() == [100, 150]


def test_validation_rows_whose_step_is_the_epoch_are_put_in_place() -> None:
    rows: list[dict[str, Any]] = []
    for epoch in (1, 2, 3):
        step = 69 * epoch
        rows.append({"loss": 1, "epoch": epoch, "iter": step, "step": step})
        rows.append({"accuracy/top1": 43, "step": epoch})
    assert only(read(lines(*rows))).curves["accuracy/top1"].steps.tolist() == [69, 138, 207]


def test_the_averages_of_a_trainer_are_a_summary() -> None:
    rows = [{"step": s, "loss": 1} for s in (1, 2)]
    rows.append({"step": 2, "train_loss": 1.5, "train_runtime": 9})
    run = only(read(lines(*rows)))
    assert points(run.curves["summary/train_loss"]) == [(2, 1.5)]
    assert "train_loss" not in run.curves


def test_texts_are_metadata() -> None:
    run = only(read(lines({"env_info": "torch 2.1", "seed": 1}, {"step": 1, "loss": 1})))
    assert run.metadata["env_info"] == "torch 2.1"


def test_lines_that_are_no_objects_are_a_problem_once() -> None:
    text = '{"step": 1, "loss": 1}\nSaving model\n{"step": 2, "loss": 1}\n[1]\n'
    reading = read(text)
    (problem,) = reading.problems
    assert (problem.line, problem.lost, problem.partial) == (2, 15, False)
    assert problem.message == "2 lines are not JSON objects"
    assert len(only(reading).curves["loss"]) == 2


def test_a_last_line_in_writing_is_partial() -> None:
    reading = read('{"step": 1, "loss": 1}\n{"step": 2, "lo')
    (problem,) = reading.problems
    assert (problem.partial, problem.line) == (True, 2)
    assert points(only(reading).curves["loss"]) == [(1, 1.0)]


def test_a_last_line_without_newline_counts() -> None:
    reading = read('{"step": 1, "loss": 1}\n{"step": 2, "loss": 1}')
    assert not reading.problems
    assert len(only(reading).curves["loss"]) == 2


def test_a_first_line_that_is_cut_costs_only_itself() -> None:
    reading = read('"loss": 5}\n' + lines({"step": 2, "loss": 1}, {"step": 3, "loss": 1}))
    assert len(reading.problems) == 1
    assert len(only(reading).curves["loss"]) == 2


@pytest.mark.parametrize("joint", ["", " ", ","])
def test_objects_on_one_line(joint: str) -> None:
    text = joint.join(['{"step": 1, "loss": 1}'] * 2) + "\n" + '{"step": 3, "loss": 1}\n'
    assert only(read(text)).curves["loss"].steps.tolist() == [1, 1, 3]


def test_lines_which_only_together_are_json_are_not_joined() -> None:
    text = '{"step":1,"loss":1}\n{"a":[{}\n{}]}\n{"step":2,"loss":1},{"step":3,"loss":1}\n'
    reading = read(text)
    assert reading.problems[0].message == "2 lines are not JSON objects"
    assert only(reading).curves["loss"].records is not None
    assert only(reading).curves["loss"].records.tolist() == [1, 4, 4]


def test_a_key_that_occurs_twice_is_a_problem() -> None:
    (problem,) = read('{"step":1,"loss":1,"loss":2}\n{"step":2,"loss":1}\n').problems
    assert problem.message.startswith("`loss` occurs twice")


def test_nesting_does_not_end_the_reading() -> None:
    deep = '{"a":' * 100_000
    reading = read('{"step":1,"loss":1}\n' + deep + '\n{"step":2,"loss":1}\n')
    assert len(only(reading).curves["loss"]) == 2
    assert reading.problems[0].lost == len(deep)


def test_a_line_without_end_is_passed_over() -> None:
    reading = read('{"step":1,"loss":1}\n' + "x" * (3 * LONGEST_LINE) + '\n{"step":2,"loss":1}\n')
    assert reading.problems[0].lost == 3 * LONGEST_LINE
    assert only(reading).curves["loss"].records is not None
    assert only(reading).curves["loss"].records.tolist() == [1, 3]


def test_series_are_bounded() -> None:
    many = {f"loss{i}": i for i in range(MOST_SERIES + 5)}
    reading = read(lines({"step": 1, "loss": 1}, {"step": 2, **many}))
    # One of them is the step.
    assert len(only(reading).curves) == MOST_SERIES - 1
    assert "were left out" in reading.problems[0].message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_byte_order_marks(encoding: str) -> None:
    text = lines({"step": 1, "loss": 1}, {"step": 2, "loss": 1})
    text = "\ufeff" + text if encoding == "utf-16-be" else text
    assert sniff(text.encode(encoding))
    assert len(only(read(text.encode(encoding))).curves["loss"]) == 2


def test_half_characters_do_not_get_out() -> None:
    tags = only(read('{"step":1,"loss\\ud800":1}\n{"step":2,"loss\\ud800":1}\n')).curves
    assert "".join(tags).encode()


def test_a_data_set_is_no_log() -> None:
    assert read(lines({"text": "a", "label": 0}, {"text": "b", "label": 1})) == Reading()


def test_one_line_is_a_log_by_its_name_alone() -> None:
    text = lines({"step": 1, "loss": 2.5})
    assert points(only(read(text, "log.jsonl")).curves["loss"]) == [(1, 2.5)]
    assert not read(text, "best.json").runs
    assert not read(lines({"epoch": 3, "eval_loss": 2.5}), "all_results.json").runs


@pytest.mark.parametrize("piece", [1 << 20, 40])
def test_what_turns_null_is_noted(piece: int) -> None:
    rows = [
        {"step": i, "loss": 0.5 if i < 5 else None, "lr": None if i < 5 else 0.1, "acc": 0.5}
        for i in range(40)
    ]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    reader = JsonReader("log.jsonl", "run")
    for at in range(0, len(data), piece):
        reader.feed(data[at : at + piece])
    (run,) = reader.finish().runs
    assert run.metadata[NULL_SERIES] == "loss"
