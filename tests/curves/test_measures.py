"""Location, scale, levels, constancy and turns of a series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from gradlint.curves.alternation import turning_points
from gradlint.curves.constancy import frozen_tail, longest_equal, resolution
from gradlint.curves.levels import last_gain, levels
from gradlint.curves.robust import median_and_scale, noise, trailing

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


def test_the_last_gain_of_a_run_that_stands_still_is_where_it_stopped() -> None:
    values = np.concatenate((np.linspace(2, 1, 300), np.full(300, 1.0)))
    assert last_gain(values, 0.01) == pytest.approx(300, abs=20)


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
