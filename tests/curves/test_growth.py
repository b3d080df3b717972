"""What grows out of all bounds."""

from __future__ import annotations

import numpy as np
import pytest

from gradlint.curves.growth import runaway

GROWN = np.array([1.0, 1.5, 2.0, 1e3, 1e5, 1e7, 1e9, 1e9, 1e9])


def test_it_begins_where_it_was_calm_for_the_last_time() -> None:
    assert runaway(GROWN, 1e8) == 3


@pytest.mark.parametrize("values", [-GROWN, GROWN / 1.5])
def test_the_sign_does_not_matter_nor_what_is_below_1(values: np.ndarray) -> None:
    assert runaway(values, 1e8) == 3


@pytest.mark.parametrize(
    "values",
    [
        GROWN[:5],
        GROWN / 20,
        GROWN * 1e-8,
        np.append(GROWN, [1e6, 1e6, 1e6]) * 100,
        1e9 + GROWN,
        np.linspace(1.0, 20_000.0, 20_000) ** 2,
    ],
)
def test_it_is_too_short_too_low_back_again_or_a_count(values: np.ndarray) -> None:
    assert runaway(values, 1e8) is None
