"""Batches whose epoch is said by the line behind them."""

from __future__ import annotations

from gradlint.runs.joining.restarts import separated
from gradlint.runs.roles.assignment import assign_roles
from gradlint.runs.run import Run
from tests.runs.readers.text.text_logs import points, run_of, series


def training(epochs: int, drop: float = 0.0, footer: str = "Epoch {}/9 | TrainLoss={}") -> str:
    """Epochs of two prints of training and two of validation, each with a line at its end."""
    return "".join(
        f"train 5/10 | loss={9 - at - drop}\ntrain 10/10 | loss={8.9 - at - drop:g}\n"
        f"val 2/4 | loss={9.2 - at - drop:g}\nval 4/4 | loss={9.3 - at - drop:g}\n"
        + footer.format(at, 9.5 - at - drop)
        + "\n"
        for at in range(1, epochs + 1)
    )


def runs_of(log: str) -> list[Run]:
    run = run_of(log)
    assign_roles(run)
    return separated(run)


def steps_of(run: Run, tag: str) -> list[int]:
    return run.curves[tag].steps.tolist()


def test_the_epoch_behind_the_batches_is_theirs() -> None:
    found = series(training(3))
    assert [step for step, _ in found["train/loss"]] == [5, 10, 15, 20, 25, 30]
    assert [step for step, _ in found["TrainLoss"]] == [1, 2, 3]


def test_the_losses_of_its_validation_are_of_that_epoch() -> None:
    assert series(training(2))["val/loss"] == [(1, 8.3), (2, 7.3)]


def test_an_epoch_that_falls_back_there_begins_a_second_run() -> None:
    first, second = runs_of(training(3) + training(2, drop=0.5))
    assert steps_of(first, "train/loss") == [5, 10, 15, 20, 25, 30]
    assert points(second.curves["train/loss"]) == [(5, 7.5), (10, 7.4), (15, 6.5), (20, 6.4)]
    assert points(second.curves["val/loss"]) == [(1, 7.8), (2, 6.8)]
    assert steps_of(second, "TrainLoss") == [1, 2]


def test_a_bare_epoch_behind_the_batches_tells_as_much() -> None:
    log = training(3, footer="Epoch {} done") + training(2, drop=0.5, footer="Epoch {} done")
    assert [steps_of(run, "val/loss") for run in runs_of(log)] == [[1, 2, 3], [1, 2]]


def test_the_epoch_in_which_a_log_ends_is_the_next() -> None:
    found = series(training(2) + "train 5/10 | loss=6.5\n")
    assert found["train/loss"][-1] == (25, 6.5)


def test_an_epoch_that_was_broken_off_is_not_that_of_the_run_behind_it() -> None:
    first, second = runs_of(training(2) + "train 7/10 | loss=6.5\n" + training(2, drop=0.5))
    assert steps_of(first, "train/loss") == [5, 10, 15, 20, 27]
    assert steps_of(second, "train/loss") == [5, 10, 15, 20]


def test_epochs_that_are_said_now_and_then_place_no_batches() -> None:
    log = "".join(
        f"[5/10] loss: {9 - at}.5\n[10/10] loss: {9 - at}.4\n"
        + (f"Epoch {at} val loss: {9 - at}.6\n" if at % 2 == 0 else "")
        for at in range(1, 7)
    )
    assert [step for step, _ in series(log)["loss"]] == list(range(5, 61, 5))


def test_an_epoch_before_its_batches_stays_theirs() -> None:
    log = "".join(f"Epoch {at}\n[5/10] loss: {at}.5\n[10/10] loss: {at}.4\n" for at in (0, 1))
    assert [step for step, _ in series(log)["loss"]] == [5, 10, 15, 20]
