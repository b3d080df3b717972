"""# A loss that jumps and comes back

## What it does

Reports a loss that leaves its own history upwards, far enough to matter: a spike. It is measured
against the points before it, whose noise is taken robustly (deviations from the median, or from the
line of a loss that falls; in logarithms where all values are positive). A spike must be large
against that noise, against the highest points and, if it is one or two points, the deepest dips of
that history, and against what the run had gained so far. Up to three are reported with their
height, their length and whether the loss came back; of more only the highest, the rest is
`unstable-loss`.

## Why it is a risk

A spike is an update that went wrong. Real ones measured 14 to 23,500 robust standard deviations,
most of them 40 to 250, and lasted 1 to 200 logged points: a translation model went from 2.1 to 55
and needed 25 logged points to recover, another went from 1.9 to 7.9 and needed 40. PaLM met about
20 in spite of gradient clipping. Each costs the steps until the loss is back, and some runs never
come back. The cause is to be looked for at its first step, not at its peak.

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
# warning: TL201: train/loss 18000-18200
```

It need not be tall where the curve is calm, and may be the last thing that a log shows:

```series bad
steps 1500
loss: 2.3 ~> 0.5, noise 2%
loss: x1.6 at 900 for 4
# warning: TL201: loss 900-903
```

```series bad
steps 1200 every 50
lm loss: 8.2 ~> 2.4, noise 1%
lm loss: x2.5 at 59900 for 2
# warning: TL201: lm loss 59900-59950
```

Several are reported one by one, those of a validation loss and those by epoch too:

```series bad
steps 4000
train_loss: 4.5 ~> 1.2, noise 3%
train_loss: x4 at 1500 for 6
train_loss: x3 at 3100 for 12
# warning: TL201: train_loss 1500-1505
# warning: TL201: train_loss 3100-3111
```

```series bad
steps 80
axis epoch
loss: 1.4 ~> 0.2, noise 2%
val_loss: 1.5 ~> 0.4, noise 4%
val_loss: x5 at 52
# warning: TL201: val_loss 52
```

```csv bad
epoch,accuracy,loss,lr
0,0.412,1.6021,0.01
1,0.561,1.2210,0.01
2,0.633,1.0204,0.01
3,0.678,0.9012,0.01
4,0.701,0.8411,0.01
5,0.722,0.7815,0.01
6,0.741,0.7302,0.01
7,0.752,0.6991,0.01
8,0.766,0.6604,0.01
9,0.775,0.6350,0.01
10,0.783,0.6122,0.01
11,0.790,0.5930,0.01
12,0.797,0.5741,0.01
13,0.803,0.5570,0.01
14,0.231,6.8804,0.01
15,0.644,0.9954,0.01
16,0.801,0.5602,0.01
17,0.811,0.5340,0.01
18,0.815,0.5211,0.01
19,0.820,0.5080,0.01
20,0.823,0.4990,0.01
# warning: TL201: loss 14
```

The trainer of a language model, whose log is a line a step:

```jsonl bad
{"loss": 2.412, "grad_norm": 1.92, "learning_rate": 2e-05, "epoch": 0.05, "step": 10}
{"loss": 2.105, "grad_norm": 1.61, "learning_rate": 2e-05, "epoch": 0.10, "step": 20}
{"loss": 1.967, "grad_norm": 1.44, "learning_rate": 2e-05, "epoch": 0.15, "step": 30}
{"loss": 1.902, "grad_norm": 1.38, "learning_rate": 2e-05, "epoch": 0.20, "step": 40}
{"loss": 1.861, "grad_norm": 1.35, "learning_rate": 2e-05, "epoch": 0.25, "step": 50}
{"loss": 1.832, "grad_norm": 1.37, "learning_rate": 2e-05, "epoch": 0.30, "step": 60}
{"loss": 1.809, "grad_norm": 1.31, "learning_rate": 2e-05, "epoch": 0.35, "step": 70}
{"loss": 1.795, "grad_norm": 1.33, "learning_rate": 2e-05, "epoch": 0.40, "step": 80}
{"loss": 1.781, "grad_norm": 1.29, "learning_rate": 2e-05, "epoch": 0.45, "step": 90}
{"loss": 1.770, "grad_norm": 1.30, "learning_rate": 2e-05, "epoch": 0.50, "step": 100}
{"loss": 1.758, "grad_norm": 1.27, "learning_rate": 2e-05, "epoch": 0.55, "step": 110}
{"loss": 1.749, "grad_norm": 1.28, "learning_rate": 2e-05, "epoch": 0.60, "step": 120}
{"loss": 1.741, "grad_norm": 1.26, "learning_rate": 2e-05, "epoch": 0.65, "step": 130}
{"loss": 9.874, "grad_norm": 41.7, "learning_rate": 2e-05, "epoch": 0.70, "step": 140}
{"loss": 4.210, "grad_norm": 6.42, "learning_rate": 2e-05, "epoch": 0.75, "step": 150}
{"loss": 1.762, "grad_norm": 1.41, "learning_rate": 2e-05, "epoch": 0.80, "step": 160}
{"loss": 1.739, "grad_norm": 1.29, "learning_rate": 2e-05, "epoch": 0.85, "step": 170}
{"loss": 1.731, "grad_norm": 1.25, "learning_rate": 2e-05, "epoch": 0.90, "step": 180}
{"loss": 1.724, "grad_norm": 1.26, "learning_rate": 2e-05, "epoch": 0.95, "step": 190}
{"loss": 1.719, "grad_norm": 1.24, "learning_rate": 2e-05, "epoch": 1.00, "step": 200}
# warning: TL201: loss 140-150
```

A likelihood may be negative:

```series bad
steps 2000
nll: 2 ~> -3, noise +-0.1
nll: = 9 at 1400
# warning: TL201: nll 1400
```

## How to fix

Clip the gradients by their norm (1.0 is usual), lower the learning rate, lengthen the warm-up, or
lower the decay of the second moment (`beta2` 0.95): an estimate that lags behind grown gradients
makes a step too long. If the spike had no reason in the settings, look at the batches of the steps
right before it. To save a run, restart from a checkpoint of about 100 steps before the spike and
skip 200 to 500 batches, which is what PaLM did; its batches were harmless from another checkpoint.

## When it is fine

Noise is no spike, whatever its shape. A loss near zero has a large relative noise:

```series good
steps 3000
loss: 0.7 *> 0.00001, noise 60%
```

Single batches may be heavy-tailed: Student's t, lognormal, the mixed targets of mixup:

```series good
steps 3000
loss: 2.3 ~> 0.5, noise t3 4%
```

```series good
steps 3000
loss: 2.3 -> 0.5, noise 50%
```

```series good
steps 4000
axis step
train_loss: 2.6 ~> 1.6, noise t3 9%
```

or wander slowly:

```series good
steps 3000
loss: 4 ~> 2, noise ar0.95 6%
```

A language model that jumps for one logged step, by 20 deviations and by little, and goes on:

```series good
steps 5000
train_loss: 10.8 ~> 3.3, noise 0.3%
train_loss: x1.06 at 3000
```

Losses that follow a moving target, beside the return of an agent or in a game of two networks:

```series good
steps 2000 every 100
train/loss: 0.01 -> 0.4, noise t2 60%
rollout/ep_rew_mean: 20 -> 180, noise +-15
```

```series good
steps 3000
D_loss: -0.2 -> -1.5, noise +-0.5
G_loss: 0.5 -> 4.5, noise t3 +-0.4
```

The learning rate is dropped in steps, and a running mean begins anew at each epoch:

```series good
steps 3000
loss: 1.8 ~> 1.1 for 1000 then 0.6 ~> 0.5 for 1000 then 0.42 ~> 0.4, noise 4%
lr: 0.1 for 1000 then 0.01 for 1000 then 0.001
```

```series good
steps 2000
loss: 2.2 ~> 0.4, noise 2%
loss: times 1.15 ~> 0.95 each 200
```

Warm restarts raise the loss on purpose, at each step at which the learning rate jumps up:

```series good
steps 2000
loss: 2.3 ~> 0.45, noise 3%
loss: times 1 for 500 then 2 ~> 1 each 500
lr: 0.1 cos> 0.0001 each 500
```

The first epochs of a validation loss are wild, before batch statistics have settled:

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
18,0.50,0.90
19,0.49,0.88
```

Missing values and negative losses are no jumps, nor is a resumed run that writes steps again:

```series good
steps 2000
loss: 2.3 ~> 0.6, noise 4%
loss: blank from 700 to 760
loss: blank from 1200 to 1201
```

```series good
steps 2000
nll: 2 ~> -3, noise +-0.25
```

```csv good
step,loss
0,4.61
100,3.92
200,3.40
300,3.05
400,2.81
500,2.64
600,2.52
700,2.41
800,2.33
900,2.27
1000,2.22
700,2.42
800,2.34
900,2.26
1000,2.21
1100,2.17
1200,2.13
1300,2.10
1400,2.08
1500,2.06
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
- Of 62 healthy runs that were looked at, mean + 4 standard deviations over 50 points alarms on 23
  and twice the median on 20.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlint.sdk import (
    Curve,
    Excursion,
    Finding,
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
HELP_HELD_OUT = (
    "look at the training loss there; if it is calm, at the running statistics of batch "
    "normalisation and at the data of that evaluation"
)


@rule("TL201", "warning", symptoms={"loss-spike": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report the spikes of each loss; one that never ends is a divergence."""
    for curve in run.of(Kind.LOSS):
        found = [it for it in unplanned_jumps(run, curve) if not stays(curve, it)]
        if len(found) > FEW:
            found = [max(found, key=lambda it: it.height)]
        for spike in found:
            yield _reported(curve, spike)


def _reported(curve: Curve, spike: Excursion) -> Finding:
    length = spike.end - spike.start + 1
    taken = "one point" if length == 1 else f"{length} points"
    back = f"is back after {taken}" if spike.recovered else "is not back at the end"
    factor = f", {spike.top / spike.base:.3g} times," if spike.base > 0 else ""
    evidence = jump_evidence(curve, spike) | {"points": length}
    if np.isfinite(spike.sigmas):
        evidence["robust z"] = round(spike.sigmas, 1)
    return event(
        curve,
        *jump_span(curve, [spike]),
        f"`{curve.tag}` jumps from {digits(spike.base)} to {digits(spike.top)}{factor} at "
        f"{curve.axis} {curve.step(spike.peak)} and {back}",
        help=HELP_HELD_OUT if curve.role.held_out else HELP,
        evidence=evidence,
        severity=Severity.INFO if is_lone(curve, spike) else None,
    )
