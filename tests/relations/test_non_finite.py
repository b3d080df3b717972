"""What is told of a series that is NaN or infinite."""

from __future__ import annotations

import numpy as np

from gradlint.finding import Severity
from gradlint.relations.non_finite import NAMED, NonFinite, of_gradient_norm
from gradlint.relations.overflows import overflows
from tests.relations.series import curve, run_of

NAN = float("nan")


def nan_in(tag: str, values: list[float], severity: Severity = Severity.ERROR) -> NonFinite:
    series = curve(tag, values, steps=range(0, 10 * len(values), 10))
    run_of(series)
    return NonFinite(series, np.flatnonzero(np.isnan(series.values)), severity)


def test_the_last_finite_point_before_is_told() -> None:
    turned = nan_in("loss", [3.0, 2.0, NAN, 1.0, NAN])
    assert (turned.first, turned.healthy) == (20, 1)
    assert turned.evidence("nan") == {
        "values": 5,
        "nan": 2,
        "last healthy step": 10,
        "last healthy value": 2.0,
    }


def test_where_none_was_finite_before_nothing_is_told() -> None:
    turned = nan_in("loss", [NAN, 2.0])
    assert turned.healthy is None
    assert turned.evidence("nan") == {"values": 2, "nan": 1}


def test_the_worst_comes_first_and_of_these_the_earliest() -> None:
    late, early = nan_in("loss", [1.0, NAN]), nan_in("loss", [NAN, 1.0])
    remark = nan_in("loss", [NAN, 1.0], Severity.INFO)
    assert sorted([remark, late, early], key=lambda it: it.order) == [early, late, remark]


def test_the_others_are_named_until_they_are_many() -> None:
    turned = nan_in("loss", [NAN])
    others = [nan_in(f"loss_{number}", [NAN]) for number in range(NAMED + 2)]
    assert turned.notes([], "NaN", scaled=False) == []
    assert turned.notes(others[:2], "NaN", scaled=False) == ["also NaN: `loss_0`, `loss_1`"]
    assert turned.notes(others[:NAMED], "NaN", scaled=False)[0].endswith(f"`loss_{NAMED - 1}`")
    assert turned.notes(others, "NaN", scaled=False)[0].endswith(f"`loss_{NAMED - 1}` and 2 more")


def test_a_norm_that_did_no_harm_is_explained() -> None:
    norm = nan_in("grad_norm", [1.0, NAN, 1.0], Severity.INFO)
    assert "loss scaling skips" in norm.notes([], "NaN", scaled=True)[0]
    assert "the loss stayed finite" in norm.notes([], "NaN", scaled=False)[0]
    assert nan_in("grad_norm", [1.0, NAN]).notes([], "NaN", scaled=True) == []
    assert nan_in("loss", [1.0, NAN], Severity.INFO).notes([], "NaN", scaled=True) == []


def test_the_points_of_a_norm_that_did_harm_are_told_alone() -> None:
    norm = curve("grad_norm", [1.0, NAN, 1.0, NAN])
    harmful = of_gradient_norm(norm, np.array([1, 3]), overflows(run_of(norm)))
    assert (harmful.bad.tolist(), harmful.severity) == ([3], Severity.ERROR)
    harmless = of_gradient_norm(norm, np.array([1]), overflows(run_of(norm)))
    assert (harmless.bad.tolist(), harmless.severity) == ([1], Severity.INFO)
