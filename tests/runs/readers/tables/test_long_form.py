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


# Rows that say which split of the data they are of


@pytest.mark.parametrize("key", ["phase", "Split", "subset", "event"])
def test_a_column_that_names_a_split_in_every_row_tells_series_apart(key: str) -> None:
    (run,) = read(f"step,{key},loss,lr\n1,train,3,0.1\n1,val,4,\n2,train,2,0.1\n2,val,nan,\n")
    assert list(run.curves) == ["train/loss", "train/lr", "val/loss"]
    assert points(run)["train/loss"] == [(1, 3.0), (2, 2.0)]
    assert str(points(run)["val/loss"]) == "[(1, 4.0), (2, nan)]"


def test_splits_may_follow_one_another() -> None:
    (run,) = read("epoch,set,loss\n1,Train,3\n2,Train,2\n1,Test,4\n2,Test,5\n")
    assert points(run) == {"train/loss": [(1, 3.0), (2, 2.0)], "test/loss": [(1, 4.0), (2, 5.0)]}


def test_rows_of_splits_know_their_lines() -> None:
    (run,) = read("step,phase,loss\n1,train,3\n1,val,4\n2,train,2\n2,val,5\n")
    records = run.curves["val/loss"].records
    assert records is not None
    assert records.tolist() == [3, 5]


def test_a_name_that_has_a_split_already_is_not_split() -> None:
    (run,) = read("step,phase,loss,val_loss\n1,train,3,\n1,val,,4\n2,train,2,\n2,val,,5\n")
    assert points(run)["val_loss"] == [(1, 4.0), (2, 5.0)]
    assert points(run)["train/loss"] == [(1, 3.0), (2, 2.0)]


@pytest.mark.parametrize(
    "table",
    [
        "step,model,loss\n1,train,3\n1,val,4\n2,train,2\n",  # no name of such a column
        "step,phase,loss\n1,warmup,3\n2,train,2\n3,train,1\n",  # other stages, too
        "step,phase,loss\n1,train,3\n2,,2\n3,train,1\n",  # not in every row
    ],
)
def test_other_texts_tell_no_series_apart(table: str) -> None:
    (run,) = read(table)
    assert list(run.curves) == ["loss"]
