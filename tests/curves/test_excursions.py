"""Jumps of a series: what they are told from, and what they do not depend on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradlint.curves.excursions import Excursion, excursions
from gradlint.curves.robust import Values


def run(points: int = 600, noise: float = 0.04, seed: int = 3) -> Values:
    """A loss that falls from 2.3 to 0.3."""
    draws = np.random.default_rng(seed).standard_normal(points)
    way = np.linspace(0.0, 1.0, points)
    return (0.3 + 2.0 * np.exp(-5.0 * way)) * np.exp(noise * draws)


def jumps(values: Values) -> list[Excursion]:
    return excursions(values, sigmas=6.0, ratio=1.3, outstanding=1.5, record_ratio=3.0, early=5.0)


def spans(found: list[Excursion]) -> list[tuple[int, int]]:
    return [(it.start, it.end) for it in found]


def test_a_calm_run_has_none() -> None:
    assert jumps(run()) == []


def test_a_jump_is_found_where_it_is() -> None:
    values = run()
    values[400:405] *= 12.0
    assert spans(jumps(values)) == [(400, 404)]


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
