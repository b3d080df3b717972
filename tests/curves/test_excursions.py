"""Jumps of a series: what they are told from, and what they do not depend on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from gradlint.curves.excursions import RECENT, Excursion, excursions
from gradlint.curves.robust import SIGMA, Values, noise


def run(points: int = 600, noise: float = 0.04, seed: int = 3) -> Values:
    """A loss that falls from 2.3 to 0.3."""
    draws = np.random.default_rng(seed).standard_normal(points)
    way = np.linspace(0.0, 1.0, points)
    return (0.3 + 2.0 * np.exp(-5.0 * way)) * np.exp(noise * draws)


def jumps(values: Values) -> list[Excursion]:
    return excursions(values, sigmas=6.0, ratio=1.3, outstanding=1.5, record_ratio=3.0)


def spans(found: list[Excursion]) -> list[tuple[int, int]]:
    return [(it.start, it.end) for it in found]


def test_a_calm_run_has_none() -> None:
    assert jumps(run()) == []


def test_a_jump_is_found_where_it_is() -> None:
    values = run()
    values[400:405] *= 12.0
    assert spans(jumps(values)) == [(400, 404)]


def test_ten_epochs_of_a_loss_that_falls_are_history_enough() -> None:
    learning = [5.8, 5.3, 4.8, 3.9, 3.4, 3.0, 2.4, 2.35, 1.8, 1.65]
    again = [5.0, 4.1, 3.7, 3.3, 3.0, 2.5, 2.3, 2.2, 1.9, 1.7, 1.5, 1.4, 1.3, 1.2, 1.1, 1.0]
    assert spans(jumps(np.array(learning + again))) == [(10, 14)]
    assert jumps(np.array(learning + again[5:])) == []


def test_a_jump_that_does_not_come_back_lasts_to_the_end() -> None:
    values = run()
    values[400:] *= 12.0
    (found,) = jumps(values)
    assert (found.recovered, found.end) == (False, 599)


def test_a_jump_downwards_is_none() -> None:
    values = run()
    values[400:405] /= 12.0
    assert jumps(values) == []


def test_a_jump_has_to_outdo_the_tail_of_a_long_history() -> None:
    values = np.exp(0.01 * np.random.default_rng(3).standard_normal(1600))
    values[200:1000:100] /= 1.4
    values[250:1050:100] *= 1.4
    assert jumps(values) == []
    higher, much_higher = values.copy(), values.copy()
    higher[1400:1404] *= 1.45
    much_higher[1400:1404] *= 1.65
    assert jumps(higher) == []
    assert spans(jumps(much_higher)) == [(1400, 1403)]


def test_what_comes_later_does_not_change_what_was_found() -> None:
    values = run(900)
    values[400:405] *= 12.0
    assert spans(jumps(values[:700])) == spans(jumps(values))


@settings(max_examples=30, deadline=None)
@given(factor=st.floats(1e-6, 1e6), at=st.integers(100, 550), height=st.floats(1.0, 50.0))
def test_the_unit_of_a_loss_does_not_matter(factor: float, at: int, height: float) -> None:
    values = run()
    values[at : at + 4] *= height
    assert spans(jumps(values * factor)) == spans(jumps(values))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=200))
def test_any_finite_values_can_be_measured(values: list[float]) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        found = spans(jumps(np.array(values)))
    assert all(0 <= low <= high < len(values) for low, high in found)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=300))
def test_excursions_are_in_order_and_do_not_overlap(values: list[float]) -> None:
    edges = [edge for span in spans(jumps(np.array(values))) for edge in span]
    assert edges == sorted(edges)


@pytest.mark.parametrize("size", [1_000, 30_000])
def test_a_long_series_is_measured_as_a_short_one_is(size: int) -> None:
    values = run(size)
    values[size // 2 : size // 2 + 5] *= 12.0
    assert spans(jumps(values)) == [(size // 2, size // 2 + 4)]


# The thresholds, each from both sides. `saw` is a history of which every measure is plain: its
# logarithm is -0.1, 0 and 0.1 in turn, its median 1, its deviation 0.148, its noise 0.182.

DEVIATION = SIGMA * 0.1
NOISE = SIGMA * 0.3 / np.sqrt(6.0)


def saw(points: int = 200) -> Values:
    return np.exp(0.1 * (np.arange(points) % 3 - 1.0))


def raised(values: Values, height: float, at: int = 150, points: int = 5) -> Values:
    """The values with points at `height` in the logarithm."""
    values = values.copy()
    values[at : at + points] = np.exp(height)
    return values


def told(values: Values, **changed: float | None) -> list[Excursion]:
    asked = {"sigmas": 6.0, "ratio": 1.3, "outstanding": 1.5, "record_ratio": None}
    return excursions(values, **(asked | changed))  # type: ignore[arg-type]


def found_at(values: Values, **changed: float | None) -> list[int]:
    return [it.start for it in told(values, **changed)]


def test_what_is_told_of_an_excursion() -> None:
    values = raised(saw(), np.log(20.0))
    values[151] = 40.0
    (found,) = jumps(values)
    assert (found.start, found.peak, found.end, found.recovered) == (150, 151, 154, True)
    assert (found.base, found.top) == (1.0, 40.0)
    assert found.height == 39.0
    assert found.sigmas == pytest.approx(np.log(40.0) / DEVIATION)
    assert found.outstanding == pytest.approx(39.0 / np.expm1(0.1))


def test_values_that_are_not_all_positive_are_measured_as_they_are() -> None:
    values = np.log(saw())
    values[150:155] = 3.0
    (found,) = jumps(values)
    assert (found.start, found.end, found.base, found.height) == (150, 154, 0.0, 3.0)
    assert found.sigmas == pytest.approx(3.0 / DEVIATION)
    assert found.outstanding == pytest.approx(3.0 / 0.1)


def test_a_history_of_nothing_but_zeros_is_left_by_anything() -> None:
    values = np.zeros(200)
    values[150:155] = 0.001
    assert spans(jumps(values)) == [(150, 154)]


def test_a_falling_history_is_measured_from_its_line() -> None:
    values = saw() * np.exp(-0.02 * np.arange(200))
    values[150:155] *= 40.0
    (found,) = jumps(values)
    # The line runs on for the seven points from the last of the history, at 145, to the peak.
    assert found.peak == 152
    assert found.sigmas == pytest.approx((np.log(40.0) + 0.1 - 7 * 0.02) / DEVIATION)


def test_a_history_that_rises_is_as_wild_as_its_points() -> None:
    values = saw() ** 0.1 * np.exp(0.02 * np.arange(200))
    history = np.log(values[82:146])
    values[150:155] *= 40.0
    (found,) = jumps(values)
    height = np.log(found.top) - np.median(history)
    assert found.sigmas == pytest.approx(height / (3.0 * noise(history)))


def test_of_the_first_points_the_noise_of_all_of_them_counts() -> None:
    (found,) = jumps(raised(saw(), 3.0, at=30))
    assert found.sigmas == pytest.approx(3.0 / NOISE)


@pytest.mark.parametrize(("sigmas", "found"), [(5.9, []), (6.1, [151])])
def test_the_least_height_is_six_deviations(sigmas: float, found: list[int]) -> None:
    values = raised(saw(), 0.5, at=120, points=1)
    assert found_at(raised(values, sigmas * DEVIATION, at=151), outstanding=1.0) == found


@pytest.mark.parametrize(("factor", "found"), [(1.29, []), (1.31, [150])])
def test_the_least_ratio(factor: float, found: list[int]) -> None:
    assert found_at(raised(np.ones(200), np.log(factor))) == found


@pytest.mark.parametrize(("factor", "found"), [(1.65, []), (1.75, [20])])
def test_of_a_short_history_a_higher_ratio_is_asked(factor: float, found: list[int]) -> None:
    # 16 points without the guarded ones: 1.3 to the power of two.
    assert found_at(raised(np.ones(200), np.log(factor), at=20, points=1)) == found


@pytest.mark.parametrize(("at", "found"), [(7, []), (8, [8])])
def test_fewer_than_eight_points_are_no_history(at: int, found: list[int]) -> None:
    assert found_at(raised(np.ones(200), 2.0, at, points=192)) == found


@pytest.mark.parametrize(("height", "found"), [(0.34, []), (0.37, [150])])
def test_the_highest_point_of_the_history_is_outdone(height: float, found: list[int]) -> None:
    values = raised(np.ones(200), 0.25, at=120, points=1)
    assert found_at(raised(values, height)) == found


@pytest.mark.parametrize(("at", "found"), [(86, []), (85, [150])])
def test_the_history_has_sixty_four_points(at: int, found: list[int]) -> None:
    values = raised(np.ones(200), 0.25, at, points=1)
    assert found_at(raised(values, 0.34)) == found


@pytest.mark.parametrize(("at", "found"), [(145, []), (146, [150])])
def test_the_points_right_before_are_no_history(at: int, found: list[int]) -> None:
    values = raised(np.ones(200), 0.25, at, points=1)
    assert found_at(raised(values, 0.34)) == found


def heavy(points: int, reach: float) -> Values:
    """Noise whose sizes are those of a Pareto tail of index 2, in a fixed order, up to `reach`."""
    order = np.random.default_rng(5).permutation(points)
    sizes = np.minimum(0.02 / np.sqrt((np.arange(points) + 0.5) / points), reach)[order]
    return np.exp(np.where(np.arange(points) % 2, -sizes, sizes))


@pytest.mark.parametrize(("height", "found"), [(1.0, []), (6.0, [4_200])])
def test_the_tail_of_the_long_history_is_outdone(height: float, found: list[int]) -> None:
    assert found_at(raised(heavy(4_300, 0.4), height, at=4_200, points=1)) == found


def test_the_long_history_has_an_end() -> None:
    wild, calm = heavy(3_000, 0.4), heavy(4_300, 0.06)
    assert found_at(raised(np.concatenate((wild, calm)), 0.5, at=7_200)) == [7_200]
    assert found_at(raised(np.concatenate((wild, calm[:2_000])), 0.5, at=4_900)) == []


@pytest.mark.parametrize(
    ("height", "points", "found"), [(1.9, 2, []), (2.1, 2, [150]), (1.9, 3, [150])]
)
def test_a_point_or_two_outdo_the_deepest_dip(height: float, points: int, found: list[int]) -> None:
    values = raised(np.ones(200), -1.0, at=100, points=1)
    assert found_at(raised(values, height, points=points)) == found


def test_dips_between_two_excursions_count_as_well() -> None:
    values = raised(raised(np.ones(400), 3.0), -1.0, at=250, points=1)
    assert found_at(raised(values, 1.9, at=300, points=2)) == [150]


@pytest.mark.parametrize(
    ("at", "height", "found"), [(30, 1.05, []), (30, 1.15, [30]), (64, 1.05, [64])]
)
def test_an_early_excursion_is_as_high_as_the_noise_of_all_first_points_asks(
    at: int, height: float, found: list[int]
) -> None:
    assert found_at(raised(saw(), height, at)) == found


@pytest.mark.parametrize(("factor", "found"), [(2.95, []), (3.05, [3])])
def test_a_record_needs_no_history(factor: float, found: list[int]) -> None:
    values = raised(np.ones(200), np.log(factor), at=3, points=197)
    assert found_at(values, record_ratio=3.0) == found
    assert found_at(values) == []


def test_an_excursion_builds_up_over_the_points_before_it() -> None:
    values = raised(raised(saw(), 0.45, at=144, points=6), 1.2)
    assert spans(jumps(values)) == [(146, 154)]


def test_an_excursion_is_over_below_a_tenth_of_its_height() -> None:
    values = np.ones(200)
    values[150:156] = [11.0, 5.0, 2.05, 1.95, 1.9, 1.2]
    assert spans(told(values, ratio=2.5)) == [(150, 152)]


@pytest.mark.parametrize(("low", "found"), [(1, [(150, 159)]), (2, [(150, 153), (156, 159)])])
def test_a_return_is_confirmed_by_most_of_three_points(
    low: int, found: list[tuple[int, int]]
) -> None:
    values = raised(np.ones(200), 3.0, points=10)
    values[154 : 154 + low] = 1.0
    assert spans(jumps(values)) == found


@pytest.mark.parametrize("points", [255, 256, 257, 700, 1_300])
def test_an_excursion_may_be_long(points: int) -> None:
    found = jumps(raised(saw(2_000), 3.0, points=points))
    assert [(it.end, it.recovered) for it in found] == [(149 + points, True)]


def test_after_a_long_excursion_the_history_is_that_from_before_it() -> None:
    values = 1.0 + 0.001 * np.arange(800)
    history = np.concatenate((values[492:550], values[650:656]))
    before = history[-RECENT:]
    values[550:650] = 20.0
    values[660:664] = 200.0
    first, second = jumps(values)
    assert (first.end, second.start) == (649, 660)
    assert second.base == np.median(before)


def test_a_thousand_are_looked_for() -> None:
    values = np.ones(15_000)
    values[100::10] = 20.0
    assert len(jumps(values)) == 1_000
