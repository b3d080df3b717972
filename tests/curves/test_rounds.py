"""A loss that begins anew at equal distances has rounds; a bad batch in every epoch makes none."""

from __future__ import annotations

import numpy as np
import pytest

from gradlint.curves.rounds import round_length

ROUND = np.geomspace(2.0, 0.1, 10)


def rounds(*firsts: float) -> np.ndarray:
    return np.concatenate([first * ROUND for first in firsts])


def test_each_round_falls_from_its_first_point() -> None:
    assert round_length(rounds(1.0, 1.4, 0.9, 1.2)) == 10


def test_the_last_one_may_be_cut_off() -> None:
    assert round_length(rounds(1.0, 1.4, 0.9, 1.2)[:-4]) == 10


@pytest.mark.parametrize(("many", "length"), [(3, None), (4, 10)])
def test_three_beginnings_are_needed(many: int, length: int | None) -> None:
    assert round_length(rounds(*[1.0] * many)) == length


def test_one_point_up_in_every_epoch_is_no_beginning() -> None:
    values = np.geomspace(2.0, 0.5, 50)
    values[10::10] *= 4.0
    assert round_length(values) is None


def test_the_distances_are_equal() -> None:
    values = rounds(1.0, 1.4, 0.9, 1.2)
    assert round_length(np.delete(values, 25)) is None


def test_rounds_of_three_points_are_none() -> None:
    assert round_length(np.tile([3.0, 2.0, 1.0], 10)) is None
    assert round_length(np.tile([4.0, 3.0, 2.0, 1.0], 10)) == 4


def test_rounds_that_stop_are_none() -> None:
    assert round_length(np.concatenate((rounds(1.0, 1.4, 0.9, 1.2), np.full(40, 0.1)))) is None
