"""Whether two runs, each from files of its own, are one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from gradlint.runs.joining.same_run import copies
from gradlint.runs.roles.assignment import assign_roles
from gradlint.runs.run import Curve, Run

Values = NDArray[np.float64]


def noise(seed: int, count: int = 100) -> Values:
    return np.random.default_rng(seed).lognormal(0.0, 0.3, count)


LOSS, OTHER, SCORE = noise(1), noise(2), noise(3)
RATE = 1e-3 * (1 + np.cos(np.linspace(0, 3, 100)))


def run_of(
    path: str = "metrics.csv", axis: str = "step", **series: Sequence[float] | Values
) -> Run:
    curves = {}
    for name, values in series.items():
        tag = name.replace("__", "/")
        steps = np.arange(len(values), dtype=np.int64)
        curves[tag] = Curve(tag, steps, np.array(values, np.float64), axis=axis)
    run = Run(path, path, "csv", curves)
    assign_roles(run)
    return run


def joined(run: Run, other: Run, companions: bool = False) -> dict[str, str] | None:
    found = copies(run, other, companions)
    return None if found is None else {tag: match.tag for tag, match in found.items()}


def test_series_are_found_under_other_names() -> None:
    events = run_of(train__loss=LOSS, val__accuracy=SCORE, lr=RATE)
    text = run_of(lm_loss=np.round(LOSS, 4), val_acc=np.round(SCORE, 4))
    assert joined(text, events) == {"lm_loss": "train/loss", "val_acc": "val/accuracy"}


def test_a_name_that_says_nothing_is_found_where_the_others_are() -> None:
    events = run_of(train__loss=LOSS, epsilon=OTHER)
    assert joined(run_of(loss=LOSS, q=OTHER), events) == {"loss": "train/loss", "q": "epsilon"}


def test_two_seeds_are_two_runs() -> None:
    assert joined(run_of(loss=OTHER, lr=RATE), run_of(loss=LOSS, lr=RATE)) is None


def test_schedules_and_clocks_prove_nothing() -> None:
    one = run_of(lr=RATE, epoch=LOSS, time=SCORE, loss=[1.0])
    assert joined(one, one) is None


def test_constant_series_prove_nothing() -> None:
    one = run_of(loss=[2.3026] * 100, accuracy=[0.1] * 100)
    assert joined(one, one) is None


def test_a_few_points_prove_nothing() -> None:
    one = run_of(loss=np.round(LOSS[:5], 2))
    assert joined(one, one) is None
    assert joined(run_of(loss=LOSS[:8]), run_of(loss=LOSS[:8])) is not None


@pytest.mark.parametrize("name", ["loss", "grad_norm", "val_loss", "accuracy"])
def test_one_series_that_differs_makes_two_runs_of_them(name: str) -> None:
    same = {"train__loss": LOSS, "val__score": SCORE}
    assert joined(run_of(**same), run_of(**same)) is not None
    assert joined(run_of(**same, **{name: OTHER}), run_of(**same, **{name: noise(9)})) is None


def test_a_run_beside_the_loss_of_a_baseline_is_not_the_baseline() -> None:
    beside = run_of(train_loss=OTHER, baseline_loss=LOSS)
    baseline = run_of(train__loss=LOSS)
    assert joined(beside, baseline) is None
    assert joined(baseline, beside) is None
    assert joined(run_of(baseline_loss=LOSS), baseline) is not None


def test_the_mean_of_each_epoch_is_no_contradiction() -> None:
    events = run_of(train__loss=LOSS, val__loss=SCORE)
    mean = run_of(loss=LOSS.reshape(-1, 5).mean(axis=1), val_loss=SCORE)
    assert joined(mean, events) == {"val_loss": "val/loss"}


def test_a_loss_that_is_evaluated_beside_its_namesake_is_no_contradiction() -> None:
    text = run_of(loss=LOSS, train_loss=OTHER)
    assert joined(text, run_of(loss=LOSS)) == {"loss": "loss"}


def test_a_score_without_a_split_is_of_that_of_its_copy() -> None:
    table = run_of(train_loss=LOSS, train_acc=OTHER, val_acc=SCORE)
    assert joined(run_of(train=LOSS, acc=SCORE), table) == {"train": "train_loss", "acc": "val_acc"}


# Files that stand together


NAN = float("nan")


@pytest.mark.parametrize("values", [[NAN] * 9, [2.3026] * 9, [2.25, *[NAN] * 8]])
def test_companions_may_agree_in_what_could_be_guessed(values: list[float]) -> None:
    one = run_of(loss=values)
    assert joined(one, one) is None
    assert joined(one, one, companions=True) == {"loss": "loss"}


def test_companions_agree_in_something_that_is_measured() -> None:
    assert joined(run_of(lr=RATE, loss=LOSS), run_of(lr=RATE, acc=SCORE), companions=True) is None


def test_companions_agree_in_everything() -> None:
    one, other = run_of(loss=[NAN] * 9, acc=[0.1] * 9), run_of(loss=[NAN] * 9, acc=[0.2] * 9)
    assert joined(one, other, companions=True) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"lr": [0.1] * 9}, {"lr": [0.01] * 9}),
        ({"lr": RATE[:9]}, {"learning_rate": RATE[:9] / 2}),
        ({"weight_decay": [0.1] * 9}, {"weight_decay": [0.01] * 9}),
        ({"grad_norm": LOSS[:9]}, {"grad_norm": OTHER[:9]}),
    ],
)
def test_companions_have_the_same_settings_and_schedules(
    one: dict[str, Sequence[float]], other: dict[str, Sequence[float]]
) -> None:
    nan = [NAN] * 9
    assert joined(run_of(loss=nan, **one), run_of(loss=nan, **other), companions=True) is None
    same = run_of(loss=nan, **one)
    assert joined(same, same, companions=True) is not None


@pytest.mark.parametrize(
    ("texts", "others", "same"),
    [
        ({"lr": "1e-1"}, {"lr": "0.1"}, True),
        ({"lr": "0.1"}, {"lr": "0.01"}, False),
        ({"optimizer": "sgd"}, {"optimizer": "adam"}, False),
        ({"optimizer": "sgd"}, {"seed": "1"}, True),
    ],
)
def test_companions_printed_the_same_settings(
    texts: dict[str, str], others: dict[str, str], same: bool
) -> None:
    one, other = run_of(loss=[NAN] * 9), run_of(loss=[NAN] * 9)
    one.metadata.update(texts)
    other.metadata.update(others)
    assert (joined(one, other, companions=True) is not None) is same


def test_a_setting_is_compared_with_the_column_that_repeats_it() -> None:
    table, text = run_of(loss=[NAN] * 9, lr=[0.1] * 9), run_of(loss=[NAN] * 9)
    text.metadata["lr"] = "0.01"
    assert joined(text, table, companions=True) is None
    assert joined(table, text, companions=True) is None


def test_companions_need_not_agree_in_their_clocks() -> None:
    one = run_of(loss=[NAN] * 9, epoch=range(9), time=range(9))
    other = run_of(loss=[NAN] * 9, epoch=range(1, 10), time=[it + 0.5 for it in range(9)])
    assert joined(one, other, companions=True) is not None


def test_a_few_rounded_points_that_move_are_the_same_by_chance() -> None:
    one, other = run_of(loss=[2.1, 1.8, 1.7, 1.5]), run_of(loss=[2.13, 1.82, 1.69, 1.54])
    assert joined(one, other, companions=True) is None


def test_a_point_beside_the_companion_is_a_contradiction() -> None:
    one, other = run_of(loss=[*[2.3026] * 9, 2.3031]), run_of(loss=[2.3026] * 10)
    assert joined(one, other, companions=True) is None


def test_companions_whose_digits_are_too_few_stay_apart() -> None:
    coarse = run_of(loss=[2.0] * 50)
    assert joined(coarse, run_of(loss=2.0 + 0.01 * LOSS[:50]), companions=True) is None
