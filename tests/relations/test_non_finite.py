"""What is said of values that are NaN or infinite."""

from __future__ import annotations

import numpy as np
import pytest

from gradlint.finding import Severity
from gradlint.relations.non_finite import NAMED, NonFinite, of_gradient_norm
from gradlint.relations.overflows import Overflows, overflows
from gradlint.runs.kinds import Kind, Role
from gradlint.runs.run import Curve
from tests.rules.series import run_of

NAN, INF = float("nan"), float("inf")


def found(
    *values: float, tag: str = "loss", kind: Kind = Kind.LOSS, severity: Severity = Severity.ERROR
) -> NonFinite:
    steps = 10 * np.arange(len(values))
    curve = Curve(tag, steps, np.array(values), role=Role(kind))
    return NonFinite(curve, np.flatnonzero(~curve.finite), severity)


def test_the_last_healthy_value_is_the_one_before_the_first_that_is_not() -> None:
    it = found(3.0, 2.0, NAN, 1.0, INF)
    assert (it.first, it.healthy) == (20, 1)
    assert it.evidence("nan") == {
        "values": 5, "nan": 2, "last healthy step": 10, "last healthy value": 2.0,
    }  # fmt: skip


def test_without_a_value_before_there_is_no_healthy_one() -> None:
    assert found(NAN, 1.0).healthy is None
    assert found(NAN, 1.0).evidence("nan") == {"values": 2, "nan": 1}


def test_the_worst_come_first_and_then_the_earliest() -> None:
    late, early = found(1.0, 1.0, NAN), found(1.0, NAN)
    mild = found(NAN, severity=Severity.INFO)
    assert sorted([mild, late, early], key=lambda it: it.order) == [early, late, mild]


@pytest.mark.parametrize(("scaled", "words"), [(True, "loss scaling skips"), (False, "no harm")])
def test_a_gradient_norm_that_did_no_harm_is_explained_by_loss_scaling_only_where_there_is_one(
    scaled: bool, words: str
) -> None:
    norm = found(1.0, NAN, 1.0, tag="norm", kind=Kind.GRADIENT_NORM, severity=Severity.INFO)
    (note,) = norm.notes([], "NaN", scaled)
    assert words in note


@pytest.mark.parametrize("kind", [Kind.LOSS, Kind.GRADIENT_NORM])
def test_what_did_harm_is_not_excused(kind: Kind) -> None:
    assert found(1.0, NAN, kind=kind).notes([], "NaN", scaled=True) == []


def test_the_others_are_named_up_to_a_number() -> None:
    others = [found(NAN, tag=f"loss_{at}") for at in range(NAMED + 2)]
    (note,) = found(NAN).notes(others[:2], "infinite", scaled=False)
    assert note == "also infinite: `loss_0`, `loss_1`"
    (note,) = found(NAN).notes(others, "NaN", scaled=False)
    assert note.endswith("`loss_4` and 2 more")


def test_of_a_gradient_norm_the_points_count_that_did_harm() -> None:
    run = run_of(
        """
        steps 9
        loss: 1
        loss: = nan at 7
        grad_norm: 1
        grad_norm: = nan at 2
        grad_norm: = nan at 6
        """
    )
    norm = run.curves["grad_norm"]
    bad = np.flatnonzero(~norm.finite)
    judged = of_gradient_norm(norm, bad, overflows(run))
    assert (judged.bad.tolist(), judged.severity) == ([6], Severity.ERROR)
    harmless = of_gradient_norm(norm, bad, Overflows(scaled=False, broken={}))
    assert (harmless.bad.tolist(), harmless.severity) == ([2, 6], Severity.INFO)
