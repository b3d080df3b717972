"""Tables with a column that says which run a row is of."""

from __future__ import annotations

import random

import pytest

from tests.runs.readers.tables.test_long_form import points, read


def table(columns: str, values: list[str], steps: range = range(4)) -> str:
    """Rows in which the same steps come for each of the values."""
    rows = [f"{at},{value},{9 - at}.{len(value)}" for at in steps for value in values]
    return "\n".join([columns, *rows]) + "\n"


@pytest.mark.parametrize("name", ["fold", "seed", "worker", "local_rank", "Trial", "run_id"])
def test_the_same_steps_for_each_value_are_runs(name: str) -> None:
    first, second = read(table(f"epoch,{name},loss", ["1", "22"]))
    assert (first.name, second.name) == (f"runs/{name}=1", f"runs/{name}=22")
    assert points(first) == {"loss": [(at, 9.1 - at) for at in range(4)]}
    assert points(second) == {"loss": [(at, pytest.approx(9.2 - at)) for at in range(4)]}


def test_what_tells_runs_apart_may_be_text() -> None:
    first, second = read(table("step,run,loss", ["baseline", "wide"]))
    assert [first.name, second.name] == ["runs/run=baseline", "runs/run=wide"]
    assert [step for step, _ in points(second)["loss"]] == [0, 1, 2, 3]


def test_runs_may_follow_one_another() -> None:
    text = "epoch,seed,loss\n0,0,3\n1,0,2\n0,1,4\n1,1,3\n"
    assert list(map(points, read(text))) == [
        {"loss": [(0, 3.0), (1, 2.0)]},
        {"loss": [(0, 4.0), (1, 3.0)]},
    ]


def test_rows_of_a_run_know_their_lines() -> None:
    records = read(table("epoch,fold,loss", ["0", "1"]))[1].curves["loss"].records
    assert records is not None
    assert records.tolist() == [3, 5, 7, 9]


def test_a_run_may_end_earlier() -> None:
    text = table("epoch,fold,loss", ["0", "1"]) + "4,1,0.5\n5,1,0.4\n"
    assert [len(run.curves["loss"]) for run in read(text)] == [4, 6]


def test_workers_may_overtake_each_other() -> None:
    left = {worker: list(range(40)) for worker in "01"}
    chance = random.Random(7)
    rows = []
    while left:
        worker = chance.choice(sorted(left))
        step = left[worker].pop(0)
        rows.append(f"{step},{worker},{50 - step}.{worker}")
        left = {worker: steps for worker, steps in left.items() if steps}
    runs = read("\n".join(["step,worker,loss", *rows]) + "\n")
    assert [[at for at, _ in points(run)["loss"]] for run in runs] == [list(range(40))] * 2


def test_two_columns_tell_together() -> None:
    rows = (f"{e},{f},{s},{e}.{f}{s}\n" for e in range(3) for f in (0, 1) for s in (5, 6))
    runs = read("epoch,fold,seed,loss\n" + "".join(rows))
    assert [run.name for run in runs] == [
        f"runs/fold={fold}, seed={seed}" for fold in (0, 1) for seed in (5, 6)
    ]
    assert points(runs[3]) == {"loss": [(0, 0.16), (1, 1.16), (2, 2.16)]}


def test_each_run_may_have_rows_of_training_and_of_validation() -> None:
    rows = (f"{e},{f},{p},{e}.{f}\n" for e in range(2) for f in (0, 1) for p in ("train", "val"))
    runs = read("epoch,fold,phase,loss\n" + "".join(rows))
    assert [sorted(run.curves) for run in runs] == [["train/loss", "val/loss"]] * 2
    assert points(runs[1])["val/loss"] == [(0, 0.1), (1, 1.1)]


@pytest.mark.parametrize("name", ["batch", "i", "layer", "head", "level", "accuracy"])
def test_other_columns_with_a_few_values_tell_no_runs(name: str) -> None:
    (run,) = read(table(f"epoch,{name},loss", ["0", "1"]))
    assert len(run.curves["loss"]) == 8


@pytest.mark.parametrize(
    "rows",
    [
        "0,0,3\n1,0,2\n2,1,4\n3,1,3\n",  # steps go on in the next fold
        "0,0,3\n1,0,2\n2,0,2\n0,1,4\n5,1,3\n6,1,3\n",  # other steps
        "0,0,3\n0,1,2\n0,2,2\n",  # a result for each
        "0,0,3\n1,0,2\n2,0,2\n",  # one value
        "0,0,3\n0,,2\n1,0,2\n1,,2\n",  # rows of none
        "0,0.5,3\n0,0.25,2\n1,0.5,2\n1,0.25,2\n",  # no number of a run
    ],
)
def test_without_the_same_steps_for_each_of_some_runs_there_is_one(rows: str) -> None:
    (run,) = read(f"epoch,fold,loss\n{rows}")
    assert len(run.curves["loss"]) == rows.count("\n")


@pytest.mark.parametrize("value", ["{}", "try-{}"])
def test_more_values_than_runs_can_have_tell_none(value: str) -> None:
    (run,) = read(table("epoch,trial,loss", [value.format(at) for at in range(101)]))
    assert len(run.curves["loss"]) == 404
