"""# The loss does not move

## What it does

Reports a training loss that ends where it began, within its noise; if that is the loss of guessing
among C classes, ln(C), it is an error and C is named. A loss that jumped early and has gained
nothing in the rest of the run is a remark. Where scores or returns are logged, they decide: if none
of them is better at the end than at the start, and no training loss goes on falling, that is a
warning. So is a return that has fallen to its lowest and stays there.

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

Losses of games and agents do not show whether they learn, and a benchmark may stay at chance for as
long as the loss goes on falling:

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
    is_resumed,
    last_gain,
    levels,
    loss_excursions,
    rule,
    searches_rate,
    unimproved,
)

LEAST = 50
"""Points from which standing still says something."""

LEAST_EPOCHS = 10
"""The same for the means of epochs."""

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
"""Numbers of classes that are usual; with every number allowed all levels above 4.6 are chance."""

VOCABULARIES = (32_000, 50_257, 50_304, 128_256)
"""Sizes of vocabularies that are usual: Llama 2, GPT-2, GPT-2 padded to a multiple of 64, Llama 3."""

FEW_CLASSES = 10
"""Classes up to which chance levels lie so far apart that one is no accident."""

GUESSED = 0.02
"""Rise of a score over its first value that guessing has as well."""

FEW_SCORES = 8
"""Evaluations of a score, at least, to say that it has not moved."""

FLOOR = 0.15
"""Share of its range above its lowest value that is the floor of a return."""

FLOORED = 0.5
"""Share of the run for which a return must be at its floor, to the end."""


@rule("TL401", "warning", symptoms={"not-learning": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report a loss, a score or a return that stands where it began."""
    losses = [
        curve for curve in run.of(Kind.LOSS) if curve.role.trained_on and not curve.role.adversarial
    ]
    found: list[Finding] = []
    for curve in sorted(losses, key=len)[-1:]:
        if len(curve.level) >= _least(curve) and curve.level.min() > 0 and not is_resumed(curve):
            found += list(_guessing(run, curve)) or list(_still(run, curve))
    for curve in run.of(Kind.RETURN):
        if len(curve.level) >= LEAST:
            found += _floored(curve)
    yield from found
    if not found and not run.measured(searches_rate):
        whole = unimproved(run)
        if whole is not None:
            yield _unimproved(whole)


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
                    help="check that the labels match the inputs, that gradients reach the "
                    "parameters, and the learning rate",
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
            help="check that the optimizer holds the parameters, that gradients reach them, and "
            "the learning rate",
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
            help="restart with a lower learning rate and clipped gradients: it jumped early, and "
            "has not learnt since",
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
    usual: tuple[int, ...] = (*CLASSES, *VOCABULARIES)
    for classes in usual:
        if classes <= most and abs(level - math.log(classes)) <= CHANCE:
            return classes
    return None


def _unimproved(whole: Unimproved) -> Finding:
    """A run of which nothing is better at the end than at the start."""
    curve, found = whole.curve, whole.progress
    rises = curve.role.kind is not Kind.LOSS
    start, final = (-found.start, -found.final) if rises else (found.start, found.final)
    return event(
        curve,
        int(curve.points[0]),
        int(curve.points[-1]),
        f"`{curve.tag}` is no better at the end ({digits(final)}) than at the start "
        f"({digits(start)}), in {len(curve.level)} points",
        help="check that the labels match the inputs, that gradients reach the parameters, and the "
        "learning rate",
        evidence={"start": start, "final": final, "points": len(curve.level)},
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
