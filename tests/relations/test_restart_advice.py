"""The checkpoint to restart from."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gradlint.finding import Finding, Severity, Span, Window
from gradlint.relations.restart_advice import RestartAdvice, restart_advice
from gradlint.runs.roles.assignment import assign_roles
from gradlint.runs.run import Curve, Run
from tests.runs.finding_files.test_checkpoints import made


def run_of(axis: str, steps: list[int], epochs: list[float] | None = None) -> Run:
    def curve(tag: str, values: list[float]) -> Curve:
        return Curve(tag, np.array(steps), np.array(values, np.float64), axis=axis)

    curves = {"loss": curve("loss", [1.0] * len(steps))}
    if epochs is not None:
        curves["epoch"] = curve("epoch", epochs)
    run = Run("run", "run", "csv", curves)
    assign_roles(run)
    return run


def advice(run: Run, onset: int, directory: str, level: Severity = Severity.ERROR) -> RestartAdvice:
    [found] = restart_advice(run, [error(run, onset, level)], directory)
    return found


def error(run: Run, onset: int, level: Severity = Severity.ERROR) -> Finding:
    window = Window(start=onset, end=onset, axis=run.axis)
    return Finding(Span(1, 1, 1, 1), "", severity=level, window=window)


def test_the_newest_from_before_the_onset_is_named_and_the_one_before_it(tmp_path: Path) -> None:
    run = run_of("step", [100, 200, 300, 400])
    folder = made(tmp_path, *(f"step_{n}.pt" for n in (100, 200, 300, 400)))
    found = advice(run, 300, folder)
    assert (found.newest, found.former) == (f"{folder}/step_200.pt", f"{folder}/step_100.pt")


def test_one_of_the_onset_itself_is_too_late(tmp_path: Path) -> None:
    found = advice(run_of("step", [100, 200]), 200, made(tmp_path, "step_200.pt"))
    assert (found.newest, found.count) == (None, 1)


def test_epochs_are_compared_where_the_log_tells_them(tmp_path: Path) -> None:
    run = run_of("step", [100, 200, 300, 400], [0, 0, 1, 1])
    found = advice(run, 400, made(tmp_path, "epoch_0.pt", "epoch_1.pt"))
    assert (found.number, found.unit, found.limit) == (0, "epoch", 1)


def test_small_numbers_are_epochs_where_the_log_has_as_many(tmp_path: Path) -> None:
    run = run_of("step", [100, 200, 300, 400], [1, 2, 3, 4])
    found = advice(run, 300, made(tmp_path, "model_1.pt", "model_2.pt", "model_3.pt"))
    assert (found.number, found.unit) == (2, "epoch")


def test_a_name_with_both_is_compared_by_what_the_log_counts(tmp_path: Path) -> None:
    folder = made(tmp_path, "epoch=0-step=100.ckpt", "epoch=1-step=200.ckpt")
    assert advice(run_of("epoch", [0, 1, 2]), 1, folder).number == 0
    assert advice(run_of("step", [100, 200, 300]), 300, folder).number == 200


def test_the_earliest_error_counts_of_those_on_the_axis_of_the_run(tmp_path: Path) -> None:
    run, epochs = run_of("step", [100, 200, 300]), run_of("epoch", [1, 2])
    errors = [error(run, 300), error(run, 200), error(epochs, 2)]
    [found] = restart_advice(run, errors, str(tmp_path))
    assert (found.onset, found.axis) == (200, "step")


def test_an_error_on_another_axis_counts_where_it_is_the_only_one(tmp_path: Path) -> None:
    run, epochs = run_of("step", [100, 200, 300]), run_of("epoch", [1, 2])
    [found] = restart_advice(run, [error(epochs, 2)], str(tmp_path))
    assert (found.onset, found.axis) == (2, "epoch")


def test_there_is_no_advice_without_an_error_or_without_numbers(tmp_path: Path) -> None:
    folder = made(tmp_path, "step_1.pt")
    run, rows = run_of("step", [1, 2, 3]), run_of("row", [1, 2, 3])
    assert restart_advice(run, [], folder) == []
    assert restart_advice(run, [error(run, 2, Severity.WARNING)], folder) == []
    assert restart_advice(rows, [error(rows, 2)], folder) == []
