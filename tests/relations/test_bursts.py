"""What two series of a run do at once to five times all they were is trouble, whatever they are."""

from __future__ import annotations

import numpy as np

from gradlint.relations.bursts import bursts
from tests.relations.series import curve, run_of

POINTS = 40
AT = 20


def bursting(factor: float, at: int = AT, level: float = 1.0) -> list[float]:
    values = level * np.exp(0.1 * np.random.default_rng(0).standard_normal(POINTS))
    values[at] = factor * level
    return values.tolist()


def told(**series: list[float]) -> dict[str, list[str]]:
    run = run_of(*(curve(tag, values) for tag, values in series.items()))
    return {it.curve.tag: [other.tag for other in it.witnesses] for it in bursts(run)}


def test_a_loss_and_something_unknown() -> None:
    assert told(G_loss=bursting(50), blob=bursting(30)) == {"G_loss": ["blob"]}


def test_an_unknown_series_may_burst_downwards() -> None:
    assert told(G_loss=bursting(50), blob=bursting(-30)) == {"G_loss": ["blob"]}


def test_a_gradient_norm_tells_as_well() -> None:
    assert told(grad_norm=bursting(50), blob=bursting(30)) == {"grad_norm": ["blob"]}


def test_unknown_series_alone_do_not() -> None:
    assert told(blob=bursting(50), blub=bursting(30)) == {}


def test_two_losses_are_one_witness() -> None:
    assert told(G_loss=bursting(50), D_loss=bursting(30)) == {}


def test_a_score_that_leaps_is_none() -> None:
    assert told(G_loss=bursting(50), accuracy=bursting(30, level=0.01)) == {}


def test_four_times_all_before_is_no_burst() -> None:
    assert told(G_loss=bursting(50), blob=bursting(4)) == {}


def test_what_bursts_elsewhere_is_no_witness() -> None:
    assert told(G_loss=bursting(50), blob=bursting(30, at=AT + 2)) == {}
    assert told(G_loss=bursting(50), blob=bursting(30, at=AT + 1)) == {"G_loss": ["blob"]}


def test_the_first_points_are_small_by_themselves() -> None:
    assert told(G_loss=bursting(50, at=4), blob=bursting(30, at=4)) == {}
    assert told(G_loss=bursting(50, at=5), blob=bursting(30, at=5)) == {"G_loss": ["blob"]}


def test_where_it_ends() -> None:
    run = run_of(curve("G_loss", bursting(50)), curve("blob", bursting(30)))
    (found,) = bursts(run)
    assert (found.jump.start, found.jump.end, found.jump.recovered) == (AT, AT, True)
    assert found.jump.top == 50.0


def test_a_warmed_up_learning_rate_and_a_zero_start_are_none() -> None:
    zeros = [0.0] * AT + [5.0] * (POINTS - AT)
    assert told(G_loss=bursting(50), blob=zeros) == {}
    assert told(G_loss=bursting(50), lr=bursting(30, level=0.01)) == {}
