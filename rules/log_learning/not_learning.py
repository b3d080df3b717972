"""# The loss does not move

## What it does

Reports a run in which nothing gets better. Scores and returns decide where they are logged: none of
them is better than at the start, and no training loss goes on falling in the second half of the run,
or the training loss has come down to nothing, and what is held out will not get better any more.
Where there are none, or they are too noisy to tell, the losses do: each ends where it began, or has
gained at most a fifth in the first tenth of the run and nothing since, or has never improved on its
first evaluation. However much the first tenth brought, a run is reported in which no loss has moved
since, be it that they are quiet enough to show 2%, or that all scores are below 60% and stand as
well. A loss at what guessing costs, ln(C) among C classes or -ln of the accuracy beside it, is an
error. A return that has fallen to its lowest and stays there is a warning.

## Why it is a risk

The run costs what a good one costs and gives nothing. A speech model stayed at a CTC loss of 5.4,
all blanks, for 73,000 steps; a tanh RNN over 60 steps stayed at 0.17, the variance of its targets,
for 1,450 of 1,500. Chance level is the giveaway: 0.693 for two classes, 2.303 for ten, 6.908 for a
thousand.

## Example

Ten classes, guessed:

```series bad
steps 2000
loss: 2.303, noise 1%
# error: TL401: loss 0-1999
```

A regression that predicts the mean:

```series bad
steps 1500
train/loss: 0.167, noise 8%
train/grad_norm: 0.3 ~> 0.02, noise 20%
# warning: TL401: train/loss 0-1499
```

A network that has found the answer that needs no look at the input, and nothing else:

```series bad
steps 60
loss: 3.1 *> 1 for 6 then 1, noise 1%
val_r2: 0.01, noise +-0.01
# warning: TL401: val_r2 0-59
```

A policy that has collapsed to its lowest return:

```series bad
steps 400
axis episode
episode_return: 22 -> 60 for 100 then 9.5, noise 4%
# warning: TL401: episode_return 100-399
```

## How to fix

Try to memorise ten examples: if that fails, the fault is in the code. Check that the optimizer has
the parameters, that gradients arrive at the first layer and are applied, that labels belong to
their inputs, and that no softmax comes before a cross-entropy. Then try the learning rate, a factor
of ten up and down, and the scale of the inputs. Recurrent networks that have to remember over many
steps need gates, a forget bias of 1 and a larger learning rate.

## When it is fine

A plateau that is left. LSTMs on the adding problem stay flat for 600 to 800 steps, some networks
for most of their run, and then learn:

```series good
steps 2000
loss: 0.167 for 700 then 0.167 ~> 0.002, noise 8%
```

A slow fall is a fall, and near zero nothing is left to gain:

```series good
steps 5000 every 10
loss: 2.35 -> 2.1, noise 1.5%
```

```series good
steps 3000
loss: 2.3 ~> 0.002 for 500 then 0.002, noise 40%
```

Losses of games and agents do not show whether they learn, unless nothing in the log moves at all,
and a benchmark may stay at chance for as long as the loss goes on falling:

```series good
steps 60
loss: 10.4 ~> 4.1, noise 1%
benchmark/acc: 0.25, noise 4%
```

## References

- Hochreiter and Schmidhuber, Long Short-Term Memory: the adding problem,
  https://doi.org/10.1162/neco.1997.9.8.1735
- Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear
  neural networks: plateaus and sudden transitions, https://arxiv.org/abs/1312.6120
- Karpathy, A Recipe for Training Neural Networks: the loss at initialisation, overfitting one
  batch, https://karpathy.github.io/2019/04/25/recipe/
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from gradlint.sdk.logs import (
    Curve,
    Finding,
    Kind,
    Run,
    Severity,
    Unimproved,
    digits,
    event,
    motionless,
    rule,
    searches_rate,
    unimproved,
)

HELP = (
    "check that the labels match the inputs, that gradients reach the parameters, and the learning "
    "rate"
)

HELP_POLICY = "check the reward and its scale, how much is explored, and the learning rate"

LEAST = 50
"""Points of a return, at least, to say that it stays at its lowest."""

CHANCE = 0.01
"""Distance from ln(C) that is chance level: what Keras logs after ten epochs of guessing among ten
classes is 2.308 to 2.313, where ln(10) is 2.3026."""

CLASSES = (*range(2, 11), 16, 20, 32, 50, 64, 100, 128, 200, 256, 365, 500, 512, 1000, 10_000)
"""Numbers of classes that are usual; with every number allowed all levels above 4.6 are chance."""

DISTANCES = frozenset("mae mse rmse mape smape rmspe huber r2 l1 l2".split())
"""What says that a run learns numbers and not classes."""

VOCABULARIES = (32_000, 50_257, 50_304, 128_256)
"""Sizes of vocabularies that are usual: Llama 2, GPT-2, GPT-2 padded to a multiple of 64, Llama 3."""

ACTIONS = range(2, 19)
"""Numbers of actions that a policy chooses among: 18 are those of an Atari console."""

EVEN = 0.01
"""Share of ln(n) that the entropy of a new policy may be off: its first layer knows nothing yet."""

UNDECIDED = 0.95
"""Share of its start that the entropy of a policy keeps where it decides nothing. Of the agents of
30 families those that learn fall below 0.9, those that do not keep 0.976."""

LEAST_ENTROPIES = 10
"""Points of an entropy, at least, to say so."""

FLOOR = 0.15
"""Share of its range above its lowest value that is the floor of a return."""

FLOORED = 0.5
"""Share of the run for which a return must be at its floor, to the end."""


@rule("TL401", "warning", symptoms={"not-learning": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report a run in which nothing gets better, and a return that stays at its lowest."""
    found = [
        it for curve in run.of(Kind.RETURN) if len(curve.level) >= LEAST for it in _floored(curve)
    ]
    yield from found
    for curve in run.of(Kind.AGENT):
        choices = _choices(curve) if curve.role.metric == "entropy" else None
        if choices is not None:
            yield _random(curve, choices)
    if not found and not run.measured(searches_rate):
        whole = unimproved(run)
        still = motionless(run) if whole is None else None
        if whole is not None:
            yield _unimproved(whole, guessed=not _measures_distances(run))
        elif still is not None:
            yield _motionless(still)


