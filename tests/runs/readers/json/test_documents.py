"""Files that are one JSON document: trainer states, chainer logs, golden values, histories."""

from __future__ import annotations

import json
import math
from typing import Any
from unittest import mock

import numpy as np
import pytest

from gradlint.runs.readers.json import JsonReader, document, sniff
from gradlint.runs.run import Curve, Reading, Run


def read(content: Any, path: str = "log.json") -> Reading:
    reader = JsonReader(path, "run")
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    reader.feed(text.encode())
    return reader.finish()


def only(reading: Reading) -> Run:
    (run,) = reading.runs
    return run


def points(curve: Curve) -> list[tuple[int, float]]:
    return list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))


STATE: dict[str, Any] = {
    "best_metric": 0.25,
    "is_world_process_zero": True,
    "log_history": [
        {"epoch": 0.5, "loss": 2.5, "step": 10},
        {"epoch": 1.0, "loss": 1.5, "step": 20, "grad_norm": math.nan},
        {"epoch": 1.0, "eval_loss": 1.25, "step": 20},
        {"epoch": 1.0, "step": 20, "train_loss": 2.0, "train_runtime": 5.5},
    ],
    "max_steps": 20,
    "stateful_callbacks": {"TrainerControl": {"args": {"should_log": False}}},
}


class TestTrainerState:
    def test_rows_are_points(self) -> None:
        run = only(read(STATE))
        assert run.format == "trainer-state"
        assert points(run.curves["loss"]) == [(10, 2.5), (20, 1.5)]
        assert points(run.curves["eval_loss"]) == [(20, 1.25)]
        assert math.isnan(run.curves["grad_norm"].values[0])

    def test_epochs_are_kept(self) -> None:
        assert only(read(STATE)).curves["epoch"].values.tolist() == [0.5, 1.0, 1.0, 1.0]

    def test_the_average_at_the_end_is_no_loss(self) -> None:
        run = only(read(STATE))
        assert "train_loss" not in run.curves
        assert points(run.curves["summary/train_loss"]) == [(20, 2.0)]

    def test_what_surrounds_them_is_metadata(self) -> None:
        metadata = only(read(STATE)).metadata
        assert metadata["best_metric"] == "0.25"
        assert metadata["max_steps"] == "20"
        assert metadata["is_world_process_zero"] == "true"

    def test_records_are_lines(self) -> None:
        run = only(read(STATE))
        text = json.dumps(STATE, indent=1).splitlines()
        assert [text[(run.curves["loss"].line(i) or 0) - 1] for i in (0, 1)] == ["  {", "  {"]
        assert (run.curves["loss"].line(0), run.curves["loss"].line(1)) == (5, 10)

    def test_on_one_line_it_reads_the_same(self) -> None:
        run = only(read(json.dumps(STATE) + "\n"))
        assert points(run.curves["loss"]) == [(10, 2.5), (20, 1.5)]

    def test_cut_off_it_has_the_rows_before(self) -> None:
        text = json.dumps(STATE, indent=1)
        reading = read(text[: text.index('"grad_norm"')])
        assert points(only(reading).curves["loss"]) == [(10, 2.5)]
        assert "in the middle" in reading.problems[0].message
        assert reading.problems[0].lost > 0

    def test_a_damaged_row_costs_only_itself(self) -> None:
        reading = read(json.dumps(STATE, indent=1).replace("1.5,", "1.5?"))
        run = only(reading)
        assert points(run.curves["loss"]) == [(10, 2.5)]
        assert points(run.curves["eval_loss"]) == [(20, 1.25)]
        assert run.metadata["max_steps"] == "20"
        assert reading.problems[0].line == 10

    def test_bare_nan_is_understood(self) -> None:
        reading = read(json.dumps(STATE).replace("1.25", "nan").replace("2.5", "-inf"))
        assert not reading.problems
        assert math.isnan(only(reading).curves["eval_loss"].values[0])
        assert only(reading).curves["loss"].values[0] == -math.inf

    def test_many_damaged_rows_end_in_time(self) -> None:
        nested = '{"a":[{},' * 20_000
        reading = read('{"log_history": [{"step": 1, "loss": 1},' + nested)
        assert reading.problems
        assert points(only(reading).curves["loss"]) == [(1, 1.0)]


