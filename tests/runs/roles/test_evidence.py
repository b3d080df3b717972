"""What values tell of series whose names tell nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from gradlint.runs.kinds import Kind, Role
from gradlint.runs.roles.assignment import assign_roles
from gradlint.runs.roles.evidence import LEAST, trend
from gradlint.runs.run import TEXT_COLUMNS, Curve, Run
from tests.relations.series import curve, run_of

FALLING = [2.0, 1.7, 1.75, 1.4, 1.2, 1.25, 1.0, 0.9, 0.95, 0.8]
RISING = [0.1, 0.3, 0.25, 0.4, 0.5, 0.45, 0.6, 0.7, 0.65, 0.8]
FLAT = [2.31, 2.30, 2.31, 2.30, 2.30, 2.31, 2.30, 2.31, 2.30, 2.31]
NOISE = [1.3, 1.1, 1.4, 1.0, 1.2, 1.5, 1.1, 1.3, 1.2, 1.4]


def roles(**series: Sequence[float]) -> dict[str, Role]:
    run = run_of(*(curve(tag.replace("__", "/"), values) for tag, values in series.items()))
    return {tag: it.role for tag, it in run.curves.items()}


@pytest.mark.parametrize(
    ("values", "way"), [(FALLING, -1), (RISING, 1), (NOISE, 0), ([1.0] * 10, 0), (FALLING[:9], 0)]
)
def test_the_trend_of_a_series(values: Sequence[float], way: int) -> None:
    assert trend(curve("a", values)) == way


def test_what_rises_and_falls_has_no_trend() -> None:
    assert trend(curve("a", [*RISING, *RISING[::-1]])) == 0


def test_what_is_too_large_to_subtract_has_no_trend() -> None:
    assert trend(curve("a", [-1.7e308] * LEAST + [1.7e308] * LEAST)) == 0


def test_splits_without_a_metric_that_fall_are_losses() -> None:
    found = roles(train=FALLING, val=FALLING)
    assert [(it.split, it.kind) for it in found.values()] == [
        ("train", Kind.LOSS),
        ("validation", Kind.LOSS),
    ]
    assert all(it.inferred for it in found.values())


def test_splits_without_a_metric_that_rise_within_0_and_1_are_scores() -> None:
    assert {it.kind for it in roles(train=RISING, val=RISING).values()} == {Kind.SCORE}
    above = [100 * it for it in RISING]
    assert {it.kind for it in roles(train=above, val=above).values()} == {Kind.OTHER}


def test_catboost_learns() -> None:
    found = roles(learn=FALLING, test=FALLING)
    assert [(it.split, it.kind) for it in found.values()] == [
        ("train", Kind.LOSS),
        ("test", Kind.LOSS),
    ]


@pytest.mark.parametrize(
    "series",
    [
        {"train": FALLING},
        {"train": NOISE, "val": FALLING},
        {"train": FALLING[:9], "val": FALLING},
        {"val": FALLING, "test": FALLING},
        {"loss": FALLING, "train": [it / 3 for it in FALLING], "val": FALLING},
        {"loss": FALLING, "train": FLAT, "val": FLAT},
    ],
)
def test_splits_that_tell_too_little(series: dict[str, Sequence[float]]) -> None:
    assert not any(it.inferred for it in roles(**series).values())


def test_splits_that_stand_still_beside_a_score_are_losses_at_chance() -> None:
    assert roles(train=FLAT, val=FLAT, acc=NOISE)["train"].kind is Kind.LOSS
    assert roles(train=FLAT, val=FLAT)["train"].kind is Kind.OTHER
    high = [100.0 * it for it in FLAT]
    assert roles(train=high, val=high, acc=NOISE)["train"].kind is Kind.OTHER


@pytest.mark.parametrize("tag", ["top1", "valid__PER", "eval_top5", "norm_edit_dis"])
def test_a_name_with_two_meanings_is_what_its_direction_says(tag: str) -> None:
    assert next(iter(roles(**{tag: RISING}).values())).kind is Kind.SCORE
    assert next(iter(roles(**{tag: FALLING}).values())).kind is Kind.ERROR
    assert next(iter(roles(**{tag: NOISE}).values())).kind is Kind.OTHER


def test_a_score_is_one_within_0_and_1_only() -> None:
    assert roles(score=RISING)["score"].kind is Kind.SCORE
    assert roles(score=[900 * it for it in RISING])["score"].kind is Kind.OTHER


def test_the_only_number_of_each_row_is_a_loss_if_it_falls() -> None:
    assert roles(value=FALLING, lr=NOISE)["value"] == replace(
        roles(loss=FALLING)["loss"], inferred=True
    )
    assert roles(value=NOISE)["value"].kind is Kind.OTHER
    assert roles(value=FALLING, other=NOISE)["value"].kind is Kind.OTHER
    assert roles(price=FALLING)["price"].kind is Kind.OTHER


def test_one_of_several_numbers_of_each_step_is_unknown() -> None:
    run = run_of(curve("value", FALLING * 2, steps=[it // 2 for it in range(20)]))
    assert run.curves["value"].role.kind is Kind.OTHER
    words = Run("a", "a", "csv", {"value": curve("value", FALLING)}, metadata={TEXT_COLUMNS: "tag"})
    assign_roles(words)
    assert words.curves["value"].role.kind is Kind.OTHER


def test_rows_without_steps_are_in_no_order() -> None:
    run = run_of(Curve("value", np.arange(10), np.array(FALLING), axis="row"))
    assert run.curves["value"].role.kind is Kind.OTHER


def test_of_columns_without_headings_one_falls_while_one_rises() -> None:
    found = roles(column_1=[float(it) for it in range(10)], column_2=FALLING, column_3=RISING)
    assert [it.kind for it in found.values()] == [Kind.OTHER, Kind.LOSS, Kind.SCORE]


@pytest.mark.parametrize(
    "series",
    [
        {"column_2": FALLING, "column_3": NOISE},
        {"column_2": FALLING, "column_3": FALLING, "column_4": RISING},
        {"column_2": FALLING, "column_3": sorted(RISING)},
        {"loss": NOISE, "column_2": FALLING, "column_3": RISING},
    ],
)
def test_columns_that_tell_too_little(series: dict[str, Sequence[float]]) -> None:
    assert not any(it.inferred for it in roles(**series).values())


def test_the_only_score_is_a_loss_if_it_falls_from_above_1() -> None:
    assert roles(Score=FALLING)["Score"].kind is Kind.LOSS
    assert roles(Score=[it / 2 for it in FALLING])["Score"].kind is Kind.ERROR
    assert roles(Score=FALLING, reward=RISING)["Score"].kind is Kind.OTHER
    assert roles(Score=[10 * it for it in RISING])["Score"].kind is Kind.OTHER


@pytest.mark.parametrize("off", [1.0, 1.04, 0.95])
def test_splits_with_the_values_of_the_loss_are_losses(off: float) -> None:
    found = roles(loss=FALLING, train=[off * it for it in FALLING], val=RISING)
    assert [(it.split, it.kind) for it in list(found.values())[1:]] == [
        ("train", Kind.LOSS),
        ("validation", Kind.LOSS),
    ]


TERMS = [[round(it * share, 4) for it in FALLING] for share in (0.1237, 0.4321, 0.3333)]


@pytest.mark.parametrize("place", [0, 3])
def test_a_column_that_is_the_sum_of_those_beside_it_is_the_loss(place: int) -> None:
    total = [round(sum(them), 4) for them in zip(*TERMS, strict=True)]
    columns = [*TERMS[:place], total, *TERMS[place:]]
    found = roles(**{f"column_{at}": values for at, values in enumerate(columns, 2)})
    losses = {tag: it.component for tag, it in found.items() if it.kind is Kind.LOSS}
    assert losses == {tag: tag != f"column_{place + 2}" for tag in found}


def test_what_rises_beside_the_sum_of_other_columns_is_a_score() -> None:
    total = [round(sum(them), 4) for them in zip(*TERMS, strict=True)]
    columns = [[5.0] * 10, *TERMS, total, RISING, sorted(RISING)]
    found = roles(**{f"column_{at}": values for at, values in enumerate(columns, 2)})
    assert [it.kind for it in found.values()] == [
        Kind.OTHER,
        *[Kind.LOSS] * 4,
        Kind.SCORE,
        Kind.OTHER,
    ]


@pytest.mark.parametrize(
    "columns",
    [
        [FALLING, FALLING, [0.0] * 10],  # a copy is no sum
        [FALLING, TERMS[0], [-it for it in TERMS[0]]],
        [RISING, [it / 4 for it in RISING], [it * 3 / 4 for it in RISING]],
    ],
)  # fmt: skip
def test_columns_that_are_no_sum_of_a_loss(columns: Sequence[Sequence[float]]) -> None:
    found = roles(**{f"column_{at}": values for at, values in enumerate(columns, 2)})
    assert {it.kind for it in found.values()} == {Kind.OTHER}


@pytest.mark.parametrize("shift", [0.0, -3.0])  # a log-likelihood may be below 0
@pytest.mark.parametrize("name", ["J", "objective"])
def test_what_moves_as_the_only_held_out_loss_is_that_of_training(name: str, shift: float) -> None:
    held_out = [it + shift for it in FALLING[:6]] + [it + shift for it in reversed(FALLING[2:6])]
    trained = [it + shift - 0.05 for it in FALLING]
    found = roles(**{name: trained, "size": NOISE, "val_loss": held_out})
    assert (found[name].split, found[name].kind) == ("train", Kind.LOSS)
    assert found["size"].kind is Kind.OTHER


@pytest.mark.parametrize(
    "others",
    [
        {"J": [it / 4 for it in FALLING]},
        {"J": RISING},
        {"J": FALLING, "K": FALLING},
        {"J": FALLING, "loss": FALLING},
    ],
)
def test_what_is_no_counterpart_of_a_held_out_loss(others: dict[str, Sequence[float]]) -> None:
    assert roles(val_loss=FALLING, **others)["J"].kind is Kind.OTHER