def _choices(curve: Curve) -> int | None:
    """Among how many actions a policy chooses as if by dice to the end; None if it does not."""
    values = curve.level
    if len(values) < LEAST_ENTROPIES or values.min() == values.max():
        return None  # of a policy whose spread is fixed
    start = float(np.median(values[:3]))
    if values.min() < UNDECIDED * start:
        return None
    return next((n for n in ACTIONS if abs(start / math.log(n) - 1.0) <= EVEN), None)


def _random(curve: Curve, choices: int) -> Finding:
    start, lowest = float(curve.level[0]), float(curve.level.min())
    return event(
        curve,
        int(curve.points[0]),
        int(curve.points[-1]),
        f"`{curve.tag}` stays at ln({choices}), {digits(math.log(choices))}: the policy chooses among "
        f"{choices} actions as if by dice, from the first update to the last",
        help="lower the weight of the entropy bonus, and check that the reward and its gradient reach "
        "the policy",
        evidence={"start": start, "lowest": lowest},
    )


def chance_classes(level: float) -> int | None:
    """The number of classes among which guessing has this cross-entropy, if it is a usual one."""
    usual: tuple[int, ...] = (*CLASSES, *VOCABULARIES)
    for classes in usual:
        if abs(level - math.log(classes)) <= CHANCE:
            return classes
    return None


def _motionless(curve: Curve) -> Finding:
    start, final = float(curve.level[0]), float(curve.level[-1])
    return event(
        curve,
        int(curve.points[0]),
        int(curve.points[-1]),
        f"nothing moves: `{curve.tag}` is {digits(start)} at the start and {digits(final)} at the end, "
        "and no other series leaves its first level",
        help="check that the optimizer has the parameters, that its learning rate is not next to "
        "nothing, and that gradients reach the first layer",
        evidence={"start": start, "final": final, "points": len(curve.level)},
    )


def _measures_distances(run: Run) -> bool:
    """Whether what is learnt is numbers, of which there are no classes to guess among."""
    return any(not DISTANCES.isdisjoint(it.role.metric.split("_")) for it in run.curves.values())


def _unimproved(whole: Unimproved, guessed: bool) -> Finding:
    """A run of which nothing is better at the end than at the start.

    `guessed`: whether a level may be that of guessing among classes.
    """
    curve, start, final = whole.curve, whole.start, whole.final
    evidence: dict[str, float | int | str] = {
        "start": start,
        "final": final,
        "points": len(curve.level),
    }
    is_loss = curve.role.kind is Kind.LOSS
    classes = chance_classes(final) if is_loss and guessed else None
    named = f", which is chance level: ln({classes})" if classes else ""
    if classes:
        evidence["classes at chance"] = classes
    if whole.guesses is not None:
        right = float(whole.guesses.level[-1])
        named = f"{named or ', which is that of guessing'}, and `{whole.guesses.tag}` at {digits(right)}"
        told = f"ends at {digits(final)}{named}"
    elif whole.guess is not None:
        told = f"ends at {digits(final)}; without a look at the input it would be {digits(whole.guess)}"
    elif whole.since:
        told = (
            f"has gained nothing since {curve.axis} {curve.step(whole.since)}, in nine tenths of the "
            f"run, and ends at {digits(final)}{named}"
        )
    else:
        gained = start < final if curve.role.kind is not Kind.LOSS else final < start
        told = (
            f"is {'hardly' if gained else 'no'} better at the end ({digits(final)}) than at the start "
            f"({digits(start)}), in {len(curve.level)} points{named}"
        )
    return event(
        curve,
        int(curve.points[whole.since]),
        int(curve.points[-1]),
        f"`{curve.tag}` {told}",
        help=HELP_POLICY if curve.role.kind is Kind.RETURN else HELP,
        evidence=evidence,
        severity=Severity.ERROR if classes or whole.guesses is not None else None,
    )


def _floored(curve: Curve) -> Iterator[Finding]:
    """A return that has fallen to its lowest and stays there."""
    values = curve.level
    with np.errstate(over="ignore"):
        span = float(values.max() - values.min())
    if span == 0.0 or not math.isfinite(span):
        return
    onset = int(np.flatnonzero(values > float(values.min()) + FLOOR * span)[-1]) + 1
    still = 1.0 - onset / len(values)
    if still < FLOORED:
        return
    level = float(np.median(values[onset:]))
    yield event(
        curve,
        int(curve.points[onset]),
        int(curve.points[-1]),
        f"`{curve.tag}` stays at its lowest, {digits(level)}, from {curve.axis} "
        f"{curve.step(onset)} to the end",
        help="lower the learning rate and keep the entropy of the policy up",
        evidence={
            "level": level,
            "start": float(np.median(values[:5])),
            "share of the run": round(still, 3),
        },
    )
