"""Which jumps of a loss are high enough to matter, and which of them nothing explains."""

from __future__ import annotations

import numpy as np
import pytest

from gradlint.curves.excursions import Excursion
from gradlint.curves.robust import Values
from gradlint.relations.loss_jumps import (
    is_lone,
    is_short_table,
    is_warm_restart,
    loss_excursions,
    stays,
    unplanned_jumps,
)
from gradlint.runs.run import Curve, Run
from tests.relations.series import curve, run_of
from tests.rules import series


def flat(points: int = 300, **jumps: float) -> Values:
    """A loss of 1 with a point or more (`at_FIRST_LAST`) at other values."""
    values = np.ones(points)
    for name, value in jumps.items():
        first, *last = map(int, name.removeprefix("at_").split("_"))
        values[first : (last or [first])[0] + 1] = value
    return values


def starts(run: Run, tag: str = "loss") -> list[int]:
    loss = run.curves[tag]
    return [loss.step(it.start) for it in unplanned_jumps(run, loss)]


def jump(start: int, end: int, top: float, base: float = 1.0, recovered: bool = True) -> Excursion:
    return Excursion(start, start, end, base, top, recovered, 9.0, 9.0)


# How high


@pytest.mark.parametrize(("top", "found"), [(1.85, []), (1.95, [150])])
def test_a_jump_is_a_tenth_of_what_was_gained(top: float, found: list[int]) -> None:
    values = np.concatenate(([10.0] * 10, flat(290)))
    values[150:153] = top
    assert [it.start for it in loss_excursions(values)] == found


@pytest.mark.parametrize(("top", "found"), [(2.4, []), (2.6, [250])])
def test_and_a_tenth_of_the_decades(top: float, found: list[int]) -> None:
    values = np.concatenate(([1e4], [1.0] * 299))
    values[250:253] = top
    assert [it.start for it in loss_excursions(np.append([1e4], values[1:]))] == found


def test_a_loss_below_zero_has_no_decades() -> None:
    values = np.full(300, -2.0)
    values[250:253] = -1.0
    assert [it.start for it in loss_excursions(values)] == [250]


@pytest.mark.parametrize(("rows", "short"), [(29, True), (30, False)])
def test_a_table_is_short_below_thirty_rows(rows: int, short: bool) -> None:
    assert is_short_table(curve("loss", [1.0] * rows, axis="row")) is short
    assert not is_short_table(curve("loss", [1.0] * rows))


# What explains a jump


def test_a_jump_is_unplanned_where_nothing_explains_it() -> None:
    assert starts(run_of(curve("loss", flat(at_150_152=5.0)))) == [150]


def test_the_loss_of_a_game_may_jump() -> None:
    assert starts(run_of(curve("gan_loss", flat(at_150_152=5.0))), "gan_loss") == []


def test_a_search_for_the_rate_ends_in_jumps() -> None:
    loss = curve("loss", flat(at_150_152=5.0))
    assert starts(run_of(loss, curve("lr", np.geomspace(1e-6, 1.0, 300)))) == []


def test_a_short_table_has_no_jumps() -> None:
    values = flat(29, at_20_22=5.0)
    assert starts(run_of(curve("loss", values, axis="row"))) == []
    assert starts(run_of(curve("loss", [*values, 1.0], axis="row"))) == [20]


@pytest.mark.parametrize(("start", "found"), [(4, []), (5, [5])])
def test_the_first_evaluations_may_jump(start: int, found: list[int]) -> None:
    values = flat(60)
    values[start] = 40.0
    assert starts(run_of(curve("val_loss", values)), "val_loss") == found


def test_a_held_out_loss_that_stays_up_is_overfitting() -> None:
    assert starts(run_of(curve("val_loss", flat(at_150_299=5.0))), "val_loss") == []
    assert starts(run_of(curve("loss", flat(at_150_299=5.0)))) == [150]


@pytest.mark.parametrize(("at", "top", "found"), [(7, 9.9, []), (7, 10.1, [7]), (8, 9.9, [8])])
def test_one_of_the_first_points_may_jump(at: int, top: float, found: list[int]) -> None:
    values = flat()
    values[at] = top
    assert starts(run_of(curve("loss", values))) == found


def test_the_first_points_may_not_jump_for_good() -> None:
    assert starts(run_of(curve("loss", flat(at_7_299=9.0)))) == [7]


@pytest.mark.parametrize(
    ("top", "raised", "restart"), [(10.0, 150, True), (10.1, 150, False), (9.0, 100, False)]
)
def test_a_warm_restart_is_below_the_start_and_after_a_raise(
    top: float, raised: int, restart: bool
) -> None:
    loss = curve("loss", [*[10.0] * 10, *flat(290)])
    rates = curve("lr", [0.5] + [0.1] * (raised - 1) + [0.5] * (300 - raised))
    run = run_of(loss, rates)
    assert is_warm_restart(run, loss, jump(150, 152, top)) is restart


def test_a_warm_restart_is_planned() -> None:
    values = flat(at_0_9=10.0, at_150_152=5.0)
    rates = curve("lr", [0.5] + [0.1] * 149 + [0.5] * 150)
    assert starts(run_of(curve("loss", values), rates)) == []


# The log's own period


def beats(*at: int, top: float = 5.0) -> Curve:
    values = flat(900, at_0_19=8.0)
    for point in at:
        values[point] = top
    return curve("loss", values)


@pytest.mark.parametrize(
    ("at", "periodic"),
    [
        ((200, 300, 400, 500), True),
        ((200, 300, 402, 502), True),
        ((200, 300, 403, 503), False),
        ((200, 300, 400), False),
    ],
)
def test_four_jumps_at_one_distance_are_the_logs_period(
    at: tuple[int, ...], periodic: bool
) -> None:
    assert starts(run_of(beats(*at))) == ([] if periodic else [*at])


