"""Which losses TL401 takes for those of guessing: ln(C), where C is a usual number of classes."""

from __future__ import annotations

import math

import pytest

from gradlint.config import Settings
from gradlint.engine.logs import LogChecker
from gradlint.registry import Registry, log_registry
from tests.rules.series import run_of

FEW = [*range(2, 11), 16, 20, 32, 50, 64, 100, 128, 200, 256, 365, 500, 512, 1000]
MANY = [10_000, 32_000, 50_257, 128_256]


def message(classes: int) -> str:
    """What is said of a loss that stands at ln(classes)."""
    rule = log_registry().find("not-learning")
    assert rule is not None
    run = run_of(f"steps 50\nloss: {math.log(classes)}")
    (found,) = LogChecker(Settings(), Registry([rule]), None).run(run)
    return found.message


@pytest.mark.parametrize("classes", [*FEW, *MANY])
def test_a_usual_number_of_classes_is_named(classes: int) -> None:
    assert message(classes).endswith(f", which is chance level: ln({classes})")


@pytest.mark.parametrize("classes", [11, 40, 150, 300, 700, 5_000, 20_000, 40_000, 100_000])
def test_any_other_number_is_not(classes: int) -> None:
    assert "chance" not in message(classes)
