"""# The learning rate jumps

## What it does

Reports where the learning rate at least doubles or halves from one logged point to the next, and
changes at least four times as much as at the points beside it: step decay, `ReduceLROnPlateau`,
warm restarts, a value that was changed by hand when the run was resumed. Groups of parameters that
jump together are one finding. Off unless selected (`--select TL602`).

## Why it is a risk

It is not a defect in itself. It explains others: a loss that rises where the rate rises has its
cause in the schedule, a loss that falls at once where the rate falls was held up by a rate that was
too high, and a spike right after a resume is often a schedule that started over.

## Example

```csv bad
epoch,loss,lr
0,2.31,0.1
1,1.80,0.1
2,1.62,0.1
3,1.12,0.01
4,1.05,0.01
5,1.03,0.01
# info: TL602: lr 3
```

A warm restart:

```series bad
steps 400 every 10
loss: 2.3 ~> 0.5, noise 5%
lr: 0.1 -> 0.011
lr: = 0.1 from 3000
# info: TL602: lr 3000
```

```csv good
step,loss,lr
0,2.31,0.001
100,1.80,0.001
200,1.62,0.001
300,1.51,0.001
```

```text good
step 100 loss 2.31 lr 1.0e-3
step 200 loss 2.11 lr 9.5e-4
step 300 loss 1.98 lr 9.0e-4
step 400 loss 1.90 lr 8.6e-4
```

## How to fix

Nothing, if the schedule is meant that way. Otherwise store the scheduler's state with the
checkpoint (`scheduler.state_dict()`) and load it when the run is resumed, and warm up after a
restart.

## When it is fine

A linear warm-up doubles the rate at its second point, and a cosine that ends near zero more than
halves it at its last ones; neither jumps. A rate that is drawn for each batch, for instance by the
length of its sequences, is not a schedule.

## References

- PyTorch, *How to adjust learning rate*:
  https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
- Loshchilov, Hutter 2017, *SGDR: Stochastic Gradient Descent with Warm Restarts*:
  https://arxiv.org/abs/1608.03983
- Goyal et al. 2017, *Accurate, Large Minibatch SGD* (warm-up): https://arxiv.org/abs/1706.02677
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradlint.sdk.logs import Curve, Finding, Kind, Run, digits, event, rule

FACTOR = 2.0
"""From one logged point to the next a schedule that is meant to be smooth changes by less, but for
the first points of a warm-up and the last ones of a decay to zero."""

SUDDEN = 4.0
"""Times the changes on both sides of it that a jump is; those of warm-ups are equal, and those of a
decay to zero fall by at most 3 (a cosine that ends: 9 units, 4, 1)."""

MOST = 20
"""Jumps that are reported of one run."""

RESTLESS = 0.25
"""Share of the points at which a rate turns that is no schedule, but redrawn for each batch."""

LEAST_TURNS = 8
"""Turns that a share can be taken of."""


@rule("TL602", "info", default=False)
def check(run: Run) -> Iterator[Finding]:
    """Report each jump, once for all groups of parameters."""
    seen: set[tuple[int, int]] = set()
    for curve in run.of(Kind.LEARNING_RATE):
        values = curve.level
        if _is_restless(values):
            continue
        for at in _jumps(values):
            point = int(curve.points[at + 1])
            place = int(curve.steps[point]), int(np.sign(values[at + 1] - values[at]))
            if place not in seen and len(seen) < MOST:
                seen.add(place)
                yield _reported(curve, point, float(values[at]), float(values[at + 1]))


def _is_restless(values: NDArray[np.float64]) -> bool:
    """Whether a rate goes up and down all the time."""
    ways = np.sign(np.diff(values))
    ways = ways[ways != 0]
    turns = np.count_nonzero(ways[1:] != ways[:-1])
    return bool(turns >= max(LEAST_TURNS, RESTLESS * len(values)))


def _jumps(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Where `values` jump from one point to the next: intp, index of the point before."""
    if len(values) < 2:
        return np.zeros(0, np.intp)
    low = np.minimum(values[:-1], values[1:])
    high = np.maximum(values[:-1], values[1:])
    change = high - low
    around = np.zeros(len(change))
    around[1:] = change[:-1]
    around[:-1] = np.maximum(around[:-1], change[1:])
    return np.flatnonzero((low > 0) & (high >= FACTOR * low) & (change >= SUDDEN * around))


def _reported(curve: Curve, point: int, old: float, new: float) -> Finding:
    return event(
        curve,
        point,
        point,
        f"`{curve.tag}` goes from {digits(old)} to {digits(new)} at {curve.axis} {curve.steps[point]}",
        evidence={"before": old, "after": new},
    )
