"""# The loss keeps spiking

## What it does

Reports a loss with many spikes: their number, how many there are per 1,000 points, and the spike
score of OLMo 2, the share of values at least seven standard deviations away from the average of the
1,000 values before them. TL201 reports single spikes.

## Why it is a risk

One spike may be one bad batch; a series of them is a property of the settings. A translation model
among the logs that were examined spiked from 2.2 to 32, 20 and 55 within 17,000 steps, and each
time it had to learn again for up to 25 logged points. More of them come as long as nothing is
changed, and any of them may be the one that does not come back. In short runs the number of spikes
also tells settings apart before the final losses do.

## Example

```series bad
steps 3000
loss: 6 ~> 2, noise 2%
loss: x3 at 700 for 3
loss: x2.5 at 1100 for 4
loss: x4 at 1500 for 2
loss: x3 at 1900 for 5
loss: x2 at 2300 for 3
loss: x5 at 2700 for 6
# warning: TL203: loss 700-2705
```

A spike in every 150 steps:

```series bad
steps 3000
train/loss: 3 ~> 1, noise 3%
train/loss: times 1 for 300 then 4 ~> 1 each 150
# warning: TL203: train/loss 300-2914
```

## How to fix

Lower the learning rate or lengthen its warm-up; clip gradients, by their norm or against their own
history (ZClip, AdaGC); lower `beta2` to 0.95. In Transformers, normalise queries and keys, take
weight decay off the embeddings, and scale their initialisation: that is how OLMo 2 lowered its
score.

## When it is fine

One or two spikes, heavy tails of single batches, noise close to zero, and moving targets of agents
and games:

```series good
steps 3000
loss: 6 ~> 2, noise 2%
loss: x3 at 700 for 3
loss: x2.5 at 2100 for 4
```

```series good
steps 4000
loss: 2.3 ~> 0.5, noise t3 5%
```

Warm restarts:

```series good
steps 3000
loss: 2.3 ~> 0.45, noise 3%
loss: times 1 for 500 then 1.6 ~> 1 each 500
lr: 0.1 cos> 0.0001 each 500
```

## References

- OLMo Team, 2 OLMo 2 Furious: the spike score, and what lowered it,
  https://arxiv.org/abs/2501.00656
- Wang et al., AdaGC: spike scores with and without, https://arxiv.org/abs/2502.11034
- Kumar et al., ZClip, https://arxiv.org/abs/2504.02507
- Wortsman et al., Small-scale proxies for large-scale Transformer training instabilities,
  https://arxiv.org/abs/2309.14322
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
    jump_span,
    rule,
    unplanned_jumps,
)

LEAST = 4
"""Spikes that make a habit."""

LEAST_RATE = 0.001
"""Spikes a point: four in ten thousand points are four spikes."""

WINDOW = 1000
"""Values of the rolling average of the spike score (OLMo 2, arXiv 2501.00656)."""

DEVIATIONS = 7.0
"""Rolling standard deviations that make a value of the spike score."""


@rule("TL203", "warning", symptoms={"loss-spike": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report each loss in which spikes keep coming."""
    for curve in run.of(Kind.LOSS):
        finding = _unstable(run, curve)
        if finding is not None:
            yield finding


def _unstable(run: Run, curve: Curve) -> Finding | None:
    found = unplanned_jumps(run, curve)
    if len(found) < max(LEAST, LEAST_RATE * len(curve.level)):
        return None
    points = found[-1].end - found[0].start + 1
    highest = max(found, key=lambda it: it.top)
    return event(
        curve,
        *jump_span(curve, found),
        f"`{curve.tag}` spikes {len(found)} times within {points} points, up to "
        f"{digits(highest.top)} from {digits(highest.base)}",
        help="lower the learning rate, clip the gradients, and lengthen the warm-up",
        evidence={
            "spikes": len(found),
            "spikes per 1000 points": round(1000 * len(found) / len(curve.level), 2),
            "spike score": round(_spike_score(curve), 5),
        },
    )


def _spike_score(curve: Curve) -> float:
    """Share of values at least 7 standard deviations from the average of the last 1,000."""
    values = curve.level
    if len(values) <= WINDOW:
        return 0.0
    sums = np.cumsum(np.insert(values, 0, 0.0))
    squares = np.cumsum(np.insert(values * values, 0, 0.0))
    mean = (sums[WINDOW:-1] - sums[: -WINDOW - 1]) / WINDOW
    variance = (squares[WINDOW:-1] - squares[: -WINDOW - 1]) / WINDOW - mean * mean
    deviation = np.sqrt(np.maximum(variance, 0.0))
    return float(np.mean(np.abs(values[WINDOW:] - mean) > DEVIATIONS * deviation))
