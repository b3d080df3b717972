"""# A loss that does not move

## What it does

Reports a training loss that ends where it began, within its noise; if that is the loss of guessing
among C classes, ln(C), it is an error and C is named. A loss that jumped early and has gained
nothing in the rest of the run is a remark. Warnings, too, are a score that is no better than at its
first value, and a return that has fallen to its lowest and stays there.

## Why it is a risk

The run costs what a good one costs and gives nothing. A speech model stood at a CTC loss of 5.4,
all blanks, for 73,000 steps; a tanh RNN over 60 steps stood at 0.17, the variance of its targets,
for 1,450 of 1,500. Chance level is the giveaway: 0.693 for two classes, 2.303 for ten, 6.908 for a
thousand.

## Example

Ten classes, guessed:

```series bad
steps 2000
loss: 2.303, noise 1%
# error: TL401: loss 0-1999
```

Two, after a first step away from the initialisation:

```series bad
steps 100
axis epoch
loss: 0.71 ~> 0.693 for 10 then 0.693, noise 0.2%
val_loss: 0.693, noise 0.3%
# error: TL401: loss 0-99
```

A regression that predicts the mean:

```series bad
steps 1500
train/loss: 0.167, noise 8%
train/grad_norm: 0.3 ~> 0.02, noise 20%
# warning: TL401: train/loss 0-1499
```

It left its history early, and has not learnt since:

```series bad
steps 4000 every 10
loss: 8.9 -> 1.4 for 200 then 32 ~> 5.45 for 60 then 5.43, noise 1%
# info: TL401: loss 2000-39990
```

```csv bad
epoch,loss,accuracy
0,2.3046,0.0981
1,2.3031,0.1002
2,2.3029,0.0990
3,2.3030,0.1011
4,2.3028,0.0976
5,2.3029,0.1000
6,2.3028,0.0989
7,2.3029,0.1004
8,2.3028,0.0995
9,2.3029,0.1003
10,2.3028,0.0998
11,2.3028,0.1001
# error: TL401: loss 0-11
```

A policy that has collapsed to its lowest return:

```series bad
steps 400
axis episode
episode_return: 22 -> 60 for 100 then 9.5, noise 4%
# warning: TL401: episode_return 100-399
```

## How to fix

Try to learn ten examples by heart: if that fails, the fault is in the code. Check that the
optimizer got the parameters, that gradients arrive at the first layer and are applied, that labels
belong to their inputs, and that no softmax stands before a cross-entropy. Then the learning rate, a
factor of ten up and down, and the scale of the inputs. Recurrent networks that have to remember
over many steps want gates, a forget bias of 1 and a larger learning rate.

## When it is fine

A plateau that is left. LSTMs on the adding problem stand still for 600 to 800 steps, some networks
for most of their run, and then learn:

```series good
steps 2000
loss: 0.167 for 700 then 0.167 ~> 0.002, noise 8%
```

```series good
steps 2000
train/loss: 2.302 for 1500 then 2.302 ~> 0.4, noise 1%
```

A loss that has arrived: near zero nothing is left to gain, and some of the noise of the data cannot
be learnt.

```series good
steps 3000
loss: 2.3 ~> 0.002 for 500 then 0.002, noise 40%
```

```series good
steps 3000
loss: 0.7 *> 0.00001 for 600 then 0.00001, noise 60%
```

A slow fall is a fall, in pre-training, in fine-tuning, and below heavy noise:

```series good
steps 5000 every 10
loss: 2.35 -> 2.1, noise 1.5%
```

```series good
steps 3000
loss: 1.31 ~> 1.05, noise 10%
```

```series good
steps 4000
loss: 2.5 ~> 1.6, noise t3 12%
```

The last quarter of a schedule brings what the plateau before it did not:

```series good
steps 3000
loss: 2.3 ~> 1.1 for 1000 then 1.1 for 1000 then 0.7 ~> 0.6, noise 4%
lr: 0.1 for 2000 then 0.01
```

A run that was resumed when most was learnt:

```series good
steps 1000 every 10 from 50000
loss: 2.11 -> 2.08, noise 1.5%
grad_norm: 0.4, noise 12%
```

Games, agents and rewards, whose losses say nothing about learning:

```series good
steps 3000
D_loss: 0.69, noise 5%
G_loss: 0.7, noise 5%
```

```series good
steps 2000 every 64
policy_loss: 0.01, noise +-0.02
value_loss: 5, noise 50%
rollout/ep_rew_mean: 15 -> 200, noise +-25
```

```series good
steps 1000
episode_return: 20 -> 150, noise +-60
```

A validation loss that is at its best early on, and losses without any scale:

```series good
steps 100
axis epoch
loss: 1.5 ~> 0.3, noise 2%
val_loss: 0.92, noise 3%
```

```series good
steps 1000
nll: -3.2, noise +-0.3
```

A speech model that leaves the plateau at which it gives out blanks only:

```series good
steps 3000 every 10
loss: 30 ~> 5.4 for 300 then 5.4 for 400 then 5.4 ~> 0.9, noise 6%
```

A score that is high from the start, as in fine-tuning, or rises late:

```series good
steps 30
axis epoch
accuracy: 0.93, noise 0.5%
loss: 0.3 ~> 0.2, noise 2%
```

```series good
steps 60
axis epoch
accuracy: 0.1 for 30 then 0.1 -> 0.8, noise 3%
loss: 2.30 for 28 then 2.3 ~> 0.6, noise 1%
```

## References

- Hochreiter and Schmidhuber, Long Short-Term Memory: the adding problem,
  https://doi.org/10.1162/neco.1997.9.8.1735
- Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear
  neural networks: plateaus and sudden transitions, https://arxiv.org/abs/1312.6120
- Karpathy, A Recipe for Training Neural Networks: the loss at initialisation, one batch by heart,
  https://karpathy.github.io/2019/04/25/recipe/
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from gradlint.sdk import (
    Curve,
    Finding,
    Kind,
    Run,
    Severity,
    digits,
    event,
    frozen_tail,
    last_gain,
    levels,
    loss_excursions,
    rule,
)

LEAST = 50
"""Points from which standing still says something."""

LEAST_EPOCHS = 10
"""The same for the means of epochs."""

LATE = 0.1
"""Share of the last step from which a log does not begin with the run: it was resumed, and may
stand where a long training had arrived."""

MOVED = 0.02
"""Share of its first level that a loss must have gained to have moved at all."""

CERTAIN = 3.0
"""Deviations of a level by which noise moves the first and the last of them."""

MOST_CHANCE = 0.05
"""Share of the level that chance may move it by, at most."""

STILL = 0.8
"""Share of the run without any gain."""

SIGMAS = 4.0
"""Deviations of a level that are noise."""

LOUDEST = 0.25
"""Deviation, as a share of the level, beyond which a loss is not standing still but wild."""

LEAST_GAIN = 0.01
"""Share of the level that is a gain where there is no noise."""

CHANCE = 0.01
"""Distance from ln(C) that is chance level: what Keras logs after ten epochs of guessing among ten
classes is 2.308 to 2.313, where ln(10) is 2.3026."""

CLASSES = (*range(2, 11), 16, 20, 32, 50, 64, 100, 128, 200, 256, 365, 500, 512, 1000, 10_000)
VOCABULARIES = (32_000, 50_257, 50_304, 128_256)
"""Numbers of classes that are usual; with every number allowed all levels above 4.6 are chance."""

FEW_CLASSES = 10
"""Classes up to which chance levels lie so far apart that one is no accident."""

CHANCE_SCORE = 0.5
"""Score up to which one that never moves is that of guessing; a network that begins above it may
have been trained before."""

GUESSED = 0.02
"""Rise of a score over its first value that guessing has as well."""

FEW_SCORES = 8

FLOOR = 0.15
"""Share of its range above its lowest value that is the floor of a return."""

FLOORED = 0.5
"""Share of the run for which a return must be at its floor, to the end."""


@rule("TL401", "warning", symptoms={"not-learning": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report a loss, a score and a return that stand where they began."""
    losses = [
        curve for curve in run.of(Kind.LOSS) if curve.role.trained_on and not curve.role.adversarial
    ]
    found: list[Finding] = []
    for curve in sorted(losses, key=len)[-1:]:
        resumed = curve.axis == "step" and curve.steps[0] > LATE * curve.steps[-1]
        if len(curve.level) >= _least(curve) and curve.level.min() > 0 and not resumed:
            found += list(_guessing(run, curve)) or list(_still(run, curve))
    for curve in run.of(Kind.SCORE):
        if "acc" in curve.role.metric and len(curve.level) >= FEW_SCORES and not found:
            found += _at_chance(curve)
    yield from found
    for curve in run.of(Kind.RETURN):
        if len(curve.level) >= LEAST:
            yield from _floored(curve)


