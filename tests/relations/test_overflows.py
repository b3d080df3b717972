"""Which gradient norms that are not finite did no harm."""

from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st

from gradlint.relations.overflows import overflows
from gradlint.runs.roles.assignment import assign_roles
from gradlint.runs.run import Curve, Message, Run

NAN, INF = float("nan"), float("inf")


def run_of(
    gradients: list[float],
    losses: list[float] | None = None,
    scale: float | None = None,
    every: int = 1,
) -> Run:
    series = {"grad_norm": gradients, "loss": losses or [1.0] * len(gradients)}
    if scale is not None:
        series["loss_scale"] = [scale] * len(gradients)
    steps = np.arange(len(gradients)) * every
    run = Run(
        "run",
        "run",
        "csv",
        {tag: Curve(tag, steps, np.array(values, np.float64)) for tag, values in series.items()},
    )
    assign_roles(run)
    return run


def judged(run: Run) -> list[int]:
    return np.flatnonzero(overflows(run).survived(run.curves["grad_norm"])).tolist()


def test_a_norm_that_is_finite_again_did_no_harm() -> None:
    assert judged(run_of([1.0, INF, NAN, 1.0, INF, 1.0])) == [1, 2, 4]


def test_a_norm_after_which_a_loss_turned_did_harm() -> None:
    run = run_of([1.0, INF, 1.0, 1.0, INF, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0, NAN])
    assert judged(run) == [1]


def test_without_loss_scaling_a_norm_that_stays_did_harm() -> None:
    assert judged(run_of([1.0, 1.0, INF])) == []


def test_with_loss_scaling_a_log_may_end_while_the_scale_is_looked_for() -> None:
    assert judged(run_of([1.0] + [INF] * 9, scale=65536.0)) == [*range(1, 10)]
    assert judged(run_of([1.0] + [INF] * 10, scale=65536.0)) == []


def test_the_first_scale_may_take_longer() -> None:
    assert judged(run_of([INF] * 31, scale=65536.0)) == [*range(31)]
    assert judged(run_of([INF] * 32, scale=65536.0)) == []


def test_where_steps_are_logged_rarely_three_of_them_are_long() -> None:
    assert judged(run_of([1.0] + [INF] * 2, scale=65536.0, every=10)) == [1, 2]
    assert judged(run_of([1.0] + [INF] * 3, scale=65536.0, every=5)) == []
    assert judged(run_of([1.0] + [INF] * 3, scale=65536.0, every=4)) == [1, 2, 3]


def test_a_scale_of_one_is_no_loss_scaling() -> None:
    assert not overflows(run_of([1.0], scale=1.0)).scaled
    assert overflows(run_of([1.0], scale=2.0)).scaled


def test_messages_of_the_scaler_tell_of_it() -> None:
    run = run_of([1.0])
    run.messages = (Message("overflow", "gradient overflow", 1),)
    assert overflows(run).scaled


@given(st.lists(st.tuples(st.sampled_from([1.0, INF, NAN]), st.sampled_from([1.0, NAN]))))
def test_it_agrees_with_the_definition(pairs: list[tuple[float, float]]) -> None:
    gradients, losses = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    expected = []
    for i, gradient in enumerate(gradients):
        if not np.isfinite(gradient):
            first = i
            while first and not np.isfinite(gradients[first - 1]):
                first -= 1
            after = i
            while after < len(gradients) and not np.isfinite(gradients[after]):
                after += 1
            if after < len(gradients) and np.isfinite(losses[first : after + 1]).all():
                expected.append(i)
    assert judged(run_of(gradients, losses)) == expected
