"""How many runs of pure noise each rule alarms: simulated, healthy by construction.

    python tests/benchmarks/nulls.py [--runs 100]

A loss that falls and one that stands, each with noise of seven families, of 6 to 3,000 points; a
run has the loss alone, or a held-out loss and an accuracy beside it whose noise is its own. What
stands is not asked whether it learns (TL401). An alarm is a warning or an error.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gradlint.config import Settings
from gradlint.engine.logs import LogChecker
from gradlint.finding import Severity
from gradlint.registry import log_registry
from gradlint.runs.roles.assignment import assign_roles
from gradlint.runs.run import Curve, Run

Noise = Callable[[np.random.Generator, int], np.ndarray]

SHORT = (6, 8, 10, 12, 16, 20)
LONG = (50, 200, 1000, 3000)


def correlated(dice: np.random.Generator, count: int) -> np.ndarray:
    """Autoregressive noise of order one, coefficient 0.9, innovations of 10%."""
    draws = 0.1 * dice.standard_normal(count + 200)
    return np.exp(np.convolve(draws, 0.9 ** np.arange(100))[200 : 200 + count])


FAMILIES: dict[str, Noise] = {
    "normal 2%": lambda dice, n: 1.0 + 0.02 * dice.standard_normal(n),
    "lognormal 0.2": lambda dice, n: np.exp(0.2 * dice.standard_normal(n)),
    "lognormal 0.5": lambda dice, n: np.exp(0.5 * dice.standard_normal(n)),
    "t3 3%": lambda dice, n: 1.0 + 0.03 * dice.standard_t(3, n),
    "ar 0.9": correlated,
    "gamma 2": lambda dice, n: dice.gamma(2.0, 0.5, n),
    "to zero": lambda dice, n: np.exp(0.8 * dice.standard_normal(n)),
}


def level(family: str, falls: bool, way: np.ndarray) -> np.ndarray:
    """What the noise is multiplied with, from the start of a run (0) to its end (1)."""
    if family == "to zero":
        return np.maximum(2.0 * np.exp(-12.0 * way), 1e-4) if falls else np.full(len(way), 0.02)
    return 0.5 + 2.0 * np.exp(-5.0 * way) if falls else np.full(len(way), 1.5)


def run_of(dice: np.random.Generator, family: str, points: int, falls: bool, many: bool) -> Run:
    """One run of noise."""
    noise = FAMILIES[family]
    base = level(family, falls, np.linspace(0.0, 1.0, points))
    series = {"loss": np.abs(base * noise(dice, points)) + 1e-12}
    if many:
        series["val_loss"] = np.abs(1.1 * base * noise(dice, points)) + 1e-12
        missing = base / (base[0] * 1.2) * noise(dice, points)
        series["val_accuracy"] = np.clip(1.0 - missing, 0.0, 1.0)
    steps = np.arange(points, dtype=np.int64)
    curves = {tag: Curve(tag, steps, values, axis="step") for tag, values in series.items()}
    run = Run("null", "null", "csv", curves)
    assign_roles(run)
    return run


def alarms(runs: int, sizes: tuple[int, ...]) -> Iterator[tuple[str, int, Counter[str], int]]:
    """For each family and size: how many runs each rule alarms, any rule ("any"), and all runs."""
    checker = LogChecker(Settings(), log_registry(), None)
    dice = np.random.default_rng(1)
    for family in FAMILIES:
        for points in sizes:
            found: Counter[str] = Counter()
            total = 0
            for falls in (True, False):
                for many in (False, True):
                    for _ in range(runs // 4):
                        run = run_of(dice, family, points, falls, many)
                        codes = {it.code for it in checker.run(run) if it.level >= Severity.WARNING}
                        codes -= set() if falls else {"TL401"}
                        found.update(codes | ({"any"} if codes else set()))
                        total += 1
            yield family, points, found, total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100, help="of each family and size")
    options = parser.parse_args()
    warnings.simplefilter("error")
    for name, sizes in (("6 to 20 points", SHORT), ("50 to 3,000 points", LONG)):
        summed: Counter[str] = Counter()
        runs = 0
        for family, points, found, total in alarms(options.runs, sizes):
            summed += found
            runs += total
            if found["any"]:
                print(f"  {family:<14} {points:>5} {dict(found)} of {total}")
        rates = {code: f"{100 * many / runs:.2f}%" for code, many in sorted(summed.items())}
        print(f"{name}: {runs} runs, alarmed {rates}", flush=True)


if __name__ == "__main__":
    main()
