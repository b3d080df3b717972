"""Names of checkpoints, and the one to restart from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gradlint.finding import Finding, Severity, Span, Window
from gradlint.relations.restart_advice import Checkpoint, Restart, checkpoints, restarts
from gradlint.runs.roles.assignment import assign_roles
from gradlint.runs.run import Curve, Run


def made(directory: Path, *names: str) -> str:
    """The directory with files, and folders where a name ends in a slash."""
    for name in names:
        place = directory / name
        if name.endswith("/"):
            place.mkdir(parents=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
    return str(directory)


def only(directory: Path, name: str) -> tuple[int | None, int | None, int | None] | None:
    found: list[Checkpoint] = list(checkpoints(made(directory, name)))
    assert len(found) <= 1
    return (found[0].step, found[0].epoch, found[0].number) if found else None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("checkpoint-500/", (None, None, 500)),
        ("global_step1000/", (1000, None, None)),
        ("iter_0005000/", (5000, None, None)),
        ("step1000-unsharded/", (1000, None, None)),
        ("1000/", (None, None, 1000)),
        ("epoch=3-step=120.ckpt", (120, 3, None)),
        ("version_0/checkpoints/epoch=3-step=120.ckpt", (120, 3, None)),
        ("checkpoint_3_1500.pt", (1500, 3, None)),
        ("ep3-ba1000-rank0.pt", (1000, 3, None)),
        ("rl_model_10000_steps.zip", (10000, None, None)),
        ("model_0004999.pth", (None, None, 4999)),
        ("model.ckpt-1000.index", (None, None, 1000)),
        ("weights.05-0.23.hdf5", (None, None, 5)),
        ("checkpoint_0010.pth.tar", (None, None, 10)),
        ("model_epoch_5.pt", (None, 5, None)),
        ("0001000.pt", (None, None, 1000)),
    ],
)
def test_a_name_tells_the_step_or_the_epoch(
    name: str, told: tuple[int | None, ...], tmp_path: Path
) -> None:
    assert only(tmp_path, name) == told


@pytest.mark.parametrize(
    "name",
    [
        "last.ckpt",
        "best_model_acc_0.91.pt",
        "model-00001-of-00004.safetensors",
        "mp_rank_00_model_states.pt",
        "rng_state_0.pth",
        "optimizer_100.pt",
        "resnet50.pth",
        "vit_b_16.pth",
        "version_0/hparams.yaml",
        "step_100.txt",
        "model_99999999999999999999.pt",
    ],
)
def test_other_numbers_are_no_steps(name: str, tmp_path: Path) -> None:
    assert only(tmp_path, name) is None


def test_files_that_differ_in_one_number_are_checkpoints(tmp_path: Path) -> None:
    made(tmp_path, "net_G_5.pth", "net_G_10.pth", "net_G_15.pth")
    assert sorted(it.number or 0 for it in checkpoints(str(tmp_path))) == [5, 10, 15]


def test_what_is_in_the_folder_of_a_checkpoint_is_none(tmp_path: Path) -> None:
    made(tmp_path, "checkpoint-700/model_3.pt")
    assert [it.number for it in checkpoints(str(tmp_path))] == [700]


def run_of(axis: str, steps: list[int], epochs: list[float] | None = None) -> Run:
    def curve(tag: str, values: list[float]) -> Curve:
        return Curve(tag, np.array(steps), np.array(values, np.float64), axis=axis)

    curves = {"loss": curve("loss", [1.0] * len(steps))}
    if epochs is not None:
        curves["epoch"] = curve("epoch", epochs)
    run = Run("run", "run", "csv", curves)
    assign_roles(run)
    return run


def restart(run: Run, onset: int, directory: str, level: Severity = Severity.ERROR) -> Restart:
    [found] = restarts(run, [error(run, onset, level)], directory)
    return found


def error(run: Run, onset: int, level: Severity = Severity.ERROR) -> Finding:
    window = Window(start=onset, end=onset, axis=run.axis)
    return Finding(Span(1, 1, 1, 1), "", severity=level, window=window)


def test_the_newest_from_before_the_onset_is_named_and_the_one_before_it(tmp_path: Path) -> None:
    run = run_of("step", [100, 200, 300, 400])
    folder = made(tmp_path, *(f"step_{n}.pt" for n in (100, 200, 300, 400)))
    found = restart(run, 300, folder)
    assert (found.newest, found.former) == (f"{folder}/step_200.pt", f"{folder}/step_100.pt")


def test_one_of_the_onset_itself_is_too_late(tmp_path: Path) -> None:
    found = restart(run_of("step", [100, 200]), 200, made(tmp_path, "step_200.pt"))
    assert (found.newest, found.count) == (None, 1)


def test_epochs_are_compared_where_the_log_tells_them(tmp_path: Path) -> None:
    run = run_of("step", [100, 200, 300, 400], [0, 0, 1, 1])
    found = restart(run, 400, made(tmp_path, "epoch_0.pt", "epoch_1.pt"))
    assert (found.number, found.unit, found.limit) == (0, "epoch", 1)


def test_small_numbers_are_epochs_where_the_log_has_as_many(tmp_path: Path) -> None:
    run = run_of("step", [100, 200, 300, 400], [1, 2, 3, 4])
    found = restart(run, 300, made(tmp_path, "model_1.pt", "model_2.pt", "model_3.pt"))
    assert (found.number, found.unit) == (2, "epoch")


def test_a_name_with_both_is_compared_by_what_the_log_counts(tmp_path: Path) -> None:
    folder = made(tmp_path, "epoch=0-step=100.ckpt", "epoch=1-step=200.ckpt")
    assert restart(run_of("epoch", [0, 1, 2]), 1, folder).number == 0
    assert restart(run_of("step", [100, 200, 300]), 300, folder).number == 200


def test_there_is_no_advice_without_an_error_or_without_numbers(tmp_path: Path) -> None:
    folder = made(tmp_path, "step_1.pt")
    run, rows = run_of("step", [1, 2, 3]), run_of("row", [1, 2, 3])
    assert restarts(run, [], folder) == []
    assert restarts(run, [error(run, 2, Severity.WARNING)], folder) == []
    assert restarts(rows, [error(rows, 2)], folder) == []