class TestRows:
    def test_chainer_is_a_list_of_rows(self) -> None:
        rows = [{"epoch": 0, "iteration": i, "main/loss": 1 / i} for i in (100, 200)]
        curve = only(read(rows, "log")).curves["main/loss"]
        assert (curve.axis, curve.steps.tolist()) == ("step", [100, 200])

    def test_rows_under_their_steps(self) -> None:
        run = only(read({"1": {"loss": 2}, "2": {"loss": 1}}))
        assert points(run.curves["loss"]) == [(1, 2.0), (2, 1.0)]

    def test_rows_below_a_key(self) -> None:
        run = only(read({"name": "x", "logs": [{"step": 3, "loss": 2}, {"step": 4, "loss": 1}]}))
        assert points(run.curves["loss"]) == [(3, 2.0), (4, 1.0)]
        assert run.metadata["name"] == "x"

    def test_objects_one_after_the_other(self) -> None:
        text = "\n".join(json.dumps({"step": step, "loss": 1}, indent=2) for step in (1, 2, 3))
        curve = only(read(text)).curves["loss"]
        assert curve.steps.tolist() == [1, 2, 3]
        assert curve.records is not None
        assert curve.records.tolist() == [1, 5, 9]

    def test_objects_with_nothing_between(self) -> None:
        text = "".join(json.dumps({"step": step, "loss": 1}) for step in (1, 2, 3))
        assert only(read(text)).curves["loss"].steps.tolist() == [1, 2, 3]


def golden(values: Any, start: int = 1) -> dict[str, Any]:
    return {"start_step": start, "end_step": 100, "step_interval": 5, "values": values}


class TestGoldenValues:
    def test_values_by_step(self) -> None:
        run = only(read({"lm loss": golden({"1": 12.5, "5": 11.5})}))
        assert run.format == "golden-values"
        assert points(run.curves["lm loss"]) == [(1, 12.5), (5, 11.5)]

    def test_values_in_a_list(self) -> None:
        run = only(read({"lm loss": golden([12.5, 11.5], start=10)}))
        assert points(run.curves["lm loss"]) == [(10, 12.5), (15, 11.5)]

    def test_the_text_nan_is_padding(self) -> None:
        values = {
            "lm loss": golden({"1": 12.5, "5": 11.5, "10": "nan"}),
            "iteration-time": golden({"1": "nan", "5": 0.5, "10": "nan"}),
        }
        run = only(read(values))
        assert points(run.curves["lm loss"]) == [(1, 12.5), (5, 11.5)]
        assert points(run.curves["iteration-time"]) == [(5, 0.5)]

    def test_cut_off_it_has_the_values_before(self) -> None:
        text = json.dumps({"lm loss": golden({"1": 12.5, "5": 11.5, "10": 10.5})})
        reading = read(text[: text.index("10.5")])
        assert points(only(reading).curves["lm loss"]) == [(1, 12.5), (5, 11.5)]
        assert reading.problems


class TestLists:
    def test_a_keras_history(self) -> None:
        run = only(read({"loss": [2.5, 1.5], "val_loss": [2.0, math.nan]}))
        assert points(run.curves["loss"]) == [(0, 2.5), (1, 1.5)]
        assert run.curves["loss"].axis == "row"
        np.testing.assert_equal(run.curves["val_loss"].values, np.array([2.0, math.nan]))

    def test_a_null_in_a_list_is_no_point(self) -> None:
        assert points(only(read({"loss": [2.5, None, 1.5]})).curves["loss"]) == [(0, 2.5), (2, 1.5)]

    def test_long_lists_are_read_in_pieces(self) -> None:
        losses = [2.5, None, "nan", 7] * 50
        by_step = {str(step): 0.5 for step in range(0, 500, 5)}
        text = json.dumps({"loss": losses, "val_loss": by_step, "note": "a,b"})
        with mock.patch.object(document, "LONGEST_LINE", 64):
            run = only(read(text))
        assert run.curves["loss"].steps.tolist() == [i for i in range(200) if i % 4 != 1]
        assert run.curves["val_loss"].steps.tolist() == list(range(0, 500, 5))
        assert run.metadata["note"] == "a,b"

    @pytest.mark.parametrize(("key", "axis"), [("epoch", "epoch"), ("steps", "step")])
    def test_a_list_of_counts(self, key: str, axis: str) -> None:
        run = only(read({key: [5, 10], "loss": [2.5, 1.5]}))
        assert (run.curves["loss"].axis, run.curves["loss"].steps.tolist()) == (axis, [5, 10])

    def test_lists_of_other_lengths_count_by_themselves(self) -> None:
        run = only(read({"step": [5, 10], "loss": [2.5, 1.5], "val_loss": [1.0]}))
        assert (run.curves["val_loss"].axis, run.curves["val_loss"].steps.tolist()) == ("row", [0])

    def test_histories_side_by_side_are_told_apart(self) -> None:
        run = only(read({"train": {"loss": [2, 1]}, "val": {"loss": [3, 2]}}))
        assert list(run.curves) == ["train/loss", "val/loss"]

    def test_columns_with_an_index(self) -> None:
        run = only(read({"loss": {"0": 2.5, "1": 1.5}}))
        assert points(run.curves["loss"]) == [(0, 2.5), (1, 1.5)]

    def test_sacred(self) -> None:
        series = {"steps": [10, 20], "values": [2.5, 1.5], "timestamps": ["a", "b"]}
        run = only(read({"train.loss": series}, "metrics.json"))
        assert run.format == "sacred"
        assert points(run.curves["train.loss"]) == [(10, 2.5), (20, 1.5)]

    def test_a_list_without_numbers_is_no_series(self) -> None:
        nothing = {"steps": [], "values": []}
        begun = {"steps": [10], "values": [2.5]}
        assert not read({"loss": nothing}, "metrics.json").runs
        assert list(only(read({"lr": nothing, "loss": begun}, "metrics.json")).curves) == ["loss"]

    def test_a_bare_list_has_the_name_of_its_file(self) -> None:
        assert list(only(read([0.5, 0.25, 0.125], "runs/train_losses.json")).curves) == [
            "train_losses"
        ]
        assert not read([0, 5, 9], "split.json").runs


