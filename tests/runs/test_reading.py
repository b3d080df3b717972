"""From paths to runs: what is read, what is a problem, and what is passed over."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradlint.runs.kinds import Kind
from gradlint.runs.reading import read, read_runs, read_stream
from gradlint.runs.run import Reading, Run
from tests.runs.readers.test_formats import event_file

Write = Callable[[str, str | bytes], Path]

CSV = "step,loss\n" + "".join(f"{i},{1 / (i + 1)}\n" for i in range(30))
DATA = "x,y\n" + "".join(f"{i},{i * i}\n" for i in range(30))


def said(*readings: Reading) -> list[tuple[str, str]]:
    return [(p.path, p.message) for reading in readings for p in reading.problems]


def names(*readings: Reading) -> list[str]:
    return [run.name for reading in readings for run in reading.runs]


def test_a_file_is_read(write: Write) -> None:
    write("a.csv", CSV)
    (reading,) = read(["a.csv"])
    assert (names(reading), reading.runs[0].points, reading.problems) == (["a.csv"], 30, [])


def test_curves_have_roles(write: Write) -> None:
    write("a.csv", CSV)
    (reading,) = read(["a.csv"])
    assert reading.runs[0].curves["loss"].role.kind is Kind.LOSS


def test_the_user_names_roles(write: Write) -> None:
    write("a.csv", CSV)
    (reading,) = read(["a.csv"], {"loss": "ignore"})
    assert reading.runs[0].curves["loss"].role.kind is Kind.IGNORE


def test_what_the_user_calls_a_loss_makes_a_log_of_its_file(write: Write) -> None:
    write("runs/a.csv", DATA.replace("x,y", "step,q"))
    assert said(*read(["runs"])) == [("runs", "contains no training logs")]
    assert names(*read(["runs"], {"q": "loss"})) == ["a.csv"]


def test_runs_that_were_appended_are_separated(write: Write) -> None:
    write("a.csv", CSV + "".join(f"{i},{2 / (i + 1)}\n" for i in range(30)))
    (reading,) = read(["a.csv"])
    assert names(reading) == ["a.csv", "a.csv#2"]


def test_a_stream_is_read() -> None:
    reading = read_stream(io.BytesIO(CSV.encode()), "<stdin>")
    assert names(reading) == ["<stdin>"]


class Trickle(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, 7))


def test_a_stream_may_come_in_drops() -> None:
    whole = read_stream(io.BytesIO(CSV.encode()), "x").runs[0].curves["loss"]
    drops = read_stream(Trickle(CSV.encode()), "x").runs[0].curves["loss"]  # type: ignore[arg-type]
    assert np.array_equal(drops.values, whole.values)


def test_a_pipe_is_read(project: Path) -> None:
    os.mkfifo("pipe")
    if os.fork() == 0:
        Path("pipe").write_text(CSV)
        os._exit(0)
    (reading,) = read(["pipe"])
    os.wait()
    assert reading.runs[0].points == 30


# Several files, one run


def test_training_and_validation_in_subdirectories_are_one_run(write: Write) -> None:
    for split in ("train", "validation"):
        scalars = [("epoch_loss", step, 1.0) for step in range(3)]
        write(f"run/{split}/events.out.tfevents.1.host", event_file(*scalars))
    (reading,) = read(["run"])
    assert [(tag, str(c.role)) for tag, c in reading.runs[0].curves.items()] == [
        ("train/epoch_loss", "train loss"),
        ("validation/epoch_loss", "validation loss"),
    ]


def test_a_second_run_in_the_same_directory_is_told_apart(write: Write) -> None:
    for time in (1, 2):
        scalars = [("loss", step, time / (step + 1)) for step in range(9)]
        write(f"run/events.out.tfevents.{time}.host", event_file(*scalars, wall=time * 100.0))
    (reading,) = read(["run"])
    assert names(reading) == ["run", "run#2"]


def test_a_run_that_resumed_writes_another_file(write: Write) -> None:
    first = [("loss", step, 1.0) for step in range(20)]
    second = [("loss", step, 2.0) for step in range(10, 30)]
    write("run/events.out.tfevents.1.host", event_file(*first))
    write("run/events.out.tfevents.2.host", event_file(*second, wall=100.0))
    (reading,) = read(["run"])
    assert reading.runs[0].curves["loss"].values.tolist() == [1.0] * 10 + [2.0] * 20


# Nothing that could not be read looks clean


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.log", b"hello\nworld\n", "no metric was found"),
        ("a.pt", b"PK\x03\x04" + bytes(99), "is not a training log: it is a zip archive"),
        ("a.log", b"version https://git-lfs.github.com/spec/v1\n", "is a git-LFS pointer"),
    ],
)
def test_a_named_file_without_metrics_is_a_problem(
    name: str, data: bytes, message: str, write: Write
) -> None:
    write(name, data)
    ((path, found),) = said(*read([name]))
    assert (path, found.startswith(message)) == (name, True)


def test_an_event_file_that_has_just_begun_is_no_trouble(write: Write) -> None:
    write("run/events.out.tfevents.1.host", event_file())
    (reading,) = read(["run"])
    assert ([p.partial for p in reading.problems], reading.runs) == ([True], [])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_problem(write: Write) -> None:
    write("a.csv", CSV).chmod(0)
    assert said(*read(["a.csv"])) == [("a.csv", "cannot be read: permission denied")]


def test_other_files_are_read_all_the_same(write: Write) -> None:
    write("a.csv", "")
    write("b.csv", CSV)
    assert names(*read(["a.csv", "b.csv", "c.csv"])) == ["b.csv"]


def test_a_directory_in_which_nothing_is_a_log_is_a_problem(write: Write) -> None:
    write("data/notes.txt", "hello\n")
    assert said(*read(["data"])) == [("data", "contains no training logs")]


def test_an_error_of_a_reader_does_not_take_the_other_runs_with_it(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradlint.runs.readers.tables import TableReader

    def fails(self: TableReader, data: bytes) -> None:
        raise RuntimeError("oh")

    monkeypatch.setattr(TableReader, "feed", fails)
    write("a.csv", CSV)
    write("b.log", "".join(f"step {i} loss {1 / (i + 1):.4f}\n" for i in range(9)))
    readings = list(read(["a.csv", "b.log"]))
    assert (names(*readings), said(*readings)) == (
        ["b.log"],
        [("a.csv", "could not be read because of an error in gradlint: RuntimeError: oh")],
    )


def test_an_error_while_a_stream_is_read_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(run: Run) -> list[Run]:
        raise IndexError

    monkeypatch.setattr("gradlint.runs.reading.separated", fails)
    assert said(read_stream(io.BytesIO(CSV.encode()), "<stdin>")) == [
        ("<stdin>", "could not be read because of an error in gradlint: IndexError")
    ]


def test_a_role_that_does_not_exist_is_an_error(write: Write) -> None:
    write("a.csv", CSV)
    with pytest.raises(ValueError, match="is not a role"):
        list(read(["a.csv"], {"loss": "lossy"}))


# What merely stands beside the logs


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("notes.txt", "hello\n"),
        ("empty.txt", ""),
        ("points.csv", DATA),
        ("weights.log", b"PK\x03\x04"),
        ("data.json", '{"a": [1, 2]}'),
        ("scores.csv", "class,f1,support\na,0.9,10\nb,0.8,12\nc,0.7,9\n"),
        ("todo.txt", "the loss: 0.5 is too high\n"),
    ],
)
def test_a_file_that_was_merely_found_may_be_anything(
    name: str, data: str | bytes, write: Write
) -> None:
    write("runs/metrics.csv", CSV)
    write(f"runs/{name}", data)
    readings = list(read(["runs"]))
    assert (names(*readings), said(*readings)) == (["metrics.csv"], [])


def test_a_log_that_ends_at_its_first_line_is_found(write: Write) -> None:
    write("runs/train.log", "step 0 loss nan\n")
    assert names(*read(["runs"])) == ["train.log"]


@pytest.mark.parametrize(
    "header", ["loss", "loss,seconds", "loss,val_loss,x", "loss,lr,x", "loss,accuracy,x"]
)
def test_a_table_without_steps_is_found_by_its_loss_and_what_is_beside_it(
    header: str, write: Write
) -> None:
    rows = "".join(",".join([f"0.{9 - at}"] * len(header.split(","))) + "\n" for at in range(8))
    write("runs/a.csv", f"{header}\n{rows}")
    assert names(*read(["runs"])) == ["a.csv"]


def test_a_pointer_of_git_lfs_is_a_problem_wherever_it_is(write: Write) -> None:
    write("runs/metrics.csv", CSV)
    write("runs/b.csv", "version https://git-lfs.github.com/spec/v1\n")
    assert [path for path, _ in said(*read(["runs"]))] == ["runs/b.csv"]


def test_what_only_trainers_write_must_be_readable(write: Write) -> None:
    write("runs/progress.csv", CSV)
    write("runs/metrics.csv", "")
    assert said(*read(["runs"])) == [("runs/metrics.csv", "is empty")]


def test_a_table_without_known_metrics_is_read_if_it_is_named(write: Write) -> None:
    write("points.csv", DATA)
    assert names(*read(["points.csv"])) == ["points.csv"]


# The Python API


def test_runs_of_a_directory(write: Write) -> None:
    write("runs/b/metrics.csv", CSV)
    write("runs/a/metrics.csv", CSV)
    assert [run.name for run in read_runs("runs")] == ["a/metrics.csv", "b/metrics.csv"]


def test_a_path_may_be_a_path(write: Write) -> None:
    assert len(read_runs(write("a.csv", CSV))) == 1


def test_nothing_to_read_is_an_error(project: Path) -> None:
    with pytest.raises(OSError, match=r"a\.csv does not exist"):
        read_runs("a.csv")


def test_files_of_a_row_each_are_one_run(write: Write) -> None:
    for epoch, loss in ((0, 2.5), (1, 1.5), (10, 1.25)):
        write(f"out/metrics_{epoch}.json", f'{{"epoch": {epoch}, "training_loss": {loss}}}')
    (reading,) = read(["out"])
    (run,) = reading.runs
    curve = run.curves["training_loss"]
    assert (curve.steps.tolist(), curve.values.tolist()) == ([0, 1, 10], [2.5, 1.5, 1.25])
    assert (curve.axis, curve.line(0)) == ("epoch", None)


def test_numbered_rows_of_other_things_are_passed_over(write: Write) -> None:
    write("a.csv", CSV)
    for epoch in (0, 1):
        write(f"out/{epoch}.json", f'{{"epoch": {epoch}, "visits": 3}}')
    assert said(*read(["."])) == []


def test_a_wandb_run_that_logged_nothing_is_no_trouble(write: Write) -> None:
    write("run-1/run-1.wandb", b":W&B\xe1\xbe\x00")
    (reading,) = read(["run-1"])
    (problem,) = reading.problems
    assert (problem.message, problem.partial) == ("contains no scalars so far", True)


def test_a_number_a_line_is_found_by_the_name_of_its_file(write: Write) -> None:
    write("out/loss.txt", "2.5\n1.5\n1.25\n1.125\n")
    write("out/points.txt", "2.5\n1.5\n1.25\n1.125\n")
    assert names(*read(["out"])) == ["loss.txt"]


CRASH = 'Traceback (most recent call last):\n  File "a.py", line 3\nValueError: bad\n'


def test_a_program_that_fails_before_it_trains_is_no_pass(tmp_path: Path) -> None:
    log = tmp_path / "run" / "train.log"
    log.parent.mkdir()
    log.write_text(CRASH)
    for path in (log, log.parent):
        problems = [it for reading in read([str(path)]) for it in reading.problems]
        assert len(problems) == 1, path
    log.write_text(f"{CRASH}step 1 loss 0.5\nstep 2 loss 0.4\n")
    assert not [it for reading in read([str(log)]) for it in reading.problems]


WANDB = "w/run-20260101_101010-abcd"
LOSSES = "".join(f"epoch {i} loss: {1 / i:.3f}\n" for i in range(1, 9))


def test_a_wandb_file_that_cannot_be_read_is_told(write: Write) -> None:
    write(f"{WANDB}/run-abcd.wandb", bytes(range(256)) * 8)
    readings = list(read(["w"]))
    skipped = [(it.path, it.reason) for reading in readings for it in reading.skipped]
    assert skipped == [(f"{WANDB}/run-abcd.wandb", "it is binary data")]
    assert said(*readings) == [("w", "contains no training logs")]


def test_what_was_printed_is_read_in_place_of_such_a_file(write: Write) -> None:
    write(f"{WANDB}/run-abcd.wandb", bytes(range(256)) * 8)
    write(f"{WANDB}/files/output.log", LOSSES)
    (reading,) = read(["w"])
    assert (len(reading.runs), len(reading.skipped), reading.problems) == (1, 1, [])
