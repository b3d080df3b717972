"""Objects that name their series, nested counters, and exported curves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gradlint.runs.readers.json import JsonReader, sniff
from gradlint.runs.run import Run

Points = list[tuple[int, float]]


def read(content: Any, path: str = "log.jsonl") -> Run:
    reader = JsonReader(path, "run")
    text = content if isinstance(content, str) else json.dumps(content)
    reader.feed(text.encode())
    (run,) = reader.finish().runs
    return run


def lines(*rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def points(run: Run) -> dict[str, Points]:
    return {
        tag: list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))
        for tag, curve in run.curves.items()
    }


class TestAValueEach:
    @pytest.mark.parametrize(
        ("name", "value", "step"),
        [("name", "value", "step"), ("metric", "value", "iteration"), ("tag", "value", "_step")],
    )
    def test_each_name_is_a_series(self, name: str, value: str, step: str) -> None:
        rows = [
            {name: "loss", value: 2.5, step: 0},
            {name: "acc", value: 0.1, step: 0},
            {name: "loss", value: 1.5, step: 10},
        ]
        assert points(read(lines(*rows))) == {"loss": [(0, 2.5), (10, 1.5)], "acc": [(0, 0.1)]}

    def test_in_a_document_too(self) -> None:
        rows = [{"key": "loss", "value": 2.5, "step": 0}, {"key": "loss", "value": 2, "step": 1}]
        assert points(read(rows, "a.json")) == {"loss": [(0, 2.5), (1, 2.0)]}

    def test_points_know_their_lines(self) -> None:
        row = {"name": "loss", "value": 2.5}
        records = read(lines({**row, "step": 0}, {**row, "step": 1})).curves["loss"].records
        assert records is not None
        assert records.tolist() == [1, 2]

    def test_a_value_that_is_no_number_is_no_point(self) -> None:
        rows = [{"name": "lr", "value": "auto", "step": 0}, {"name": "lr", "value": 1, "step": 1}]
        assert points(read(lines(*rows))) == {"lr": [(1, 1.0)]}

    def test_a_name_beside_a_value_and_no_step_is_another_thing(self) -> None:
        rows = [{"name": "a", "value": 1, "loss": 2}, {"name": "b", "value": 1, "loss": 3}]
        assert list(read(lines(*rows)).curves) == ["value", "loss"]


class TestWholeCurves:
    @pytest.mark.parametrize(("x", "y"), [("x", "y"), ("steps", "values")])
    def test_an_object_holds_a_curve(self, x: str, y: str) -> None:
        curve = {"name": "loss", x: [0, 10, 20], y: [2.5, None, 1.5], "mode": "lines"}
        other = {"name": "val_loss", x: [10], y: [2.6]}
        assert points(read([curve, other], "export.json")) == {
            "loss": [(0, 2.5), (20, 1.5)],
            "val_loss": [(10, 2.6)],
        }

    def test_lists_of_different_length_are_none(self) -> None:
        reader = JsonReader("log.json", "run")
        reader.feed(json.dumps([{"name": "loss", "x": [0, 1], "y": [2.5]}]).encode())
        assert reader.finish().runs == []

    TIMED = ([1700000000.5, 10, 2.5], [1700000001, 20, 1.5])

    def test_tensorboard_exports_one_series_under_the_files_name(self) -> None:
        run = read(self.TIMED, "run-a_b-tag-Loss_train.json")
        assert points(run) == {"Loss_train": [(10, 2.5), (20, 1.5)]}
        assert run.curves["Loss_train"].axis == "step"

    def test_tensorboardx_exports_several_under_their_tags(self) -> None:
        run = read({"a/loss": self.TIMED, "a/acc": self.TIMED[:1]}, "all.json")
        assert points(run) == {"a/loss": [(10, 2.5), (20, 1.5)], "a/acc": [(10, 2.5)]}

    def test_other_lists_of_three_are_no_points(self) -> None:
        reader = JsonReader("loss.json", "run")
        reader.feed(b"[[1, 10, 2.5], [2, 20, 1.5]]")
        assert reader.finish().runs == []


class TestNestedCounters:
    def test_a_counter_may_stand_below_another_key(self) -> None:
        rows = [{"step": {"epoch": 1, "iter": at}, "loss": 2.5} for at in (20, 40)]
        assert points(read(lines(*rows)))["loss"] == [(20, 2.5), (40, 2.5)]

    def test_one_in_the_row_itself_comes_first(self) -> None:
        rows = [{"eval": {"step": 7 * at}, "step": at, "loss": 2.5} for at in (1, 2)]
        assert points(read(lines(*rows)))["loss"] == [(1, 2.5), (2, 2.5)]

    def test_metrics_may_be_nested_instead(self) -> None:
        rows = [{"metrics": {"loss": 2.5}, "step": at} for at in (3, 6)]
        assert points(read(lines(*rows))) == {"metrics/loss": [(3, 2.5), (6, 2.5)]}

    @pytest.mark.parametrize("key", ["step", "global_step/max_steps", "iter"])
    def test_a_counter_may_say_its_total(self, key: str) -> None:
        rows = [{"loss": 2.5, key: f"{at}/100"} for at in (5, 10)]
        assert points(read(lines(*rows))) == {"loss": [(5, 2.5), (10, 2.5)]}


class TestPythonDictionaries:
    @pytest.mark.parametrize(
        "text",
        [
            "{'loss': [2.5, nan, 1.5], 'lr': [0.1, 0.1, 0.1]}\n",
            "{'loss': [np.float32(2.5), nan, 1.5],\n 'lr': [0.1, 0.1, 0.1]}",
        ],
    )
    def test_a_printed_history_is_read(self, text: str) -> None:
        assert sniff(text.encode(), "out.txt")
        run = read(text, "out.txt")
        assert list(run.curves) == ["loss", "lr"]
        assert run.curves["loss"].values[[0, 2]].tolist() == [2.5, 1.5]

    def test_so_is_one_of_several_sets(self) -> None:
        text = "{'train': {'rmse': [2.5, 1.5]}, 'valid': {'rmse': [2.6, 1.6]}}"
        assert sniff(text.encode(), "out.txt")
        assert list(read(text, "out.txt").curves) == ["train/rmse", "valid/rmse"]

    @pytest.mark.parametrize(
        "line", ["{'loss': 0.5}", "{'lr': [0.1], 'loss': 2}", "{'names': ['a', 'b']}"]
    )
    def test_other_dictionaries_are_lines_of_text(self, line: str) -> None:
        assert not sniff(f"{line}\n".encode() * 2, "out.txt")