@pytest.mark.parametrize(
    "content",
    [
        {"name": "x", "version": "1.0", "dependencies": {"a": "1"}},
        {"lr": 0.1, "hidden": 128, "betas": [0.9, 0.999], "loss_weights": [1, 2], "act": "relu"},
        {"loss": 0.5, "accuracy": 0.9},
        {"version": "1.0", "model": {"vocab": {"a": 0, "b": 1}, "merges": ["a b"]}},
        [{"image_id": 1, "bbox": [1, 2, 3, 4]}, {"image_id": 2, "bbox": [1, 2, 3, 4]}],
        [],
        {},
    ],
)
def test_what_is_no_log_has_neither_runs_nor_problems(content: Any) -> None:
    assert read(content, "settings.json") == Reading()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '[{"a":' * 100_000])
def test_nesting_is_a_problem_and_no_crash(text: str) -> None:
    assert read(text).problems


def test_keys_that_occur_twice_are_a_problem() -> None:
    reading = read('{"loss": [1, 2], "loss": [3, 4]}')
    assert reading.problems[0].message.startswith("`loss` occurs twice")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'{"step": 1}\n', True),
        (b'  {\n  "a": 1', True),
        (b"[\n  {", True),
        (b"[0.5, 0.4]", True),
        (b'Using GPU 0\n{"step": 1}\n{"step": 2}\n{"step": 3}\n', True),
        (b"{'loss': 1.0}\n", False),
        (b"[2024-01-01 10:00:00] loss 1.0\n", False),
        (b"[rank0]: loss 1.0\n", False),
        (b"[ 10/100] loss 1.0\n", False),
        (b"[1,  2000] loss: 2.2\n[1,  4000] loss: 2.1\n", False),
        (b"[1, 2],\n[3, 4]\n", True),
        (b"epoch,loss\n1,2\n", False),
        (b'step 1\nstep 2\nstep 3\n{"step": 1}\n', False),
        (b"", False),
    ],
)
def test_what_is_taken_for_json(head: bytes, expected: bool) -> None:
    assert sniff(head) is expected


def test_names_of_other_things_are_refused() -> None:
    assert not sniff(b'{"name": "x"}', "web/package.json")


# Names of listed values


def catboost(*metrics: str, key: str = "name") -> Any:
    rows = [{"learn": [0.5 / i, 0.1 * i], "iteration": i, "test": [0.6 / i]} for i in (1, 2, 3)]
    meta = {
        "learn_metrics": [{key: metric, "best_value": "Min"} for metric in metrics],
        "test_metrics": [{key: metrics[0]}],
    }
    return {"meta": meta, "iterations": rows}


def test_listed_values_have_the_names_beside_them() -> None:
    curves = only(read(catboost("Logloss", "Accuracy"))).curves
    assert set(curves) == {"learn/Logloss", "learn/Accuracy", "test/Logloss"}
    assert points(curves["learn/Accuracy"]) == [(1, 0.1), (2, 0.2), (3, 0.1 * 3)]


@pytest.mark.parametrize("metrics", [("Logloss", "Logloss"), ("",) * 20])
def test_names_that_tell_nothing_apart_are_not_used(metrics: tuple[str, ...]) -> None:
    assert "learn/0" in only(read(catboost(*metrics))).curves


def test_objects_without_names_name_nothing() -> None:
    assert "learn/0" in only(read(catboost("Logloss", key="id"))).curves
