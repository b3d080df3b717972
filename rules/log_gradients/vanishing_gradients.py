"""# Gradients vanish before anything is learned

## What it does

Reports a gradient norm that falls to a millionth of what it was, or less, although the loss is
still near its start and no score or return has risen.

## Why it is a risk

Such a run is over, and nothing stops it: without a gradient, saturated units, dead ReLUs or a
policy that always does the same do not recover. A policy trained with a learning rate that was too
high went from a norm of 36 to 1e-13 within 40 episodes and earned 9.5 at each of the 360 that
followed. The default tanh RNN passes 7e-12 of a gradient over 50 steps from the start.

## Example

```series bad
steps 1000
loss: 2.33 ~> 2.303, noise 0.5%
grad_norm: 0.8 *> 0.0000000003, noise 30%
# error: TL302: grad_norm 662-999
```

A jump into saturation, after which nothing moves:

```series bad
steps 800
train/loss: 0.72, noise 2%
train/grad_norm: 1.4, noise 30%
train/grad_norm: = 0.00000000002 from 60
# error: TL302: train/grad_norm 60-799
```

## How to fix

Use residual connections, normalisation before the activation, gated cells, an initialisation that
suits the activation, and inputs of unit scale. If the norm fell suddenly, an update has saturated
the network: restart with a lower learning rate and clipped gradients. Log the norm of each layer to
see where it is lost.

## When it is fine

A run that has learned: its gradients shrink with its loss.

```series good
steps 3000
loss: 0.7 *> 0.0000001, noise 30%
grad_norm: 0.9 *> 0.0000001, noise 40%
```

A norm that falls by a few orders of magnitude, at a high loss or on a long plateau:

```series good
steps 3000
loss: 10.8 ~> 6.5, noise 1%
grad_norm: 30 ~> 0.2, noise 15%
```

A return or a score that has risen, whatever the loss does:

```series good
steps 800
policy_loss: 0.4 -> 0.1, noise +-0.3
episode_return: 20 -> 495, noise 5%
grad_norm: 9 *> 0.000001, noise 50%
```

## References

- Hochreiter, The vanishing gradient problem during learning recurrent neural nets and problem
  solutions, https://doi.org/10.1142/S0218488598000094
- Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks,
  https://proceedings.mlr.press/v9/glorot10a.html
- Lu et al., Dying ReLU and Initialization, https://arxiv.org/abs/1903.06733
- Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks,
  https://arxiv.org/abs/1211.5063
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlint.sdk.logs import Finding, Kind, Run, digits, event, levels, rule

SHARE = 1e-6
"""Final norm in units of the norm at the start that is nothing: float32 carries 7 digits."""

UNMOVED = 0.9
"""Share of its first level that a loss must still have."""

LEAST = 20
"""Points of a series from which its start and its end are two different things."""


@rule("TL302", "error", symptoms={"vanishing-gradients": 1.0, "not-learning": 0.5})
def check(run: Run) -> Iterator[Finding]:
    """Report a gradient norm that is lost while the run has learnt nothing."""
    for curve in run.of(Kind.GRADIENT_NORM):
        if len(curve.level) < LEAST:
            continue
        start = float(np.median(curve.level[: LEAST // 4]))
        final = curve.measured(levels).final
        if start <= 0 or final > SHARE * start or _learnt(run):
            continue
        there = np.flatnonzero(curve.level > SHARE * start)
        first = int(curve.points[min(int(there[-1]) + 1, len(curve.points) - 1)])
        yield event(
            curve,
            first,
            len(curve) - 1,
            f"`{curve.tag}` falls from {digits(start)} to {digits(final)} although nothing has been learnt",
            help="use normalisation, residual connections or a gated cell, or a smaller learning "
            "rate if the output has saturated",
            evidence={"start": start, "final": final},
        )


def _learnt(run: Run) -> bool:
    """Whether a loss has fallen or a return has risen."""
    for curve in run.of(Kind.LOSS):
        if not curve.role.adversarial and len(curve.level) >= LEAST:
            found = curve.measured(levels)
            if found.start > 0 and found.final < UNMOVED * found.start:
                return True
    for curve in run.of(Kind.RETURN, Kind.SCORE):
        if len(curve.level) >= LEAST:
            found = curve.measured(levels)
            span = float(np.max(curve.level) - np.min(curve.level))
            if found.final > found.start + 0.25 * span:
                return True
    return False
