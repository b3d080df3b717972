"""What tells that a run has learnt nothing."""

from __future__ import annotations

import numpy as np
import pytest

from gradlint.relations.progress import unimproved
from tests.relations.series import curve, run_of

NOISE = np.random.default_rng(1).normal(0.0, 1.0, 60)
FLAT = (2.3 + 0.01 * NOISE).tolist()
FALLING = np.linspace(2.3, 0.4, 60).tolist()
CHANCE = (0.1 + 0.003 * NOISE).tolist()
RISING = np.linspace(0.1, 0.8, 60).tolist()


def told(**series: list[float]) -> str | None:
    run = run_of(*(curve(tag, values) for tag, values in series.items()))
    found = unimproved(run)
    return found and found.curve.tag


@pytest.mark.parametrize(
    ("series", "tag"),
    [
        ({"loss": FLAT}, "loss"),
        ({"loss": FALLING}, None),
        ({"loss": FLAT, "val_loss": FALLING}, None),
        ({"accuracy": CHANCE, "loss": FLAT}, "loss"),
        ({"accuracy": CHANCE, "loss": (2 + NOISE / 100).tolist()}, "accuracy"),
        ({"accuracy": CHANCE, "loss": FALLING}, None),
        ({"accuracy": CHANCE, "f1": RISING}, None),
        ({"accuracy": RISING, "loss": FLAT}, None),
        ({"accuracy": [0.1] * 60, "loss": FLAT}, "loss"),
        ({"f1": [0.1] * 60, "loss": FLAT}, "loss"),
        ({"f1": [0.1] * 60, "loss": [2.3] * 60}, None),
        ({"reward": CHANCE, "policy_loss": FLAT}, "reward"),
        ({"ep_rew_mean": [9.0] * 60}, None),
    ],
)
def test_what_decides(series: dict[str, list[float]], tag: str | None) -> None:
    assert told(**series) == tag


def test_a_loss_that_is_nan_at_the_end_is_another_fault() -> None:
    assert told(accuracy=CHANCE, loss=[*FLAT[:30], *[float("nan")] * 30]) is None


def test_a_gain_that_was_lost_is_another_fault() -> None:
    assert told(loss=[*FALLING[:30], *FALLING[29::-1]]) is None
    assert told(accuracy=[*RISING[:30], *RISING[29::-1]]) is None
