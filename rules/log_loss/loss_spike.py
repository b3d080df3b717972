"""# The loss jumps and comes back

## What it does

Reports a loss that rises out of its own history, far enough to matter: a spike. It is measured
against the points before it, whose noise is estimated robustly (deviations from the median, or from
the line of a loss that falls; in logarithms where all values are positive). A spike must be large
against that noise, against the highest points of that history and, if it lasts one or two points,
its deepest dips, and against what the run had gained so far. Up to three are reported with their
height, their length and whether the loss came back; of more than three only the highest is, and
TL203 reports the rest.

Two more ways lead here. In a table of 8 to 40 rows, where little is known of the noise, a climb
counts that is five times as high as any other of the series and undoes a third of what had been
gained, if another series has one at the same time, or if it is above three times all before. And a
loss of any kind, that of a game as well, which grows to five times all it ever was while something
else than a loss does so too.

## Why it is a risk

A spike is an update that went wrong. Real ones measured 14 to 23,500 robust standard deviations,
most of them 40 to 250, and lasted 1 to 200 logged points: a translation model went from 2.1 to 55
and needed 25 logged points to recover, another went from 1.9 to 7.9 and needed 40. PaLM met about
20 in spite of gradient clipping. Each costs the steps until the loss is back, and some runs never
come back. The cause is to be found at its first step, not at its peak.

## Example

A spike of one point, and one that takes 40 points to settle:

```series bad
steps 2000
loss: 2.3 ~> 0.3, noise 5%
loss: x10 at 900
# warning: TL201: loss 900
```

```series bad
steps 3000 every 10
train/loss: 10.9 ~> 3.1, noise 1.5%
train/loss: times 1 for 1800 then 2.1 ~> 1 for 60 then 1
# warning: TL201: train/loss 18000-18250
```

## How to fix

Clip the gradients by their norm (1.0 is usual), lower the learning rate, lengthen the warm-up, or
lower the decay of the second moment (`beta2` 0.95): an estimate that lags behind grown gradients
makes a step too long. If the settings do not explain the spike, look at the batches of the steps
right before it. To save a run, restart from a checkpoint about 100 steps before the spike and skip
200 to 500 batches, as PaLM did; its batches were harmless from another checkpoint.

## When it is fine

Noise is not a spike, whatever its shape: heavy tails, slow wandering, a loss near zero.

```series good
steps 3000
loss: 2.3 ~> 0.5, noise t3 4%
```

```series good
steps 3000
loss: 4 ~> 2, noise ar0.95 6%
```

Warm restarts raise the loss on purpose, at each step at which the learning rate jumps up:

```series good
steps 2000
loss: 2.3 ~> 0.45, noise 3%
loss: times 1 for 500 then 2 ~> 1 each 500
lr: 0.1 cos> 0.0001 each 500
```

Losses that follow a moving target, of agents and games, are not judged by themselves. Nor is a loss
that begins anew at equal distances, as where a search trains a new network in every round:

```series good
steps 60
loss: 1.3 ~> 0.05
loss: times 1 for 10 then 8 ~> 1 each 10
```

## References

- Chowdhery et al., PaLM, section 5.1: about 20 spikes, restarts and skipped batches,
  https://arxiv.org/abs/2204.02311
- Zeng et al., GLM-130B: a collapse lags a few steps behind a spike of the gradient norm,
  https://arxiv.org/abs/2210.02414
- Molybog et al., A Theory on Adam Instability in Large-Scale Machine Learning,
  https://arxiv.org/abs/2304.09871
- Takase et al., Spike No More, https://arxiv.org/abs/2312.16903
- Kumar et al., ZClip, https://arxiv.org/abs/2504.02507
- Wang et al., AdaGC, https://arxiv.org/abs/2502.11034
- Huang et al., SPAM, https://arxiv.org/abs/2501.06842
- Of 62 healthy runs that were examined, mean + 4 standard deviations over 50 points alarms on 23
  and twice the median on 20.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlint.sdk.logs import (
    Curve,
    Excursion,
    Finding,
    Jump,
    Kind,
    Run,
    Severity,
    digits,
    event,
    is_lone,
    jump_evidence,
    jump_span,
    rule,
    stays,
    unplanned_jumps,
)

FEW = 3
"""Spikes reported one by one. Of a loss with more, which unstable-loss reports as a whole, only the
highest is."""

HELP = "clip the gradients, or lower the learning rate or the second-moment decay (`beta2`)"
"""What to do about a spike of a training loss."""

HELP_HELD_OUT = (
    "look at the training loss there; if it is calm, at the running statistics of batch "
    "normalisation and at the data of that evaluation"
)
"""What to do about one of a held-out loss."""


@rule("TL201", "warning", symptoms={"loss-spike": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report the spikes of each loss; one that never ends is a divergence."""
    for curve in run.of(Kind.LOSS):
        found = [it for it in unplanned_jumps(run, curve) if not stays(curve, it)]
        if len(found) > FEW:
            found = [max(found, key=lambda it: it.height)]
        for spike in found:
            yield _reported(run, curve, spike)


def _reported(run: Run, curve: Curve, spike: Jump) -> Finding:
    taken = "one point" if spike.points == 1 else f"{spike.points} points"
    back = f"is back after {taken}" if spike.recovered else "is not back at the end"
    ratio = spike.top / spike.base if spike.base > 0 else np.inf
    factor = f" ({ratio:.3g}x)" if np.isfinite(ratio) else ""
    evidence = jump_evidence(curve, spike) | {"points": spike.points}
    if isinstance(spike, Excursion) and np.isfinite(spike.sigmas):
        evidence["robust z"] = round(spike.sigmas, 1)
    return event(
        curve,
        *jump_span(curve, [spike]),
        f"`{curve.tag}` jumps from {digits(spike.base)} to {digits(spike.top)}{factor} at "
        f"{curve.axis} {curve.step(spike.peak)} and {back}",
        help=HELP_HELD_OUT if curve.role.held_out else HELP,
        evidence=evidence,
        severity=Severity.INFO if is_lone(run, curve, spike) else None,
    )
