"""Logs drawn from plain formulas: 22 that are sick and 15 that only look so.

A formula says how such a run goes, not what a rule looks for: what it draws (where the event is,
how high, how noisy) is drawn anew for each seed, in the range that such runs have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.runs.readers.tfevents.event_files import VERSION, event, simple

Dice = np.random.Generator
Array = np.ndarray


@dataclass(frozen=True)
class Log:
    """What was logged: the value of each series at each of `steps`; `blank` ones were not."""

    axis: str
    steps: Array
    series: dict[str, Array]
    blank: dict[str, Array]

    def csv(self) -> str:
        """A table with six digits."""
        rows = [",".join([self.axis, *self.series])]
        for at, step in enumerate(self.steps.tolist()):
            cells = [
                "" if tag in self.blank and self.blank[tag][at] else f"{values[at]:.6g}"
                for tag, values in self.series.items()
            ]
            rows.append(",".join([str(step), *cells]))
        return "\n".join(rows) + "\n"

    def events(self) -> bytes:
        """An event file; what is logged once an epoch is called as Keras calls it."""
        prefix = "epoch_" if self.axis == "epoch" else ""
        written = [VERSION]
        for at, step in enumerate(self.steps.tolist()):
            values = [
                simple(prefix + tag, float(values[at]))
                for tag, values in self.series.items()
                if tag not in self.blank or not self.blank[tag][at]
            ]
            written.append(event(step, *values, wall=1e9 + at))
        return b"".join(written)


def log(count: int, *, every: int = 1, axis: str = "step", **series: Array) -> Log:
    """A log of `count` points of each series."""
    return Log(axis, np.arange(count) * every, series, {})


def way(count: int) -> Array:
    """From 0, the start of a run, to 1, its end."""
    return np.linspace(0.0, 1.0, count)


def falling(start: float, end: float, count: int, pace: float = 6.0) -> Array:
    """A loss that decays from `start` to `end`."""
    return end + (start - end) * np.exp(-pace * way(count))


def noisy(dice: Dice, values: Array, spread: float) -> Array:
    """Noise of batches: lognormal, `spread` is its deviation."""
    return values * np.exp(spread * dice.standard_normal(len(values)))


def place(dice: Dice, count: int, first: float, last: float) -> int:
    """A point between two shares of a run."""
    return int(count * dice.uniform(first, last))


# --- Sick ----------------------------------------------------------------------------------------


def nan_that_stays(dice: Dice) -> Log:
    loss = noisy(dice, falling(2.3, 0.4, 1500), 0.06)
    loss[place(dice, 1500, 0.3, 0.95) :] = np.nan
    return log(1500, loss=loss)


def nan_once(dice: Dice) -> Log:
    """The step was undone, and the optimizer had lost its state."""
    at = place(dice, 1500, 0.3, 0.6)
    loss = falling(2.3, 0.4, 1500)
    loss[at:] = falling(1.8, 0.4, 1500 - at, 3.0)
    loss = noisy(dice, loss, 0.06)
    loss[at] = np.nan
    return log(1500, loss=loss)


def infinity(dice: Dice) -> Log:
    at = place(dice, 800, 0.2, 0.9)
    loss = noisy(dice, falling(40.0, 9.0, 800), 0.1)
    loss[at : at + 5] *= 10.0 ** np.cumsum(dice.uniform(1.0, 8.0, 5))
    loss[at + 5 :] = np.inf
    return log(800, loss=loss)


def nan_in_the_norm_alone(dice: Dice) -> Log:
    """From there on every update is skipped."""
    at = place(dice, 1000, 0.3, 0.8)
    loss = falling(6.0, 2.5, 1000)
    loss[at:] = loss[at]
    norm = noisy(dice, np.full(1000, 0.9), 0.2)
    norm[at:] = np.nan
    return log(1000, every=10, loss=noisy(dice, loss, 0.02), grad_norm=norm)


def slow_divergence(dice: Dice) -> Log:
    at = place(dice, 1200, 0.3, 0.5)
    loss = falling(4.0, 1.2, 1200)
    loss[at:] += dice.uniform(1.5, 4.0) * np.linspace(0.0, 1.0, 1200 - at)
    return log(1200, every=5, loss=noisy(dice, loss, 0.05))


def divergence_in_the_last_tenth(dice: Dice) -> Log:
    at = place(dice, 1200, 0.90, 0.96)
    loss = falling(4.0, 1.2, 1200)
    loss[at:] *= np.exp(np.linspace(0.0, dice.uniform(1.0, 3.0), 1200 - at))
    return log(1200, every=5, loss=noisy(dice, loss, 0.05))


def plateau_above_chance(dice: Dice) -> Log:
    """Ten classes, and worse than guessing: outputs are sure of themselves and wrong."""
    level = dice.uniform(2.6, 4.0)
    return log(1000, loss=noisy(dice, np.full(1000, level), dice.uniform(0.01, 0.06)))


def plateau_at_chance(dice: Dice) -> Log:
    classes = int(dice.choice([2, 5, 10, 100]))
    accuracy = dice.binomial(5000, 1.0 / classes, 40) / 5000
    loss = np.log(classes) * (1.0 + 0.002 * dice.standard_normal(40))
    return log(40, axis="epoch", loss=loss, accuracy=accuracy)


def constant_loss(dice: Dice) -> Log:
    return log(300, every=10, loss=np.full(300, dice.uniform(0.5, 9.0)))


def zero_from_a_step_on(dice: Dice) -> Log:
    """A trainer that writes zero for NaN."""
    at = place(dice, 200, 0.2, 0.8)
    loss = noisy(dice, falling(3.0, 1.2, 200), 0.08)
    loss[at:] = 0.0
    norm = noisy(dice, np.full(200, 1.5), 0.3)
    norm[at:] = np.nan
    return log(200, every=10, loss=loss, grad_norm=norm, learning_rate=5e-5 * (1.0 - way(200)))


def frozen_accuracy(dice: Dice) -> Log:
    """The network has come to give one answer to everything."""
    at = place(dice, 60, 0.2, 0.6)
    right = 0.3 + 0.5 * (1.0 - np.exp(-4.0 * way(60)))
    accuracy = dice.binomial(10_000, right) / 10_000
    accuracy[at:] = dice.integers(900, 1100) / 10_000
    loss = falling(2.3, 0.6, 60)
    loss[at:] = 2.303
    return log(60, axis="epoch", loss=noisy(dice, loss, 0.01), val_accuracy=accuracy)


def duplicate_steps(dice: Dice) -> Log:
    """Two processes wrote some of the steps."""
    steps = np.sort(np.concatenate((np.arange(1000), dice.choice(np.arange(100, 900), 20, False))))
    loss = noisy(dice, falling(2.3, 0.4, 1020), 0.05)
    return Log("step", steps, {"loss": loss}, {})


def gaps_in_steps(dice: Dice) -> Log:
    at = place(dice, 1000, 0.3, 0.7)
    steps = np.delete(np.arange(1000) * 10, np.arange(at, at + int(dice.integers(20, 120))))
    loss = noisy(dice, falling(2.3, 0.4, len(steps)), 0.05)
    return Log("step", steps, {"loss": loss}, {})


def growing_oscillation(dice: Dice) -> Log:
    """Every other update overshoots, each by a little more than the one before."""
    count = 80
    overshoot = 0.02 * (dice.uniform(2.0, 8.0) / 0.02) ** way(count) * (np.arange(count) % 2)
    loss = falling(1.5, 0.5, count) * (1.0 + overshoot)
    return log(count, axis="epoch", loss=noisy(dice, loss, 0.02))


def spike_that_does_not_return(dice: Dice) -> Log:
    at = place(dice, 1500, 0.4, 0.8)
    loss = falling(5.0, 1.5, 1500)
    loss[at:] = loss[at] + dice.uniform(0.5, 0.9) * (5.0 - loss[at])
    return log(1500, every=10, loss=noisy(dice, loss, 0.04))


def collapse_that_returns_late(dice: Dice) -> Log:
    """Learned once, lost within an epoch, and learned a second time."""
    count, at = 40, int(dice.integers(10, 16))
    known = 1.0 - np.exp(-np.arange(count) / 6.0)
    lost = dice.uniform(0.5, 0.9)
    later = np.arange(count - at)
    known[at:] *= 1.0 - lost * np.exp(-later / dice.uniform(5.0, 9.0))
    loss = noisy(dice, 6.0 * (1.0 - known) + 0.3, 0.03)
    return log(count, axis="epoch", loss=loss, accuracy=dice.binomial(4000, 0.8 * known) / 4000)


def gradient_explosion(dice: Dice) -> Log:
    at = place(dice, 1500, 0.3, 0.8)
    norm = noisy(dice, falling(1.5, 0.5, 1500), 0.15)
    norm[at : at + 6] *= np.exp(np.cumsum(dice.uniform(0.6, 1.4, 6)))
    norm[at + 6 :] *= 6.0
    loss = falling(5.0, 1.5, 1500)
    loss[at + 3 :] = loss[at] + 0.8 * (5.0 - loss[at])
    return log(1500, every=10, loss=noisy(dice, loss, 0.04), grad_norm=norm)


def vanishing_gradient(dice: Dice) -> Log:
    start, end = dice.uniform(0.1, 2.0), 10.0 ** dice.uniform(-12.0, -8.0)
    norm = start * (end / start) ** way(1000)
    loss = noisy(dice, falling(2.32, 2.303, 1000), 0.01)
    return log(1000, loss=loss, grad_norm=noisy(dice, norm, 0.3))


def entropy_gone(dice: Dice) -> Log:
    """A policy that has come to do always the same."""
    at = place(dice, 400, 0.2, 0.5)
    entropy = noisy(dice, 1.38 * np.exp(-3.0 * np.arange(400) / at), 0.05)
    entropy[at:] = 0.0
    reward = 20.0 + 15.0 * np.minimum(np.arange(400) / at, 1.0)
    reward[at:] = 9.4
    loss = 0.3 * dice.standard_normal(400)
    return log(
        400, every=2048, entropy=entropy, policy_loss=loss, mean_reward=noisy(dice, reward, 0.1)
    )


def overfitting(dice: Dice) -> Log:
    at = place(dice, 60, 0.2, 0.4)
    held_out = falling(1.6, 0.7, 60, 12.0)
    held_out[at:] += dice.uniform(0.4, 1.0) * np.linspace(0.0, 1.0, 60 - at)
    loss = noisy(dice, falling(1.6, 0.03, 60), 0.03)
    return log(60, axis="epoch", loss=loss, val_loss=noisy(dice, held_out, 0.08))


def loss_scale_at_its_floor(dice: Dice) -> Log:
    at = place(dice, 1000, 0.3, 0.7)
    scale = np.maximum(65536.0 * 0.5 ** np.maximum(np.arange(1000) - at, 0), 1.0)
    loss = falling(7.0, 4.0, 1000)
    loss[at:] = loss[at]
    return log(1000, loss=noisy(dice, loss, 0.02), loss_scale=scale)


def divergence_from_the_reference(dice: Dice) -> Log:
    """A policy that leaves the model that it came from, and speaks nonsense."""
    at = place(dice, 500, 0.4, 0.6)
    kl = 0.02 + 0.08 * way(500)
    kl[at:] *= np.exp(np.minimum(0.1 * np.arange(500 - at), dice.uniform(6.0, 9.0)))
    reward = -1.0 + 2.5 * way(500)
    reward[at + 30 :] = -2.0
    reward += 0.3 * dice.standard_normal(500)
    return log(500, kl=noisy(dice, kl, 0.2), reward=reward)


# --- Healthy -------------------------------------------------------------------------------------


def student_t(dice: Dice) -> Log:
    loss = falling(2.5, 0.8, 2000) + 0.04 * dice.standard_t(3, 2000)
    return log(2000, loss=np.maximum(loss, 0.01))


def stair(dice: Dice) -> Log:
    rate = 0.1 * 0.1 ** (np.arange(90) // 30)
    level = np.choose(np.arange(90) // 30, [1.1, 0.55, 0.42]) + np.exp(-(np.arange(90) % 30) / 4.0)
    level[30:] -= np.exp(-(np.arange(60) % 30) / 4.0) * 0.6
    held_out = noisy(dice, level + 0.35, 0.03)
    return log(90, axis="epoch", loss=noisy(dice, level, 0.01), val_loss=held_out, lr=rate)


def warm_restarts(dice: Dice) -> Log:
    phase = np.arange(2000) % 500 / 500
    rate = 0.05 * (1.0 + np.cos(np.pi * phase))
    loss = falling(2.3, 0.5, 2000) * (1.0 + 1.5 * rate)
    return log(2000, loss=noisy(dice, loss, 0.05), lr=rate)


def negative(dice: Dice) -> Log:
    loss = falling(3.0, -2.0, 1500) + 0.08 * dice.standard_normal(1500)
    return log(1500, loss=loss)


def warm_up(dice: Dice) -> Log:
    """Nothing moves before the rate is high enough."""
    rate = 3e-4 * np.minimum(np.arange(2000) / 300, 1.0)
    learned = np.cumsum(rate) / np.sum(rate)
    loss = 3.2 + 7.7 * np.exp(-9.0 * learned)
    return log(2000, every=10, loss=noisy(dice, loss, 0.01), lr=rate)


def early_transient(dice: Dice) -> Log:
    loss = falling(2.6, 0.9, 1000)
    loss[:8] += dice.uniform(20.0, 60.0) * np.exp(-np.arange(8) / 2.0)
    return log(1000, loss=noisy(dice, loss, 0.05))


def small_batches(dice: Dice) -> Log:
    return log(3000, loss=falling(0.9, 0.25, 3000) * dice.gamma(2.0, 0.5, 3000))


def few_noisy_evaluations(dice: Dice) -> Log:
    count = int(dice.integers(8, 15))
    known = 1.0 - np.exp(-4.0 * way(count))
    loss, held_out = falling(0.69, 0.3, count), falling(0.69, 0.45, count)
    return log(
        count,
        axis="epoch",
        loss=noisy(dice, loss, 0.02),
        val_loss=noisy(dice, held_out, 0.08),
        val_accuracy=dice.binomial(200, 0.5 + 0.3 * known) / 200,
    )


def down_to_nothing(dice: Dice) -> Log:
    loss = 1.0 * (10.0 ** dice.uniform(-9.0, -7.0)) ** way(2000)
    return log(2000, loss=noisy(dice, loss, 0.3))


def curriculum(dice: Dice) -> Log:
    """Each stage is a little harder."""
    stage, within = np.arange(1200) // 300, np.arange(1200) % 300 / 300
    start = np.array([4.0, 2.2, 1.9, 1.7])[stage]
    end = np.array([1.8, 1.6, 1.45, 1.35])[stage]
    return log(1200, every=5, loss=noisy(dice, end + (start - end) * np.exp(-5.0 * within), 0.06))


def heavy_tail(dice: Dice) -> Log:
    """One sample in many costs far more than the others: means of batches of eight."""
    samples = 0.6 + 0.8 * dice.pareto(3.0, (1500, 8))
    return log(1500, loss=falling(1.2, 0.4, 1500) * samples.mean(axis=1))


def kl_annealing(dice: Dice) -> Log:
    """The weight of the divergence is raised over the first third of the run."""
    weight = np.minimum(way(600) * 3.0, 1.0)
    divergence = 8.0 + 42.0 * np.exp(-3.0 * weight) * (1.0 - np.exp(-40.0 * way(600)))
    likelihood = falling(210.0, 95.0, 600, 9.0) + 6.0 * weight
    return log(
        600,
        every=100,
        loss=noisy(dice, likelihood + weight * divergence, 0.015),
        reconstruction_loss=noisy(dice, likelihood, 0.015),
        kl_loss=noisy(dice, divergence, 0.03),
    )


def adversaries(dice: Dice) -> Log:
    """Two networks that hold each other: both losses wander."""
    balance = np.zeros(1500)
    for at in range(1, 1500):
        balance[at] = 0.97 * balance[at - 1] + 0.1 * dice.standard_normal()
    return log(
        1500,
        every=20,
        d_loss=noisy(dice, 0.6 * np.exp(-0.5 * balance), 0.15),
        g_loss=noisy(dice, 1.3 * np.exp(0.5 * balance), 0.15),
    )


def resumed(dice: Dice) -> Log:
    """What was written after the last checkpoint is written again."""
    at, back = place(dice, 2000, 0.4, 0.7), int(dice.integers(50, 300))
    steps = np.concatenate((np.arange(at), np.arange(at - back, 2000)))
    loss = falling(2.3, 0.4, 2000)[steps]
    return Log("step", steps, {"loss": noisy(dice, loss, 0.05)}, {})


def rising_return(dice: Dice) -> Log:
    """Episodes differ much, and the agent gets better."""
    reward = 20.0 + 300.0 * (1.0 - np.exp(-3.0 * way(500)))
    loss = 0.5 + 0.2 * dice.standard_normal(500)
    return log(500, every=2048, episode_return=reward * dice.gamma(6.0, 1 / 6.0, 500), loss=loss)


FAULTS: dict[Callable[[Dice], Log], set[str]] = {
    nan_that_stays: {"TL101"},
    nan_once: {"TL101"},
    infinity: {"TL102"},
    nan_in_the_norm_alone: {"TL101"},
    slow_divergence: {"TL202"},
    divergence_in_the_last_tenth: {"TL202"},
    plateau_above_chance: {"TL401"},
    plateau_at_chance: {"TL401"},
    constant_loss: {"TL401", "TL402"},
    zero_from_a_step_on: {"TL103", "TL101", "TL402"},
    frozen_accuracy: {"TL402", "TL403"},
    duplicate_steps: {"TL604"},
    gaps_in_steps: {"TL604"},
    growing_oscillation: {"TL502", "TL202", "TL203"},
    spike_that_does_not_return: {"TL202"},
    collapse_that_returns_late: {"TL201", "TL202", "TL203", "TL403"},
    gradient_explosion: {"TL301"},
    vanishing_gradient: {"TL302"},
    entropy_gone: {"TL402"},
    overfitting: {"TL501"},
    loss_scale_at_its_floor: {"TL304"},
    divergence_from_the_reference: {"TL202", "TL403"},
}
"""The formulas of sick runs, and the rules that are meant to tell them."""

FOOLS: list[Callable[[Dice], Log]] = [
    student_t,
    stair,
    warm_restarts,
    negative,
    warm_up,
    early_transient,
    small_batches,
    few_noisy_evaluations,
    down_to_nothing,
    curriculum,
    heavy_tail,
    kl_annealing,
    adversaries,
    resumed,
    rising_return,
]
"""The formulas of healthy runs."""
