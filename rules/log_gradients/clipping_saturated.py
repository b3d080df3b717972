"""# Gradients are clipped at every step

## What it does

Reports a gradient norm that stands at its highest value at nine of ten steps: it is logged after
clipping, and the threshold is below what the network needs. It is a remark, not a fault.

## Why it is a risk

A clip that acts at every step is not a safety net: it turns training into gradient descent with a
normalised gradient, whose step length is set by the learning rate alone. Training goes on, but a
large gradient and a small one make the same step, the schedule does what the loss should do, and
the norm that is logged no longer tells a calm run from one that is about to explode.

## Example

```series bad
steps 2000
loss: 2.3 ~> 0.6, noise 4%
grad_norm: 6 ~> 3, noise 30%
grad_norm: at most 1
grad_norm: times 1, noise 0.00001%
# info: TL303: grad_norm 0-1999
```

Nearly always, except in the last steps:

```series bad
steps 2000 every 10
train/loss: 9 ~> 3, noise 2%
train/grad_norm: 2.4 -> 0.5, noise 15%
train/grad_norm: at most 0.5
# info: TL303: train/grad_norm 0-19990
```

## How to fix

Log the norm before clipping: `clip_grad_norm_` returns it. Set the threshold to a high quantile of
it in a calm stretch, so that 1 to 10% of the steps are clipped, and lower the learning rate in
turn.

## When it is fine

A norm that is logged before clipping, whatever the threshold:

```series good
steps 2000
loss: 2.3 ~> 0.6, noise 4%
grad_norm: 6 ~> 3, noise 30%
```

A clip that acts now and then, half of the time, or only in the first steps:

```series good
steps 2000
loss: 2.3 ~> 0.6, noise 4%
grad_norm: 0.6, noise 40%
grad_norm: at most 1
```

```series good
steps 2000
loss: 10.8 ~> 3.2, noise 1%
grad_norm: 8 ~> 1.2 for 300 then 0.8 ~> 0.5, noise 15%
grad_norm: at most 1
```

## References

- Zhang et al., Why gradient clipping accelerates training: a theoretical justification for
  adaptivity, https://arxiv.org/abs/1905.11881
- Kumar et al., ZClip: a threshold that follows the norms, https://arxiv.org/abs/2504.02507
- PyTorch documentation, `torch.nn.utils.clip_grad_norm_`,
  https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlint.sdk.logs import Finding, Kind, Run, digits, event, rule

SHARE = 0.9
"""Share of the points at which the norm is the threshold."""

TOLERANCE = 1e-3
"""Relative distance that is still the threshold: norms are computed in float32, and clipping
divides by the norm plus 1e-6."""

LEAST = 50
"""Points of a norm from which a share of them says something."""


@rule("TL303", "info")
def check(run: Run) -> Iterator[Finding]:
    """Report a gradient norm that is always the same while the loss moves."""
    for curve in run.of(Kind.GRADIENT_NORM):
        values = curve.level
        if len(values) < LEAST:
            continue
        top = float(np.max(values))
        at_top = int(np.count_nonzero(values >= top * (1.0 - TOLERANCE)))
        if top <= 0 or at_top < SHARE * len(values) or not _loss_moves(run):
            continue
        yield event(
            curve,
            int(curve.points[0]),
            int(curve.points[-1]),
            f"`{curve.tag}` is {digits(top)} at {100 * at_top / len(values):.0f}% of the steps: "
            "gradients are clipped almost always",
            help="log the norm before clipping, and raise the threshold to a high quantile of it",
            evidence={"threshold": top, "clipped share": round(at_top / len(values), 3)},
        )


def _loss_moves(run: Run) -> bool:
    return any(len(it.level) > 1 and np.ptp(it.level) > 0 for it in run.of(Kind.LOSS))
