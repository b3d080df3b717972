"""What several series of a run do at the same steps is no noise."""

from __future__ import annotations

import numpy as np

from gradlint.relations.agreement import Agreement, agreements
from tests.relations.series import curve, run_of

POINTS = 120
AT = slice(70, 80)


def noisy(level: float, spread: float, seed: int) -> np.ndarray:
    return level * np.exp(spread * np.random.default_rng(seed).standard_normal(POINTS))


def bumped(factor: float, *, level: float = 1.0, spread: float = 0.25, seed: int = 1) -> np.ndarray:
    values = noisy(level, spread, seed)
    values[AT] *= factor
    return values


def found(**series: np.ndarray) -> list[Agreement]:
    return agreements(run_of(*(curve(tag, values.tolist()) for tag, values in series.items())))


def tags(**series: np.ndarray) -> set[str]:
    return {it.curve.tag for it in found(**series)}


LOSS = bumped(2.4)
ACCURACY = 1.0 - bumped(2.6, level=0.15, seed=2)
NORM = bumped(3.0, seed=3)


def test_three_series_say_together_what_none_says_alone() -> None:
    assert tags(loss=LOSS) == set()
    assert "loss" in tags(loss=LOSS, accuracy=ACCURACY, grad_norm=NORM)


def test_the_witnesses_are_named_and_their_surprises_add_up() -> None:
    told = found(loss=LOSS, accuracy=ACCURACY, grad_norm=NORM)
    loss = next(it for it in told if it.curve.tag == "loss")
    assert {it.tag for it in loss.witnesses} == {"accuracy", "grad_norm"}
    assert loss.surprise > loss.departure.surprise
    assert loss.steps[0] <= 70 <= loss.steps[1]


def test_what_departs_elsewhere_is_no_witness() -> None:
    moved = np.roll(NORM, -50)
    assert tags(loss=LOSS, grad_norm=moved) == set()


def test_a_score_needs_a_witness_of_the_network_itself() -> None:
    fallen = 1.0 - bumped(60.0, level=0.01, spread=0.1, seed=5)
    assert tags(accuracy=fallen) == set()
    assert tags(accuracy=fallen, f1=fallen, episode_length=1.0 - fallen) == set()
    assert "accuracy" in tags(accuracy=fallen, loss=LOSS)


def test_a_loss_beyond_doubt_needs_no_witness() -> None:
    assert tags(loss=bumped(30.0, spread=0.05)) == {"loss"}


def test_losses_of_one_split_are_one_witness() -> None:
    alone = found(loss=LOSS, accuracy=ACCURACY)
    twice = found(loss=LOSS, accuracy=ACCURACY, aux_loss=LOSS)
    first = next(it for it in alone if it.curve.tag == "loss")
    second = next(it for it in twice if it.curve.tag == "loss")
    assert first.surprise == second.surprise


def test_among_a_hundred_series_more_has_to_be_said() -> None:
    others = {f"score_{it}_accuracy": noisy(0.5, 0.01, it) for it in range(100)}
    few = dict(list(others.items())[:8])
    assert "loss" in tags(loss=LOSS, grad_norm=NORM, accuracy=ACCURACY, **few)
    told = found(loss=LOSS, grad_norm=NORM, accuracy=ACCURACY, **few)
    more = found(loss=LOSS, grad_norm=NORM, accuracy=ACCURACY, **others)
    surprise = {it.curve.tag: it.surprise for it in told}["loss"]
    assert all(it.surprise < surprise for it in more if it.curve.tag == "loss")