def test_jumps_above_the_start_are_of_no_period() -> None:
    assert starts(run_of(beats(200, 300, 400, 500, top=9.0))) == [200, 300, 400, 500]


def test_beside_a_period_a_jump_above_the_start_stands() -> None:
    loss = beats(200, 300, 400, 500)
    loss.values[450] = 9.0
    assert starts(run_of(loss)) == [450]


# Another objective


def beside(steps: range, tag: str = "kl_loss", axis: str = "step") -> Run:
    """A loss that jumps at 150 for good, and another that is logged at `steps`."""
    other = curve(tag, [0.5] * len(steps), steps=steps, axis=axis)
    return run_of(curve("loss", flat(at_150_299=5.0)), other)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (range(150, 300), []),
        (range(149, 300), []),
        (range(148, 300), [150]),
        (range(151, 300), [150]),
        (range(150), []),
        (range(149), [150]),
        (range(151), []),
        (range(152), [150]),
        (range(300), [150]),
        (range(150, 151), [150]),
        (range(150, 152), []),
    ],
)
def test_a_loss_that_begins_or_ends_changes_the_sum(steps: range, found: list[int]) -> None:
    assert starts(beside(steps)) == found


def test_a_loss_of_another_split_or_axis_is_no_part_of_the_sum() -> None:
    assert starts(beside(range(150, 300), "val_kl_loss")) == [150]
    assert starts(beside(range(150, 300), axis="epoch")) == [150]


@pytest.mark.parametrize(("at", "found"), [(148, [150]), (149, []), (150, []), (151, [150])])
def test_a_loss_that_leaves_zero_changes_the_sum(at: int, found: list[int]) -> None:
    other = curve("kl_loss", [0.0] * at + [0.5] * (300 - at))
    assert starts(run_of(curve("loss", flat(at_150_299=5.0)), other)) == found


def test_a_loss_that_falls_to_zero_does_not_raise_the_sum() -> None:
    other = curve("kl_loss", [0.5] * 150 + [0.0] * 150)
    assert starts(run_of(curve("loss", flat(at_150_299=5.0)), other)) == [150]


def test_a_loss_that_rises_from_below_zero_explains_nothing() -> None:
    other = curve("kl_loss", [-0.5] * 150 + [0.5] * 150)
    assert starts(run_of(curve("loss", flat(at_150_299=5.0)), other)) == [150]


def test_a_loss_that_ends_as_nan_explains_nothing() -> None:
    other = curve("kl_loss", [0.5] * 149 + [np.nan])
    assert starts(run_of(curve("loss", flat(at_150_299=5.0)), other)) == [150]


# What becomes of a jump


@pytest.mark.parametrize(
    ("end", "top", "recovered", "lone"),
    [
        (150, 8.0, True, True),
        (151, 8.0, True, True),
        (152, 8.0, True, False),
        (150, 8.1, True, False),
        (150, 5.0, False, False),
    ],
)
def test_a_lone_jump_is_a_point_or_two_below_the_start(
    end: int, top: float, recovered: bool, lone: bool
) -> None:
    loss = curve("loss", flat(at_0_9=8.0))
    assert is_lone(run_of(loss), loss, jump(150, end, top, recovered=recovered)) is lone


def test_an_evaluation_is_never_lone() -> None:
    loss = curve("val_loss", flat(at_0_9=8.0))
    assert not is_lone(run_of(loss), loss, jump(150, 150, 5.0))


def test_one_point_that_other_series_move_with_is_not_lone() -> None:
    loss = curve("loss", flat(at_0_9=8.0, at_180=6.0))
    norm = curve("grad_norm", flat(at_180=6.0))
    spike = jump(180, 180, 6.0)
    assert is_lone(run_of(loss), loss, spike)
    assert not is_lone(run_of(loss, norm), loss, spike)


@pytest.mark.parametrize(("final", "stay"), [(5.0, True), (3.1, True), (2.9, False), (1.0, False)])
def test_a_jump_stays_at_half_its_height(final: float, stay: bool) -> None:
    loss = curve("loss", flat(at_0_9=8.0, at_150_296=5.0, at_297_299=final))
    assert stays(loss, jump(150, 299, 5.0, recovered=False)) is stay


@pytest.mark.parametrize(("level", "stay"), [(2.7, False), (2.8, True)])
def test_a_jump_stays_where_a_quarter_of_the_gain_is_lost(level: float, stay: bool) -> None:
    loss = curve("loss", flat(at_0_9=8.0, at_150_299=level))
    assert stays(loss, jump(150, 299, level, recovered=False)) is stay


def test_a_jump_that_came_back_does_not_stay() -> None:
    loss = curve("loss", flat(at_150_299=5.0))
    assert not stays(loss, jump(150, 299, 5.0))


def test_a_loss_below_zero_may_diverge_as_well() -> None:
    run = series.run_of("steps 1000\nnll: 1 ~> -0.6, noise +-0.02\nnll: = 1.5 from 700")
    nll = run.curves["nll"]
    assert [stays(nll, it) for it in unplanned_jumps(run, nll)] == [True]


def test_two_points_are_too_few_to_stay_unless_infinity_follows() -> None:
    values = flat(302, at_300_301=5.0)
    assert not stays(curve("loss", values), jump(300, 301, 5.0, recovered=False))
    assert stays(curve("loss", [*values, 5.0]), jump(300, 302, 5.0, recovered=False))
    assert stays(curve("loss", [*values, np.inf]), jump(300, 301, 5.0, recovered=False))
