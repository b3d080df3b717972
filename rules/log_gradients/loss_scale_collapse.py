"""# The loss scale keeps halving

## What it does

Reports an automatic loss scale that has come down from 100 or more to 1 or less, and ends there:
nearly every step overflows and is skipped. Where skipped steps are counted in the log, it reports
as well that all are, from a step on to the end.

## Why it is a risk

Mixed precision multiplies the loss so that small gradients survive float16, and halves the factor
whenever a gradient overflows. A few halvings are how it finds its scale. A scale that keeps falling
has met gradients that are not finite at any scale: a NaN in the weights, the data or an activation
beyond 65,504. From then on every step is skipped, and the loss that is logged looks calm because
nothing changes: in one such run the scale fell from 8e6 to 5e-234 over 800 steps. OPT-175B's
divergences came with a scale that crashed to 0.

## Example

```series bad
steps 200
loss: 6.9 -> 5.5 for 100 then 5.5, noise 1%
loss_scale: 65536 for 100 then 32768 *> 0.00000001
# error: TL304: loss_scale 136-199
```

```csv bad
step,loss,loss_scale
0,0.7012,65536
100,0.6410,65536
200,0.6021,131072
300,0.5804,131072
400,0.6911,4096
500,0.6914,128
600,0.6909,4
700,0.6912,0.125
800,0.6910,0.00390625
# error: TL304: loss_scale 700-800
```

A scaler with a minimum, as in Megatron and DeepSpeed, stays at it:

```series bad
steps 2000
loss: 7 -> 6 for 200 then 6, noise 1%
loss_scale: 65536 for 200 then 65536 *> 1 for 17 then 1
# error: TL304: loss_scale 216-1999
```

## How to fix

Find the tensor that is not finite: `torch.autograd.detect_anomaly()` names the operation, a hook on
each module the activation. Restart from a checkpoint of before the scale began to fall. If
activations are simply large, train in bfloat16, which has the range of float32 and does not need a
loss scale.

## When it is fine

A few halvings at the start, and doublings every 2,000 calm steps, are how it works; it may also
fall far and recover:

```series good
steps 6000
loss: 6.9 ~> 2.5, noise 2%
loss_scale: 65536 for 3 then 32768 for 2 then 8192 for 2000 then 16384 for 2000 then 32768
```

```series good
steps 3000 every 10
loss: 6.9 ~> 2.5, noise 2%
loss_scale: 65536 for 1000 then 65536 *> 16 for 13 then 16 for 200 then 16 *> 4096
```

Training without scaling has a scale of 1, and a scale below it may be set on purpose.

## References

- Micikevicius et al., Mixed Precision Training, https://arxiv.org/abs/1710.03740
- PyTorch documentation, Automatic Mixed Precision, `GradScaler`,
  https://docs.pytorch.org/docs/stable/amp.html
- Zhang et al., OPT, section 2.5: divergence and the dynamic loss scalar,
  https://arxiv.org/abs/2205.01068
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlint.sdk.logs import Curve, Finding, Kind, Run, digits, event, rule, words_of

LEAST_SCALE = 1.0
"""Loss scaling multiplies to keep small gradients from underflow; at 1 it does nothing, and below
the opposite. A scaler is only driven there by steps that overflow whatever the scale, as NaN does.
Megatron and DeepSpeed stop at 1."""

FALLEN = 100.0
"""Scale from which it has come down, at least: some loops are made to begin at 1."""

LEAST_SKIPPED = 20
"""Records in a row of which all steps were skipped: a scaler finds its scale within some halvings."""


@rule("TL304", "error", symptoms={"loss-nan": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report a loss scale below 1 that has come down by itself, and steps that are all skipped."""
    for curve in run.of(Kind.OTHER):
        if "skipped" in words_of(curve.tag) and curve.axis == "step":
            yield from _all_skipped(curve)
    for curve in run.of(Kind.LOSS_SCALE):
        values = curve.level
        if len(values) < 2 or values[-1] > LEAST_SCALE or values.max() < FALLEN:
            continue
        below = int(np.flatnonzero(values > LEAST_SCALE)[-1]) + 1
        falls = int(np.count_nonzero(values[1:] < values[:-1]))
        yield event(
            curve,
            int(curve.points[below]),
            int(curve.points[-1]),
            f"`{curve.tag}` has fallen from {digits(values.max())} to {digits(values[-1])}: every step "
            "overflows and is skipped",
            help="find the tensor that is not finite, or train in bfloat16",
            evidence={"highest": float(values.max()), "last": float(values[-1]), "falls": falls},
        )


def _all_skipped(curve: Curve) -> Iterator[Finding]:
    """What a count of skipped steps says, be it of all so far or of those since the last record."""
    values, steps = curve.level, curve.steps[curve.points]
    if len(values) <= LEAST_SKIPPED:
        return
    passed = np.diff(steps)
    # What never falls counts those of before, too; what falls, those since the last record.
    skipped = np.diff(values) if np.all(np.diff(values) >= 0.0) else values[1:]
    taken = np.flatnonzero(np.round(skipped) < passed)
    first = int(taken[-1]) + 2 if len(taken) else 1
    if len(values) - first >= LEAST_SKIPPED and passed.min() > 0:
        yield event(
            curve,
            int(curve.points[first]),
            int(curve.points[-1]),
            f"`{curve.tag}` counts every step from {curve.axis} {curve.step(first)} to the end: no "
            "weight has changed since",
            help="look at the loss scale: with gradients that overflow at every scale, find the "
            "tensor that is not finite; with a scale that is fixed, lower it",
            evidence={"records": len(values) - first},
        )
