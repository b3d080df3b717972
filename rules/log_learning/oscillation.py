"""# A loss that swings to and fro

## What it does

Reports a validation loss, or the loss of whole epochs, that alternates between high and low by at
least a factor of 1.3, six times or more, over a good part of the run, and whose highs are near the
level at which it began. The losses of single batches swing in every run and are not looked at.

## Why it is a risk

Each update overshoots. Where the learning rate is above 2 / curvature, plain gradient descent jumps
from one wall of a valley to the other; a little more and it diverges. A regression on raw features
under SGD swung between 3,500 and 18,000 from epoch to epoch without ever getting lower. What such a
run ends with depends on the step at which it is stopped.

## Example

```series bad
steps 40
axis epoch
loss: 9000, noise 6%
val_loss: 4000, noise 15%
val_loss: swing 4 from 4
# warning: TL502: val_loss 4-39
```

By epoch, with the training loss:

```series bad
steps 60
axis epoch
loss: 1.1, noise 5%
loss: swing 2.2 from 10
# warning: TL502: loss 10-59
```

With a longer period:

```series bad
steps 100
axis epoch
val_loss: 0.9, noise 4%
val_loss: times 0.6 sin 1.6 each 12
# warning: TL502: val_loss 0-99
```

```csv bad
epoch,loss,val_loss
0,2.0110,1.9802
1,1.7421,3.9120
2,1.7033,1.2204
3,1.6810,3.7011
4,1.6502,1.2811
5,1.6440,4.1020
6,1.6301,1.1902
7,1.6233,3.5540
8,1.6120,1.2306
9,1.6081,3.9803
10,1.6011,1.2050
11,1.5902,3.6120
12,1.5880,1.2402
13,1.5801,3.8804
# warning: TL502: val_loss 1-12
```

## How to fix

Lower the learning rate by a factor of three to ten, or let it decay. Scale the inputs: the steepest
direction sets the limit for all. Larger batches or momentum averages help where it is the noise of
the batches that swings; a larger validation set where it is its size.

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

The first epochs, before batch statistics have settled:

```csv good
epoch,loss,val_loss
0,1.82,2.91
1,1.35,1.62
2,1.12,4.47
3,0.98,1.31
4,0.89,2.20
5,0.82,1.05
6,0.77,1.42
7,0.72,0.98
8,0.68,1.10
9,0.65,0.94
10,0.62,0.97
11,0.60,0.91
12,0.58,0.93
13,0.56,0.90
14,0.55,0.92
15,0.53,0.89
16,0.52,0.91
17,0.51,0.88
```

The loss of batches:

```series good
steps 2000
loss: 2.3 ~> 1.6, noise 50%
```

```series good
steps 3000
train_loss_step: 2.3 ~> 1.5, noise t4 10%
```

Cycles of the learning rate, and a running mean that begins anew:

```series good
steps 200
axis epoch
loss: 2.3 ~> 0.5, noise 3%
loss: times 1 for 25 then 1.8 ~> 1 each 25
val_loss: 2.3 ~> 0.7, noise 4%
val_loss: times 1 for 25 then 1.7 ~> 1 each 25
lr: 0.1 cos> 0.001 each 25
```

```series good
steps 2000
loss: 2.2 ~> 0.4, noise 2%
loss: times 1.4 ~> 0.9 each 200
```

Games and agents:

```series good
steps 300
axis epoch
d_loss: 0.4 sin 1.4 each 20, noise 10%
g_loss: 3 sin 0.8 each 20, noise 10%
```

```series good
steps 300
axis epoch
loss: 5 sin 20 each 30, noise 30%
episode_reward_mean: 10 -> 190, noise +-20
```

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

from gradlint.sdk.logs import Curve, Finding, Kind, Run, event, levels, rule, turning_points

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
"""What the highs must reach in units of the first level: swings far below it are the noise of a
loss that has come down."""

SPARSER = 3
"""Training losses logged between two evaluations."""

LEAST = 12


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
    if curve.axis == "epoch":
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
    if float(np.median(np.maximum(highs[1:], highs[:-1]))) < HIGH * curve.measured(levels).start:
        return None
    return event(
        curve,
        int(curve.points[first]),
        int(curve.points[last]),
        f"`{curve.tag}` swings {len(turns) - 1} times between {np.min(highs):.4g} and "
        f"{np.max(highs):.4g}",
        help="lower the learning rate: it is at the edge of what the curvature allows",
        evidence={"swings": len(turns) - 1, "low": float(highs.min()), "high": float(highs.max())},
    )
