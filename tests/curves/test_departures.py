"""Departures are what the noise of a series does not let expect, in points or in stretches."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from gradlint.curves.departures import (
    LEAST,
    MOST_VALUES,
    Departure,
    brief_surprise_of,
    departures,
    surprise_of,
)

NOISE = np.random.default_rng(4)


def flat(points: int, spread: float = 0.05) -> np.ndarray:
    return np.exp(spread * np.random.default_rng(points).standard_normal(points))


def largest(values: np.ndarray) -> Departure:
    return max(departures(values), key=lambda it: it.surprise)


def test_a_jump_is_told_with_where_it_begins_peaks_and_ends() -> None:
    values = flat(200)
    values[120:130] *= 3.0
    values[124] *= 1.5
    found = largest(values)
    assert (found.start, found.peak, found.end) == (120, 124, 129)
    assert found.recovered
    assert found.base == pytest.approx(1.0, rel=0.1)
    assert found.top == values[124]
    assert found.points == 10


def test_a_jump_that_never_comes_back_lasts_to_the_end() -> None:
    values = flat(100)
    values[60:] *= 4.0
    found = largest(values)
    assert (found.start, found.end, found.recovered) == (60, 99, False)


def test_a_climb_over_many_points_is_one_departure_of_their_medians() -> None:
    values = flat(400, 0.2)
    values[200:232] *= np.exp(np.linspace(0.0, 1.2, 32))
    values[232:] *= np.exp(1.2)
    found = largest(values)
    assert 192 <= found.start <= 232
    assert found.surprise > 1.0
    assert found.level == pytest.approx(np.exp(1.2), rel=0.3)


def test_only_rises_are_departures() -> None:
    values = flat(200)
    values[100:] /= 5.0
    assert [it for it in departures(values) if it.surprise > 1.0] == []


def test_departures_do_not_overlap() -> None:
    values = flat(600)
    for at in (100, 250, 400):
        values[at : at + 12] *= 4.0
    found = [it for it in departures(values) if it.surprise > 2.0]
    assert [it.start for it in found] == [100, 250, 400]
    assert all(one.end < other.start for one, other in pairwise(found))


def test_a_series_with_values_below_zero_is_measured_as_it_is() -> None:
    values = -1.0 + 0.05 * np.random.default_rng(1).standard_normal(200)
    values[100:110] += 2.0
    assert largest(values).start == 100


@pytest.mark.parametrize("points", [0, 1, LEAST - 1])
def test_a_few_points_have_no_departures(points: int) -> None:
    assert departures(np.arange(1.0, points + 1.0)) == []


def test_of_a_very_long_series_stretches_are_looked_at() -> None:
    values = flat(4 * MOST_VALUES)
    values[1000] *= 9.0
    values[50_000:50_800] *= 2.0
    assert [it.start // 32 for it in departures(values) if it.surprise > 3.0] == [50_000 // 32]


@pytest.mark.parametrize(
    "noise",
    [
        lambda dice, n: np.exp(0.2 * dice.standard_normal(n)),
        lambda dice, n: dice.gamma(2.0, 0.5, n),
        lambda dice, n: np.exp(0.1 * dice.standard_t(3, n)),
        lambda dice, n: 1.0 + 0.02 * dice.standard_normal(n),
    ],
    ids=["lognormal", "gamma", "t3", "normal"],
)
@pytest.mark.parametrize("points", [20, 60, 300])
def test_a_surprise_says_how_often_noise_does_it(noise, points: int) -> None:  # type: ignore[no-untyped-def]
    """Of two hundred runs of noise two are expected with a surprise of 2."""
    dice = np.random.default_rng(7)
    found = sum(
        any(it.surprise >= 2.0 for it in departures(np.abs(noise(dice, points)) + 1e-9))
        for _ in range(200)
    )
    assert found <= 6


def test_the_surprise_of_an_exponential_tail_is_its_predictive_probability() -> None:
    past = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    # Rises at or above the median 0: eight, of which the largest four exceed 0 by 3 in all.
    expected = 4 * np.log10(1.0 + 6.0 / (3.0 + 4e-3)) - np.log10(0.25 * 100)
    assert surprise_of(6.0, past, 100) == pytest.approx(expected)
    assert surprise_of(0.0, past, 100) == -np.inf


def test_a_wild_draw_needs_more_where_falls_are_wild_as_well() -> None:
    calm = np.tile([-0.1, 0.1], 50)
    wild = calm.copy()
    wild[::10] = -1.0
    assert brief_surprise_of(2.0, calm, 100) > brief_surprise_of(2.0, wild, 100) + 3.0


def test_a_history_without_a_tail_says_nothing_of_a_wild_draw() -> None:
    assert brief_surprise_of(2.0, np.array([0.1]), 100) == -np.inf
    assert brief_surprise_of(0.1, np.tile([-0.1, 0.1], 50), 100) == -np.inf
