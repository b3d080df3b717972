"""Whether two curves are one series, written twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from gradlint.runs.joining.same_series import copy_of
from gradlint.runs.rounding import rounding
from gradlint.runs.run import Curve

NAN = float("nan")
NOISE = np.random.default_rng(5).lognormal(0.0, 0.4, 100)


def curve(values: Sequence[float], steps: Sequence[int] | None = None, axis: str = "step") -> Curve:
    at = np.arange(len(values)) if steps is None else np.array(steps)
    return Curve("loss", at.astype(np.int64), np.array(values, np.float64), axis=axis)


def printed(form: str, values: Sequence[float] = tuple(NOISE)) -> list[float]:
    return [float(format(value, form)) for value in values]


# How a number was printed


@pytest.mark.parametrize(
    ("form", "values", "allowed"),
    [
        (".4f", [0.12345, 1.23456, 12.34567], [0.5e-4, 0.5e-4, 0.5e-4]),
        (".3g", [0.12345, 1.23456, 12.34567], [0.5e-3, 0.5e-2, 0.5e-1]),
        (".3e", [123.456e20, 1.23456], [0.5e19, 0.5e-3]),
        (".2f", [0.001, 1.234], [0.5e-2, 0.5e-2]),
    ],
)
def test_the_digits_tell_how_far_the_origin_may_be(
    form: str, values: list[float], allowed: list[float]
) -> None:
    assert rounding(np.array(printed(form, values))) == pytest.approx(allowed, rel=0.1)


def test_a_number_of_float32_was_not_rounded() -> None:
    assert rounding(np.float32([0.1, 3.7]).astype(np.float64)) == pytest.approx(
        np.array([0.1, 3.7]) * 2.0**-22
    )


def test_digits_are_the_significant_ones() -> None:
    assert curve(printed(".4f")).digits < curve(printed(".6f")).digits < 7
    assert curve([0.0, NAN]).digits == 0


# Digits of numbers smaller than that do not count.
NUMBERS = st.floats(-1e30, 1e30).map(lambda number: number if abs(number) > 1e-280 else 0.0)


@given(st.lists(NUMBERS, min_size=1, max_size=30), st.sampled_from([".3f", ".4g"]))
def test_a_number_is_never_farther_from_its_print_than_its_rounding(
    values: list[float], form: str
) -> None:
    shown = np.array(printed(form, values))
    assume(shown.any())  # zeros alone do not say how many decimals they had
    assert (np.abs(shown - np.array(values)) <= rounding(shown) * (1 + 1e-6)).all()


# One series in two forms


@pytest.mark.parametrize("form", [".3f", ".4f", ".4g", ".3e"])
def test_a_copy_may_have_fewer_digits(form: str) -> None:
    copy = copy_of(curve(printed(form)), curve(NOISE))
    assert copy is not None
    assert (copy.scale, copy.offset, len(copy.own)) == (1, 0, 0)
    assert copy.evidence > 100


def test_a_copy_may_be_of_float32() -> None:
    single = np.float32(NOISE).astype(np.float64)
    assert copy_of(curve(single), curve(NOISE)) is not None
    assert copy_of(curve(single), curve(printed(".5f"))) is not None


def test_another_last_digit_is_another_series() -> None:
    values = printed(".4f")
    values[50] += 1e-4
    assert copy_of(curve(values), curve(NOISE)) is None


def test_steps_may_count_from_one() -> None:
    copy = copy_of(curve(NOISE, range(1, 101)), curve(NOISE))
    assert copy is not None
    assert copy.offset == -1


def test_a_copy_may_log_more_rarely_or_at_other_steps() -> None:
    rare = copy_of(curve(NOISE[::10], range(0, 100, 10)), curve(NOISE))
    assert rare is not None
    assert len(rare.own) == 0
    third, half = curve(NOISE[::3], range(0, 100, 3)), curve(NOISE[::2], range(0, 100, 2))
    both = copy_of(third, half)
    assert both is not None
    assert third.steps[both.own].tolist() == list(range(3, 100, 6))


def test_epochs_are_placed_on_steps() -> None:
    copy = copy_of(curve(NOISE, axis="epoch"), curve(NOISE, range(44, 4500, 45)))
    assert copy is not None
    placed = copy.placed(np.array([0, 1, 99]))
    assert placed is not None
    assert placed.tolist() == [44, 89, 4499]


def test_rows_are_placed_on_the_steps_that_were_printed() -> None:
    copy = copy_of(curve(printed(".4f", NOISE[::20]), axis="row"), curve(NOISE))
    assert copy is not None
    assert (copy.scale, copy.offset) == (20, 0)


def test_what_lies_between_steps_has_no_place() -> None:
    copy = copy_of(curve(NOISE, range(44, 4500, 45)), curve(NOISE, axis="epoch"))
    assert copy is not None
    assert copy.placed(np.array([45])) is None


# Two series


def test_two_runs_that_begin_alike_are_two() -> None:
    other = np.concatenate([NOISE[:90], NOISE[:10]])
    assert copy_of(curve(other), curve(NOISE)) is None


@pytest.mark.parametrize("part", [slice(50), slice(50, None), slice(20, 80)])
def test_a_part_of_a_run_is_no_copy_of_it(part: slice) -> None:
    steps = np.arange(100)[part]
    assert copy_of(curve(NOISE[part], steps.tolist()), curve(NOISE)) is None


def test_a_copy_may_end_a_little_earlier() -> None:
    assert copy_of(curve(NOISE[:91]), curve(NOISE)) is not None
    assert copy_of(curve(NOISE[:88]), curve(NOISE)) is None


@pytest.mark.parametrize("values", [[2.3026] * 100, [round(3 - 0.01 * n, 4) for n in range(100)]])
def test_what_could_be_guessed_is_no_evidence(values: list[float]) -> None:
    copy = copy_of(curve(values), curve(values))
    assert copy is not None
    assert copy.evidence < 1


def test_a_value_counts_once() -> None:
    values = [0.25, 0.75] * 50
    copy = copy_of(curve(values), curve(values))
    assert copy is not None
    assert copy.evidence < 6


# NaN


def test_a_nan_contradicts_a_number() -> None:
    values = [*NOISE[:99], NAN]
    assert copy_of(curve(values), curve(NOISE)) is None
    assert copy_of(curve(values), curve(values)) is not None


def test_a_nan_does_not_contradict_a_blank() -> None:
    copy = copy_of(curve([*NOISE, NAN, NAN]), curve(NOISE))
    assert copy is not None
    assert copy.own.tolist() == [100, 101]


def test_nothing_but_nan_is_the_same_and_proves_nothing() -> None:
    copy = copy_of(curve([NAN] * 9), curve([NAN] * 9))
    assert copy is not None
    assert copy.evidence == 0.0


def test_a_course_that_turns_nan_at_once_is_compared_with_its_nan() -> None:
    long = curve([2.25, 2.5, 4.0, *[NAN] * 77])
    coarse = curve([2.25, *[NAN] * 7], list(range(0, 80, 10)))
    assert copy_of(coarse, long) is not None
    assert copy_of(coarse, curve([2.25, *[0.5] * 79])) is None


def test_of_placings_that_prove_as_much_the_one_that_leaves_out_least_is_taken() -> None:
    copy = copy_of(curve([0.1] * 20, list(range(1, 21))), curve([0.1] * 20))
    assert copy is not None
    assert (copy.offset, len(copy.own)) == (-1.0, 0)


@pytest.mark.parametrize(
    ("values", "others", "still"),
    [
        ([2.3026] * 9, [2.302585] * 9, True),
        ([2.5, 3.75, *[NAN] * 7], [2.5, 3.75, *[NAN] * 7], True),
        ([0.1, 0.1, 0.1, 0.2, 0.2, 0.2], [0.1, 0.1, 0.1, 0.2, 0.2, 0.2], True),
        ([2.0, 2.0, 2.0, 2.0], [2.04, 1.98, 2.01, 1.97], False),  # too few digits
        ([2.25, 2.13, 2.08, 2.01], [2.25, 2.13, 2.08, 2.01], False),
    ],
)
def test_a_curve_is_still_in_both_files_or_in_none(
    values: list[float], others: list[float], still: bool
) -> None:
    for one, two in ((values, others), (others, values)):
        copy = copy_of(curve(one), curve(two))
        assert copy is not None
        assert copy.still is still


@pytest.mark.parametrize(
    ("steps", "others", "whole"),
    [
        (range(100), range(1, 101), True),
        (range(100), range(101), True),  # one file was written a moment earlier
        (range(0, 100, 10), range(100), True),
        (range(100), range(102), False),
        (range(100), range(106), False),
        (range(1, 11), range(45, 451, 45), True),
        (range(1, 11), range(495, 901, 45), False),  # it went on
        (range(100), range(100, 200), False),
    ],
)
def test_a_whole_copy_begins_and_ends_where_the_other_does(
    steps: range, others: range, whole: bool
) -> None:
    copy = copy_of(curve([0.1] * len(steps), list(steps)), curve([0.1] * len(others), list(others)))
    assert copy is not None
    assert copy.whole is whole


def test_a_summary_is_compared_without_its_steps() -> None:
    assert copy_of(curve([0.25]), curve([0.26], [300])) is None
    assert copy_of(curve([0.25]), curve([0.25], [300])) is not None
