"""What stands above where it began needs no history."""

from __future__ import annotations

import numpy as np
import pytest

from gradlint.curves.relapses import LEAST, false_start, relapses

FALL = [2.0, 1.3, 0.9, 0.6, 0.4, 0.25, 0.17]


def test_ten_epochs_are_enough_for_a_relapse() -> None:
    found = relapses(np.array([*FALL, 2.5, 0.3, 0.1, 0.07]))
    assert [(it.start, it.peak, it.end, it.recovered) for it in found] == [(7, 7, 7, True)]
    assert (found[0].base, found[0].top) == (0.25, 2.5)


def test_a_relapse_that_stays_lasts_to_the_end() -> None:
    found = relapses(np.array([*FALL, 2.5, 2.4, 2.6]))
    assert [(it.start, it.end, it.recovered) for it in found] == [(7, 9, False)]


@pytest.mark.parametrize(
    ("climb", "start"), [([1.0, 1.6], 7), ([1.6, 1.1], 8), ([0.17, 1.6], 8), ([0.2, 0.18], 9)]
)
def test_a_relapse_begins_where_the_way_up_leaves_the_noise(climb: list[float], start: int) -> None:
    (found,) = relapses(np.array([*FALL, *climb, 2.5, 2.4, 2.6]))
    assert (found.start, found.end, found.recovered) == (start, 11, False)
    assert found.base == pytest.approx(np.median(np.array([*FALL, *climb])[start - 3 : start]))


@pytest.mark.parametrize("top", [1.9, 2.1])
def test_what_stays_below_the_start_is_no_relapse(top: float) -> None:
    assert bool(relapses(np.array([*FALL, top, 0.1, 0.07]))) is (top > 2.0)


def test_one_wild_low_point_is_no_level() -> None:
    assert relapses(np.array([2.0, 1.9, 2.0, 0.001, 1.9, 2.0, 2.1, 1.9, 2.0])) == []


def test_a_batch_that_is_as_high_as_others_are_low_is_noise() -> None:
    dice = np.random.default_rng(2)
    values = 0.05 * np.exp(1.5 * dice.standard_normal(400))
    values[:20] = 2.0
    values[200] = 2.1
    assert relapses(values) == []


@pytest.mark.parametrize("values", [[], [1.0, 0.1, 2.0], [1.0, 0.1, 0.0, 2.0, 2.0]])
def test_what_has_no_logarithm_or_no_points_has_no_relapses(values: list[float]) -> None:
    assert relapses(np.array(values)) == []


def early(*first: float, points: int = 60, spread: float = 0.02) -> np.ndarray:
    noise = np.exp(spread * np.random.default_rng(3).standard_normal(points))
    values = 3.0 * noise
    values[: len(first)] = first
    return values


def test_a_loss_that_rises_before_it_falls_has_a_false_start() -> None:
    found = false_start(early(4.0, 9.0, 25.0, 20.0, 8.0))
    assert found is not None
    assert (found.start, found.peak, found.base, found.top) == (1, 2, 4.0, 25.0)
    assert found.recovered


@pytest.mark.parametrize(
    "values",
    [
        early(4.0, 3.9, 25.0, 3.8),
        early(4.0, 4.9, 4.9, 4.0),
        early(4.0, 5.5, 6.0, 5.0, spread=0.5),
        early(4.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 9.0, 9.0),
        early(4.0, 9.0, 25.0, points=LEAST - 1),
    ],
    ids=["one point", "by less than a quarter", "noise", "later", "few points"],
)
def test_what_is_no_false_start(values: np.ndarray) -> None:
    assert false_start(values) is None
