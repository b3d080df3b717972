"""Tables with a row for each value."""

from __future__ import annotations

import pytest

from gradlint.runs.readers.tables import TableReader, sniff
from gradlint.runs.run import Run


def read(text: str) -> list[Run]:
    reader = TableReader("metrics.csv", "runs")
    reader.feed(text.encode())
    return reader.finish().runs


def points(run: Run) -> dict[str, list[tuple[int, float]]]:
    return {
        tag: list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))
        for tag, curve in run.curves.items()
    }


LOSSES = {"loss": [(0, 2.5), (10, 1.5)], "val_loss": [(0, 2.6), (10, 1.9)]}


@pytest.mark.parametrize(
    "header",
    ["name,step,value", "metric,step,value", "metricName,step,metricValue", "tag,iteration,value"],
)
def test_each_name_is_a_series(header: str) -> None:
    text = f"{header}\nloss,0,2.5\nval_loss,0,2.6\nloss,10,1.5\nval_loss,10,1.9\n"
    assert sniff(text.encode(), "metrics.csv")
    (run,) = read(text)
    assert points(run) == LOSSES


def test_series_may_follow_one_another() -> None:
    (run,) = read("name,step,value\nloss,0,2.5\nloss,10,1.5\nval_loss,0,2.6\nval_loss,10,1.9\n")
    assert points(run) == LOSSES


def test_points_know_their_lines() -> None:
    (run,) = read("step,key,value\n0,loss,2.5\n0,acc,0.1\n1,loss,nan\n")
    records = run.curves["loss"].records
    assert records is not None
    assert records.tolist() == [2, 4]


def test_each_run_is_a_run() -> None:
    first, second = read(
        "run_id,metric,step,value\na,loss,0,2.5\na,loss,1,2.4\nb,loss,0,3.5\nb,loss,1,3.4\n"
    )
    assert (first.name, second.name) == ("runs/a", "runs/b")
    assert points(first) == {"loss": [(0, 2.5), (1, 2.4)]}
    assert points(second) == {"loss": [(0, 3.5), (1, 3.4)]}


@pytest.mark.parametrize("context", ["val", '"{""subset"": ""val""}"'])
def test_a_context_tells_series_of_one_name_apart(context: str) -> None:
    (run,) = read(f"name,context,step,value\nloss,train,0,2.5\nloss,{context},0,2.6\n")
    assert points(run) == {"train/loss": [(0, 2.5)], "val/loss": [(0, 2.6)]}


def test_a_name_that_says_the_split_needs_no_context() -> None:
    (run,) = read("name,context,step,value\nval_loss,validate,0,2.5\nval_loss,validate,1,2.6\n")
    assert list(run.curves) == ["val_loss"]


def test_what_counts_nothing_is_an_ordinary_table() -> None:
    (run,) = read("name,value\nlr,0.5\nlr,0.25\n")
    assert list(run.curves) == ["value"]
