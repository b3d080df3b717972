"""Runs that several files tell are told once, in full; different runs stay apart."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradlint.runs.reading import read
from gradlint.runs.run import Run
from tests.runs.readers.tfevents.event_files import VERSION, event, simple

Write = Callable[[str, str | bytes], Path]

LOSS = (2 * np.random.default_rng(1).lognormal(0, 0.3, 120)).tolist()
OTHER = (2 * np.random.default_rng(2).lognormal(0, 0.3, 120)).tolist()
NORM = np.random.default_rng(3).lognormal(0, 0.5, 120).tolist()

EVENTS = "events.out.tfevents.1700000000.host.1.0"


def events(loss: list[float] = LOSS, norm: list[float] = NORM) -> bytes:
    rows = enumerate(zip(loss, norm, strict=True))
    said = [event(n, simple("train/loss", one), simple("grad_norm", two)) for n, (one, two) in rows]
    return VERSION + b"".join(said)


def table(loss: list[float] = LOSS, form: str = ".6f") -> str:
    return "step,loss\n" + "".join(f"{n},{value:{form}}\n" for n, value in enumerate(loss))


def text(loss: list[float] = LOSS, every: int = 10) -> str:
    return "".join(f"step {n} loss {loss[n]:.4f}\n" for n in range(0, len(loss), every))


def lines(loss: list[float] = LOSS) -> str:
    return "".join(json.dumps({"step": n, "loss": value}) + "\n" for n, value in enumerate(loss))


def runs(path: str = "run") -> list[Run]:
    return [run for reading in read([path]) for run in reading.runs]


def names(run: Run) -> list[str]:
    return [path.replace(os.sep, "/").removeprefix("run/") for path in run.sources]


def test_an_event_file_a_table_a_text_and_a_json_log_are_one_run(write: Write) -> None:
    write(f"run/{EVENTS}", events())
    write("run/metrics.csv", table())
    write("run/train.log", text())
    write("run/log.jsonl", lines())
    (run,) = runs()
    assert (run.format, sorted(names(run))) == (
        "tfevents",
        [EVENTS, "log.jsonl", "metrics.csv", "train.log"],
    )
    assert {tag: len(curve) for tag, curve in run.curves.items()} == {
        "train/loss": 120,
        "grad_norm": 120,
    }
    assert len(run.told["train/loss"]) == 4
    assert len(run.told["grad_norm"]) == 1


@pytest.mark.parametrize("folder", ["version_0/", "tb/version_0/", ""])
def test_a_run_may_be_spread_over_subfolders(write: Write, folder: str) -> None:
    write(f"run/{folder}{EVENTS}", events())
    write("run/csv/metrics.csv", table())
    assert len(runs()) == 1


def test_the_most_points_are_the_richest_then_the_most_digits(write: Write) -> None:
    write("run/a.csv", table(form=".3f"))
    write("run/b.jsonl", lines())
    write("run/c.log", text())
    (run,) = runs()
    assert names(run)[0] == "b.jsonl"


def test_a_series_that_one_file_alone_has_stays(write: Write) -> None:
    write("run/a.jsonl", lines())
    write(
        "run/b.log",
        "".join(f"step {n} loss {LOSS[n]:.4f} gnorm {NORM[n]:.3f}\n" for n in range(120)),
    )
    (run,) = runs()
    assert [len(curve) for curve in run.curves.values()] == [120, 120]
    assert [os.path.basename(path) for path in run.told["gnorm"]] == ["b.log"]
    assert str(run.curves["gnorm"].role) == "gradient-norm"


def test_a_series_that_counts_from_one_is_put_beside_the_others(write: Write) -> None:
    said = [f"Epoch {n + 1} loss {LOSS[n]:.4f} lr {n:.4f}\n" for n in range(120)]
    write("run/train.log", "".join(said))
    write("run/history.csv", table().replace("step", "epoch"))
    (run,) = runs()
    assert names(run)[0] == "history.csv"
    assert run.curves["lr"].steps.tolist() == list(range(120))


def test_a_nan_that_the_richest_left_blank_is_kept(write: Write) -> None:
    broken = [*LOSS[:90], *[float("nan")] * 30]
    rows = "".join(f"{n},{value:.6f},1\n" for n, value in enumerate(broken)).replace("nan", "")
    write("run/metrics.csv", "step,loss,lr\n" + rows)
    write("run/train.log", text(broken))
    (run,) = runs()
    assert run.format == "csv"
    assert run.curves["loss"].steps[~run.curves["loss"].finite].tolist() == [90, 100, 110]


def test_points_at_other_steps_are_kept(write: Write) -> None:
    fine, coarse = range(0, 120, 2), range(0, 120, 3)
    write("run/a.jsonl", "".join(json.dumps({"step": n, "loss": LOSS[n]}) + "\n" for n in fine))
    write("run/b.csv", "step,loss\n" + "".join(f"{n},{LOSS[n]:.5f}\n" for n in coarse))
    (run,) = runs()
    assert run.curves["loss"].steps.tolist() == sorted({*fine, *coarse})


# Values that could be guessed

NAN_SOON = [2.5, 3.75, *[float("nan")] * 118]


def test_a_run_that_is_nan_at_once_is_told_once(write: Write) -> None:
    write(f"run/{EVENTS}", events(NAN_SOON, NAN_SOON))
    write("run/metrics.csv", table(NAN_SOON))
    write("run/train.log", text(NAN_SOON))
    (run,) = runs()
    assert len(names(run)) == 3


def test_a_run_that_never_moves_is_told_once(write: Write) -> None:
    write("run/history.csv", "epoch,loss\n" + "".join(f"{n},2.302585\n" for n in range(20)))
    write("run/stdout.txt", "".join(f"Epoch {n}: loss 2.3026\n" for n in range(1, 21)))
    (run,) = runs()
    assert len(names(run)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("run/a/metrics.csv", "run/b/train.log"),
        ("run/seed0.csv", "run/seed1.log"),
        ("run/lstm.csv", "run/gru.log"),
    ],
)
def test_names_and_folders_tell_such_runs_apart(write: Write, one: str, other: str) -> None:
    write(one, table(NAN_SOON))
    write(other, text(NAN_SOON))
    assert len(runs()) == 2


def test_beside_two_files_of_one_form_such_runs_stay_apart(write: Write) -> None:
    write("run/metrics.csv", table(NAN_SOON))
    write("run/old.csv", table([*NAN_SOON[:60]]))
    write("run/train.log", text(NAN_SOON))
    assert len(runs()) == 3


# Two runs


def test_two_seeds_stay_apart(write: Write) -> None:
    write("run/a.csv", table())
    write("run/b.log", text(OTHER))
    assert len(runs()) == 2


@pytest.mark.parametrize("share", [10, 60, 110])
def test_two_runs_that_begin_alike_stay_apart(write: Write, share: int) -> None:
    write("run/a.csv", table())
    write("run/b.jsonl", lines([*LOSS[:share], *OTHER[share:]]))
    assert len(runs()) == 2


def test_a_run_and_its_continuation_stay_apart(write: Write) -> None:
    write("run/a.log", text(LOSS[:70], every=1))
    again = "".join(f"{n},{LOSS[n]:.6f}\n" for n in range(50, 120))
    write("run/b.csv", "step,loss\n" + again)
    assert len(runs()) == 2


@pytest.mark.parametrize("copy", ["run/b.csv", "run/b/metrics.csv"])
def test_a_copy_and_a_repetition_stay_apart(write: Write, copy: str) -> None:
    write("run/metrics.csv", table())
    write(copy, table())
    assert len(runs()) == 2


def test_a_repetition_keeps_its_own_files(write: Write) -> None:
    for folder in ("a", "b"):
        write(f"run/{folder}/metrics.csv", table())
        write(f"run/{folder}/train.log", text())
    assert [names(run) for run in runs()] == [
        ["a/metrics.csv", "a/train.log"],
        ["b/metrics.csv", "b/train.log"],
    ]


def test_the_parts_of_a_log_are_joined_one_by_one(write: Write) -> None:
    again = table(OTHER).removeprefix("step,loss\n")
    write("run/metrics.csv", table() + again)
    write("run/train.log", text() + text(OTHER))
    first, second = runs()
    assert (first.part, second.part) == (1, 2)
    assert [len(run.told["loss"]) for run in (first, second)] == [2, 2]


def test_files_that_are_named_are_read_for_themselves(write: Write) -> None:
    write("a.csv", table())
    write("b.log", text())
    assert [run.path for reading in read(["a.csv", "b.log"]) for run in reading.runs] == [
        "a.csv",
        "b.log",
    ]


def test_what_was_wrong_with_any_file_is_told(write: Write) -> None:
    write("run/a.csv", table() + "120,many\n")
    write(f"run/{EVENTS}", events()[:-3])
    (reading,) = read(["run"])
    assert (len(reading.runs), reading.files) == (1, 2)
    assert {os.path.basename(problem.path) for problem in reading.problems} >= {EVENTS}
