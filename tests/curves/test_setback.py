"""A climb of a short series is a setback if no other climb of it is like that."""

from __future__ import annotations

import numpy as np
import pytest

from gradlint.curves.setback import FEWEST, MOST, setback

FALLING = np.array([5.0, 4.4, 4.0, 3.7, 3.5, 3.35, 3.2, 3.1, 3.0, 2.95])


def with_point(at: int, factor: float, values: np.ndarray = FALLING) -> np.ndarray:
    changed = values.copy()
    changed[at] *= factor
    return changed


def test_a_series_that_falls_has_none() -> None:
    assert setback(FALLING) is None


def test_one_high_point_is_told_with_where_it_came_from() -> None:
    found = setback(with_point(5, 1.5))
    assert found is not None
    assert (found.start, found.peak, found.end, found.recovered) == (5, 5, 5, True)
    assert found.base == 3.5
    assert found.top == pytest.approx(3.35 * 1.5)


def test_what_does_not_come_back_lasts_to_the_end() -> None:
    found = setback(np.array([5.0, 4, 3, 2, 1, 1, 1, 4, 4, 4]))
    assert found is not None
    assert (found.start, found.end, found.recovered) == (7, 9, False)


def test_it_begins_where_it_leaves_the_lowest_point_and_not_at_a_wiggle_before() -> None:
    found = setback(np.array([5.0, 4, 3, 2, 1.0, 1.01, 1.02, 1.5, 3, 1.0]))
    assert found is not None
    assert found.start == 7


def test_a_climb_that_is_a_fifth_of_it_makes_it_one_of_many() -> None:
    assert setback(with_point(2, 1.25, with_point(6, 1.9))) is None
    assert setback(with_point(2, 1.15, with_point(6, 1.9))) is not None


def test_a_fall_within_the_climb_is_its_noise() -> None:
    climbing = np.array([5.0, 4, 3, 2, 1, 1.4, 1.1, 1.6, 2.2, 2.4])
    assert setback(climbing) is None
    assert setback(np.sort(climbing[4:])[[0] * 5 + [0, 1, 2, 4, 5]]) is not None


def test_it_undoes_a_third_of_what_was_gained() -> None:
    steep = np.geomspace(100.0, 0.1, 10)
    assert setback(with_point(8, 5.0, steep)) is None
    assert setback(with_point(8, 20.0, steep)) is not None


def test_of_seven_points_and_of_forty_one_nothing_is_said() -> None:
    def jumping(points: int) -> np.ndarray:
        return with_point(points // 2, 3.0, np.linspace(2.0, 1.0, points))

    assert [setback(jumping(it)) is None for it in (FEWEST - 1, FEWEST, MOST, MOST + 1)] == [
        True,
        False,
        False,
        True,
    ]


def test_a_negative_series_is_measured_by_its_range() -> None:
    falling = -with_point(5, 0.3, np.linspace(0.1, 1.0, 10))
    assert setback(falling) is not None


@pytest.mark.parametrize("value", [0.0, 1.0, -3.0])
def test_what_never_moves_has_none(value: float) -> None:
    assert setback(np.full(12, value)) is None


def test_what_spans_more_than_a_float_holds_has_none() -> None:
    assert setback(np.array([1.7e308, -1.7e308] * 6)) is None
