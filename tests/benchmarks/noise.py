"""How many healthy runs of pure noise are alarmed, and how that moves with a threshold.

    python tests/benchmarks/noise.py [--runs 40] [--points 2000]

Families of noise around a falling loss: normal, lognormal, Student's t, autoregressive, gamma, and
lognormal about a loss that goes to zero. A run counts once, however many excursions it has.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gradlint.curves import excursions
from gradlint.relations import loss_jumps

Noise = Callable[[np.random.Generator, int], np.ndarray]


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


def alarmed(runs: int, points: int) -> dict[str, int]:
    """For each family the number of runs with an excursion."""
    dice = np.random.default_rng(1)
    way = np.linspace(0.0, 1.0, points)
    found = {}
    for name, noise in FAMILIES.items():
        level = 0.5 + 2.0 * np.exp(-5.0 * way)
        if name == "to zero":
            level = np.maximum(2.0 * np.exp(-12.0 * way), 1e-4)
        series = [np.abs(level * noise(dice, points)) + 1e-12 for _ in range(runs)]
        found[name] = sum(bool(loss_jumps.loss_excursions(values)) for values in series)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--points", type=int, default=2000)
    options = parser.parse_args()
    print(f"{'as it is':<22}", alarmed(options.runs, options.points))
    judged = [(loss_jumps, it) for it in ("SIGMAS", "OUTSTANDING", "RATIO", "EARLY_SIGMAS")]
    measured = [(excursions, it) for it in ("TENTH", "LONG_REACH", "DIPS", "FAR")]
    for module, name in judged + measured:
        value = getattr(module, name)
        for factor in (0.5, 2.0):
            setattr(module, name, value * factor)
            print(
                f"{name} {value * factor:<12g}", alarmed(options.runs, options.points), flush=True
            )
        setattr(module, name, value)


if __name__ == "__main__":
    main()
