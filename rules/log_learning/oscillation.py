"""# The loss swings back and forth

## What it does

Reports a validation loss, or the loss of whole epochs, that alternates between high and low by at
least a factor of 1.5, six times or more, over a good part of the run, and whose highs, or the last
of them, are near the level at which it began. The losses of single batches swing in every run and
are not judged.

## Why it is a risk

Each update overshoots. Where the learning rate is above 2 / curvature, plain gradient descent jumps
from one wall of a valley to the other; a little more and it diverges. A regression on raw features
under SGD swung between 3,500 and 18,000 from epoch to epoch without ever getting lower. The result
of such a run depends on the step at which it is stopped.

## Example

```series bad
steps 40
axis epoch
loss: 9000, noise 6%
val_loss: 4000, noise 15%
val_loss: swing 4 from 4
# warning: TL502: val_loss 2-38
```

By epoch, with the training loss:

```series bad
steps 60
axis epoch
loss: 1.1, noise 5%
loss: swing 2.2 from 10
# warning: TL502: loss 2-58
```

## How to fix

Lower the learning rate by a factor of three to ten, or let it decay. Scale the inputs: the steepest
direction limits the rate for all. Larger batches or momentum averages help where it is the noise of
the batches that swings; a larger validation set where that set is too small.

## When it is fine

Noise of a loss that comes down:

```series good
steps 100
axis epoch
loss: 1.5 ~> 0.2, noise 4%
val_loss: 1.5 ~> 0.4, noise 12%
```

Swings far below where it began, as of a converged run close to zero:

```series good
steps 150
axis epoch
loss: 1.5 *> 0.0005, noise 40%
val_loss: 1.5 ~> 0.02, noise 50%
```

The loss of batches:

```series good
steps 2000
loss: 2.3 ~> 1.6, noise 50%
```

Cycles of the learning rate, the first epochs, and the losses of games and agents.

## References

- Cohen et al., Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability,
  https://arxiv.org/abs/2103.00065
- LeCun, Bottou, Orr and Müller, Efficient BackProp: the largest useful learning rate and the scale
  of the inputs, https://doi.org/10.1007/978-3-642-35289-8_3
- Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts,
  https://arxiv.org/abs/1608.03983
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlint.sdk.logs import (
    Curve,
    Finding,
    Kind,
    Run,
    digits,
    event,
    levels,
    rule,
    turning_points,
    words_of,
)

SWING = 1.5
"""Factor between a low and the next high. The mean of an epoch and a small validation set have a noise
of up to 12%."""

SWINGS = 6
"""Swings, at least."""

SHARE = 0.3
"""Share of the run, at least, over which it swings."""

BALANCE = 0.25
"""Share of its points on either side of the middle of its swings: a loss with single wild values
does not swing."""

SETTLED = 0.2
"""Share of the run at its end without a turn from which the swings have died out: the first epochs
of a validation loss are wild."""

HIGH = 0.9
"""What the highs must reach in units of the first level, those of the run or the last `SWINGS`:
swings far below it are the noise of a loss that has come down."""

SPARSER = 3
"""Training losses logged between two evaluations."""

LEAST = 12
"""Points, at least: `SWINGS` of them take seven turns."""


@rule("TL502", "warning", symptoms={"loss-oscillates": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report each loss that swings."""
    for curve in run.of(Kind.LOSS):
        if curve.role.adversarial or len(curve.level) < LEAST or curve.level.min() <= 0:
            continue
        if not _is_mean(run, curve):
            continue
        finding = _swinging(curve)
        if finding is not None:
            yield finding


def _is_mean(run: Run, curve: Curve) -> bool:
    """Whether values are means over an epoch or a set: the loss of single batches always swings."""
    if not np.all(np.diff(curve.steps) > 0):
        return False
    # Keras' `epoch_loss` and Lightning's `train_loss_epoch` say so.
    if curve.axis == "epoch" or "epoch" in words_of(curve.tag):
        return True
    held_out = curve.role.held_out
    trained = [it for it in run.of(Kind.LOSS) if it.role.trained_on]
    return held_out and any(len(it) >= SPARSER * len(curve) for it in trained)


def _swinging(curve: Curve) -> Finding | None:
    scaled = np.log(curve.level)
    turns = turning_points(scaled, float(np.log(SWING)))
    if len(turns) < SWINGS + 1:
        return None
    first, last = int(turns[0]), int(turns[-1])
    if last - first < SHARE * len(scaled) or len(scaled) - last > SETTLED * len(scaled) + 2:
        return None
    highs = curve.level[turns]
    between = float(np.median(scaled[turns]))
    if not BALANCE < np.mean(scaled[first : last + 1] > between) < 1.0 - BALANCE:
        return None
    # Those of all the run, or the last ones, of swings that grow.
    tops = np.maximum(highs[1:], highs[:-1])
    start = max(float(curve.level[0]), curve.measured(levels).start)
    if max(np.median(tops), np.median(tops[-SWINGS:])) < HIGH * start:
        return None
    return event(
        curve,
        int(curve.points[first]),
        int(curve.points[last]),
        f"`{curve.tag}` swings {len(turns) - 1} times between {digits(np.min(highs))} and "
        f"{digits(np.max(highs))}",
        help="lower the learning rate: it is at the edge of what the curvature allows",
        evidence={"swings": len(turns) - 1, "low": float(highs.min()), "high": float(highs.max())},
    )