def _least(curve: Curve) -> int:
    return LEAST_EPOCHS if curve.axis == "epoch" else LEAST


def _guessing(run: Run, curve: Curve) -> Iterator[Finding]:
    """A loss that has come down to chance level and no further, beside a score that guesses."""
    found = levels(curve.level)
    classes = chance_classes(found.final, FEW_CLASSES)
    if classes is None or found.lowest < math.log(classes) - CHANCE:
        return
    for score in run.of(Kind.SCORE):
        if "acc" in score.role.metric and len(score.level):
            if float(np.max(np.abs(score.level - 1.0 / classes))) <= GUESSED:
                yield event(
                    curve,
                    int(curve.points[0]),
                    int(curve.points[-1]),
                    f"`{curve.tag}` ends at {digits(found.final)}, which is chance level: "
                    f"ln({classes}), and `{score.tag}` at {digits(float(score.level[-1]))}",
                    help="check that the labels belong to the inputs, that gradients arrive, and "
                    "the learning rate",
                    evidence={"final": found.final, "classes at chance": classes},
                    severity=Severity.ERROR,
                )
                return


def _still(run: Run, curve: Curve) -> Iterator[Finding]:
    values = curve.level
    found = curve.measured(levels)
    final = found.final
    start, first_values = float(np.median(values[: max(len(values) // 20, 3)])), values[:3]
    if float(np.median(first_values)) > (1.0 + LOUDEST) * start:
        start = float(np.median(first_values))  # it came down within a few points
    noise = min(SIGMAS * found.deviation, LOUDEST * abs(final))
    onset = last_gain(values, max(noise, LEAST_GAIN * abs(final)))
    still = 1.0 - onset / len(values)
    if still < STILL:
        return
    classes = chance_classes(final)
    named = f", which is chance level: ln({classes})" if classes else ""
    evidence: dict[str, float | int | str] = {
        "start": start,
        "final": final,
        "share of the run": round(still, 3),
    }
    if classes:
        evidence["classes at chance"] = classes
    first, last = int(curve.points[onset]), int(curve.points[-1])
    chance = min(CERTAIN * found.deviation, MOST_CHANCE * start)
    if abs(start - final) <= max(MOVED * start, chance):
        yield event(
            curve,
            first,
            last,
            f"`{curve.tag}` has not moved from {digits(start)} in {len(values)} points{named}",
            help="check that the optimizer has the parameters, that gradients arrive, and the "
            "learning rate",
            evidence=evidence,
            severity=_severity(run, curve, classes, abs(start - final) <= MOVED * start),
        )
    elif final < start and any(
        it.start <= max(onset, len(values) // 10) for it in curve.measured(loss_excursions)
    ):
        yield event(
            curve,
            first,
            last,
            f"`{curve.tag}` has gained nothing since {curve.axis} {curve.steps[first]}, in "
            f"{100 * still:.0f}% of the run, and ends at {digits(final)}{named}",
            help="restart with a lower learning rate and clipped gradients: it left its history "
            "early, and has not learnt since",
            evidence=evidence,
            severity=Severity.INFO,
        )


def _severity(run: Run, curve: Curve, classes: int | None, certain: bool) -> Severity | None:
    """A loss that noise may have moved, or beside which a score improves, is a remark only."""
    for score in run.of(Kind.SCORE):
        if len(score.level) >= FEW_SCORES:
            found = levels(-score.level)
            if found.start - found.final > max(GUESSED, SIGMAS * found.deviation):
                return Severity.INFO
    if not certain:
        return Severity.INFO
    return Severity.ERROR if classes else None


def chance_classes(level: float, most: int = VOCABULARIES[-1]) -> int | None:
    """The number of classes among which guessing has this cross-entropy, if it is a usual one."""
    for classes in (it for it in (*CLASSES, *VOCABULARIES) if it <= most):
        if abs(level - math.log(classes)) <= CHANCE:
            return classes
    return None


def _at_chance(curve: Curve) -> Iterator[Finding]:
    """A share of right answers that is as low at the end as at its first value."""
    values = curve.level
    if values.min() < 0 or values.max() > 1 or len(values) - frozen_tail(values) > FEW_SCORES // 2:
        return
    final = float(np.median(values[-5:]))
    if final > CHANCE_SCORE or values.max() > values[0] + GUESSED or values.min() == values.max():
        return
    if final < values[0] - GUESSED:
        return
    yield event(
        curve,
        int(curve.points[0]),
        int(curve.points[-1]),
        f"`{curve.tag}` has not moved from {digits(float(values[0]))} in {len(values)} points",
        help="check that the labels belong to the inputs, and the learning rate",
        evidence={"start": float(values[0]), "best": float(values.max()), "final": final},
    )


def _floored(curve: Curve) -> Iterator[Finding]:
    """A return that has fallen to its lowest and stays there."""
    values = curve.level
    span = float(values.max() - values.min())
    above = np.flatnonzero(values > float(values.min()) + FLOOR * span)
    onset = int(above[-1]) + 1 if len(above) else 0
    still = 1.0 - onset / len(values)
    if still < FLOORED or span == 0.0:
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
