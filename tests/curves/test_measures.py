"""Location, scale, levels, constancy and turns of a series."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from gradlint.curves.alternation import turning_points
from gradlint.curves.constancy import frozen_tail, longest_equal, resolution
from gradlint.curves.levels import levels
from gradlint.curves.robust import (
    SIGMA,
    about_its_line,
    block_medians,
    median,
    median_and_scale,
    medians_of_three,
    noise,
    trailing,
    trailing_noise,
    wander,
)

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=150).map(np.array)


@settings(max_examples=60, deadline=None)
@given(values=VALUES, window=st.integers(2, 20).map(lambda half: 2 * half + 1))
def test_trailing_medians_are_those_of_the_points_before(values: np.ndarray, window: int) -> None:
    middle, _ = trailing(values, window, 1)
    expected = [np.median(values[max(i - window, 0) : i]) for i in range(1, len(values))]
    assert np.allclose(middle[1:], expected)


@settings(max_examples=60, deadline=None)
@given(values=VALUES, stride=st.integers(1, 9))
def test_a_stride_holds_a_value_and_changes_no_length(values: np.ndarray, stride: int) -> None:
    assert all(len(it) == len(values) for it in trailing(values, 15, stride))


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=30))
def test_the_median_is_that_of_numpy(values: list[float]) -> None:
    assert median(np.array(values)) == pytest.approx(float(np.median(values)), nan_ok=False)


def test_the_scale_of_normal_noise_is_its_deviation() -> None:
    draws = np.random.default_rng(0).normal(5.0, 2.0, 20_000)
    assert median_and_scale(draws) == (pytest.approx(5.0, abs=0.1), pytest.approx(2.0, abs=0.1))


def test_noise_is_blind_to_a_trend() -> None:
    draws = np.random.default_rng(0).normal(0.0, 1.0, 20_000)
    assert noise(draws + np.linspace(0, 1e4, 20_000)) == pytest.approx(1.0, abs=0.05)


def test_the_lowest_level_and_the_way_back_up_are_found() -> None:
    values = np.concatenate((np.linspace(2, 1, 200), np.full(200, 1.0), np.full(200, 1.5)))
    found = levels(values)
    assert (found.lowest, found.final) == (1.0, 1.5)
    assert found.rises_from(0.4) == pytest.approx(400, abs=15)


@given(VALUES)
def test_the_frozen_tail_is_equal_and_begins_with_a_change(values: np.ndarray) -> None:
    onset = frozen_tail(values)
    assert (values[onset:] == values[-1]).all()
    assert onset == 0 or values[onset - 1] != values[-1]


@given(VALUES)
def test_the_longest_equal_stretch_is_equal(values: np.ndarray) -> None:
    first, last = longest_equal(values)
    assert (values[first : last + 1] == values[first]).all()


def test_the_resolution_of_rounded_values_is_their_last_decimal() -> None:
    values = np.round(np.random.default_rng(0).random(300), 3)
    assert resolution(values) == pytest.approx(0.001)


@given(VALUES, st.floats(1e-3, 1e3))
def test_turning_points_swing_by_as_much_as_asked(values: np.ndarray, swing: float) -> None:
    turns = turning_points(values, swing)
    assert (np.diff(turns) > 0).all()
    assert (np.abs(np.diff(values[turns])) >= swing * (1 - 1e-9)).all()


# By their definitions


def deviation(values: np.ndarray) -> float:
    return float(SIGMA * np.median(np.abs(values - np.median(values))))


@settings(max_examples=60, deadline=None)
@given(values=VALUES, window=st.integers(2, 20).map(lambda half: 2 * half + 1))
def test_trailing_deviations_are_those_of_the_points_before(
    values: np.ndarray, window: int
) -> None:
    _, scale = trailing(values, window, 1)
    expected = [deviation(values[max(i - window, 0) : i]) for i in range(1, len(values))]
    assert np.allclose(scale[1:], expected)
    assert scale[0] == 0.0


@settings(max_examples=60, deadline=None)
@given(values=VALUES, stride=st.integers(1, 9))
def test_a_stride_holds_what_every_so_manieth_point_has(values: np.ndarray, stride: int) -> None:
    for held, own in zip(trailing(values, 15, stride), trailing(values, 15, 1), strict=True):
        assert np.array_equal(held[:15], own[:15])
        late = np.arange(15, len(values))
        assert np.array_equal(held[late], own[late - (late - 15) % stride])


@settings(max_examples=60, deadline=None)
@given(values=VALUES, stride=st.integers(1, 9))
def test_trailing_noise_is_that_of_the_points_before(values: np.ndarray, stride: int) -> None:
    found = trailing_noise(values, 15, stride)
    second = np.abs(np.diff(values, 2))
    for i in range(len(values)):
        at = i - (i - 17) % stride
        past = second[at - 17 : at - 2]
        expected = np.inf if i < 17 else SIGMA * np.median(past) / np.sqrt(6.0)
        assert found[i] == pytest.approx(expected)


def test_noise_is_the_deviation_of_second_differences() -> None:
    assert noise(np.array([0.0, 1.0, 0.0, 1.0])) == pytest.approx(SIGMA * 2.0 / np.sqrt(6.0))
    assert noise(np.array([0.0, 1.0, 0.0])) == 0.0


def test_white_noise_is_the_same_at_every_distance() -> None:
    draws = np.random.default_rng(2).standard_normal(20_000)
    assert wander(draws) == pytest.approx(noise(draws), rel=0.05)


def test_what_wanders_is_as_wide_as_it_wanders() -> None:
    draws = np.random.default_rng(2).standard_normal(20_100)
    walk = np.convolve(draws, 0.9 ** np.arange(100))[100:20_100]
    assert noise(walk) < 0.5 * walk.std()
    assert wander(walk) == pytest.approx(walk.std(), rel=0.15)


def test_a_single_step_is_no_noise() -> None:
    values = np.array([3.0] * 3 + [1.0] * 4 + [1.4] * 3)
    assert noise(values) > 0.0
    assert wander(values) == 0.0


def test_a_distance_is_looked_at_where_eight_points_are_for_each() -> None:
    # A wave of period 8: points 4 apart differ by twice what it swings.
    wave = np.sin(np.pi / 4.0 * np.arange(32))
    assert wander(wave) > 2.0 * wander(wave[:31])


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [1.0, 5.0, 2.0]])
def test_of_a_few_values_nothing_is_known(values: list[float]) -> None:
    assert wander(np.array(values)) == 0.0


def test_the_noise_of_a_long_series_is_that_of_all_of_it() -> None:
    draws = np.random.default_rng(0).normal(0.0, 1.0, 140_000)
    calm = np.arange(140_000) % 35_000 < 24_500
    assert noise(np.where(calm, draws, 0.0)) == pytest.approx(
        noise(np.where(calm, draws, 0.0)[:35_000]), rel=0.05
    )


# -0.1, 0 and 0.1 in turn: a median of 0, a deviation of 0.148, nothing higher than 0.1.
SAW = 0.1 * (np.arange(64) % 3 - 1.0)


def test_a_falling_window_is_measured_about_its_line() -> None:
    end, scale, top = about_its_line(5.0 + SAW - 0.02 * np.arange(64))
    assert (end, scale, top) == pytest.approx((5.0 - 0.02 * 63, SIGMA * 0.1, 0.1))


def test_a_rising_window_is_measured_about_its_median() -> None:
    window = 5.0 + SAW + 0.02 * np.arange(64)
    middle, scale, top = about_its_line(window)
    assert (middle, scale) == (np.median(window), deviation(window))
    assert top == window.max() - np.median(window)


def test_a_window_whose_fall_is_no_line_is_measured_about_its_median() -> None:
    window = np.repeat([0.0, -0.1, 0.0], [32, 17, 15])
    assert about_its_line(window) == (0.0, 0.0, 0.0)


@given(VALUES.filter(lambda values: len(values) > 2))
def test_medians_of_three_are_medians(values: np.ndarray) -> None:
    expected = [np.median(values[i : i + 3]) for i in range(len(values) - 2)]
    assert medians_of_three(values).tolist() == expected


@pytest.mark.parametrize("points", [1, 5, 7, 100, 4_096, 4_097])
def test_block_medians_are_those_of_stretches_of_nearly_equal_length(points: int) -> None:
    values = np.random.default_rng(0).random(points)
    medians, edges = block_medians(values, 7)
    sizes = np.diff(edges)
    assert (edges[0], edges[-1], len(medians)) == (0, points, min(points, 7))
    assert sizes.max() - sizes.min() <= 1
    assert medians.tolist() == [np.median(values[low:high]) for low, high in pairwise(edges)]


@pytest.mark.parametrize(("points", "stretches"), [(2, 1), (5, 1), (119, 39), (120, 40), (999, 40)])
def test_a_stretch_has_three_points_and_a_run_forty_stretches(points: int, stretches: int) -> None:
    assert len(levels(np.arange(float(points))).medians) == stretches


def test_the_noise_of_a_few_stretches_is_bounded_by_that_of_the_points() -> None:
    steps = np.repeat([0.0, 9.0, 0.0, 5.0, 1.0, 0.0, 7.0, 3.0, 0.0, 8.0, 2.0], 3)
    assert levels(steps).deviation == pytest.approx(noise(steps) * np.sqrt(np.pi / 6.0))
    many = np.append(steps, [6.0] * 3)
    assert levels(many).deviation == noise(levels(many).medians)


def test_the_level_at_an_end_is_of_three_stretches() -> None:
    found = levels(np.repeat([4.0, 3.0, 1.0, 2.0, 5.0, 8.0, 6.0], 3))
    assert (found.start, found.final, found.best, found.lowest) == (4.0, 6.0, 2, 1.0)


def test_a_rise_is_measured_from_the_lowest_level() -> None:
    found = levels(np.repeat([4.0, 1.0, 2.0, 1.5, 2.0, 2.5], 3))
    assert found.rises_from(1.0) == 12
    assert found.rises_from(0.0) == 0


def test_the_first_of_several_longest_stretches_is_found() -> None:
    assert longest_equal(np.array([1.0, 2.0, 2.0, 3.0, 4.0, 4.0])) == (1, 2)
    assert longest_equal(np.array([7.0])) == (0, 0)


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ([1.0, 2.0, 3.0], 1.0),
        ([0.25, 0.5], 0.01),
        ([123.456, 7.0], 0.001),
        ([1 / 3, 2 / 3], 1e-9),
        ([1e-8, 3e-8], 1e-8),
        ([1.23456789e-5], 1e-9),
        ([*range(0, 18, 2)], 1.0),
        ([*range(0, 20, 2)], 2.0),
    ],
)
def test_a_few_values_are_as_fine_as_their_last_decimal(values: list[float], step: float) -> None:
    assert resolution(np.array(values, np.float64)) == pytest.approx(step)


@pytest.mark.parametrize(
    ("values", "turns"),
    [
        ([0, 3, 1, 4, 0], [0, 1, 2, 3]),
        ([0, 1, 3, 2, 0, 1, 2], [0, 2, 4]),
        ([3, 0, 1, 0, 2], [0, 1]),
        ([5, 4, 4, 5, 4], []),
        ([9, 8, 7, 9], [0, 2]),
        ([0, 2, 5, 4, 6, 3], [0, 4]),
    ],
)
def test_turning_points_are_the_outermost_between_two_swings(
    values: list[float], turns: list[int]
) -> None:
    assert turning_points(np.array(values, np.float64), 2.0).tolist() == turns
