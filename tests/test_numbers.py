"""Numbers and steps as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from gradlint.numbers import number, steps, whole


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (32.9, "32.9"),
        (0.70123, "0.7012"),
        (1270.4, "1270"),
        (123456.7, "123457"),
        (999_999.9, "1000000"),
        (3.0, "3"),
        (0.0, "0"),
        (-0.0, "0"),
        (-2.5, "-2.5"),
        (1e6, "1e6"),
        (1.23456e-7, "1.235e-7"),
        (-1.7e308, "-1.7e308"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
    ],
)
def test_four_digits_and_no_needless_exponent(value: float, text: str) -> None:
    assert number(value) == text


@given(st.floats(-1e308, 1e308))
def test_a_number_is_short_and_right_to_four_digits(value: float) -> None:
    assert len(number(value)) <= 11
    assert float(number(value)) == pytest.approx(value, rel=6e-4)


def test_a_step_keeps_its_digits() -> None:
    assert whole(1234567890.0) == "1234567890"
    assert whole(12) == "12"


@pytest.mark.parametrize(
    ("start", "end", "axis", "text"),
    [
        (412, 412, "step", "step 412"),
        (412, 980, "step", "steps 412-980"),
        (3, 4, "epoch", "epochs 3-4"),
        (-1, 5, "row", "rows -1 to 5"),
        (7, None, "step", "step 7"),
        (None, 7, "step", "step 7"),
        (None, None, "step", ""),
    ],
)
def test_steps_are_named_by_their_axis(
    start: int | None, end: int | None, axis: str, text: str
) -> None:
    assert steps(start, end, axis) == text
