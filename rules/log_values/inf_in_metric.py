"""# A metric is infinite

## What it does

Reports an infinity in a loss, a gradient norm or a weight statistic (error), and in a score, an
error rate or a return (warning; silent where it is gone after the first values). Any other series
that becomes infinite and stays so is a warning, whatever it is called, and an error if the run
measures nothing else. A gradient norm
that is infinite for a step and finite again before any loss turns belongs to a step that was
skipped: a remark.

## Why it is a risk

An infinity is the last value before NaN: the difference or the quotient of two infinities is NaN,
and so is zero times infinity. An infinite gradient norm makes `clip_grad_norm_` multiply by zero,
which leaves finite gradients at zero and turns infinite ones into NaN. float16 ends at 65,504 and
float32 at 3.4e38, and a norm overflows when gradients exceed 1.8e19, since it squares them (a
linear regression on unscaled inputs gave an infinite gradient norm at step 7, an infinite loss at 8
and NaN at 18).

## Example

```csv bad
step,loss,grad_norm
0,58.4,1010.0
1,91250.0,2.1e9
2,6.58e34,9.64e17
3,inf,inf
4,inf,inf
5,nan,nan
# error: TL102: loss 3-4
# error: TL102: grad_norm 3-4
```

The loss of a ReLU network may stay finite although its gradients do not:

```jsonl bad
{"iteration": 0, "train": {"loss": 1.31, "grad_norm": 3.6}}
{"iteration": 1, "train": {"loss": 0.77, "grad_norm": Infinity}}
{"iteration": 2, "train": {"loss": 0.74, "grad_norm": Infinity}}
{"iteration": 3, "train": {"loss": 0.75, "grad_norm": Infinity}}
{"iteration": 4, "train": {"loss": 0.74, "grad_norm": Infinity}}
# error: TL102: train/grad_norm 1-4
```

```csv good
step,loss,grad_norm
0,2.31,5.1
1,2.25,4.6
2,2.18,4.9
```

```text good
step 0: loss 3.1e38, grad_norm 1.2e19
step 1: loss 2.0e38, grad_norm 1.1e19
step 2: loss 1.0e38, grad_norm 1.0e19
```

## How to fix

- gradients that grew step by step: clip their norm and lower the learning rate;
- inputs and targets of 1e3 and above: scale them;
- half precision: use bfloat16 or loss scaling (`torch.amp.GradScaler`), and take exponentials, sums
  of squares and the loss in float32;
- a loss that is infinite for single batches: `log(0)`, or a CTC target that is longer than its
  input (`torch.nn.CTCLoss(zero_infinity=True)`);
- a perplexity: average the loss first and bound it before the exponential.

## When it is fine

Loss scaling starts too high, and each overflow halves the scale. The remark says that nothing is
wrong:

```text bad
Epoch: 0 Step: 0 Loss: 6.9312 Gradient norm: inf
Skipped batch, new scale: 32768.0
Epoch: 0 Step: 1 Loss: 6.9288 Gradient norm: inf
Skipped batch, new scale: 16384.0
Epoch: 0 Step: 2 Loss: 6.9301 Gradient norm: 1.8125
Epoch: 0 Step: 3 Loss: 6.8874 Gradient norm: 1.7741
Epoch: 0 Step: 4 Loss: 6.8410 Gradient norm: 1.6902
# info: TL102: Gradient norm 0-1
```

The best value so far starts at infinity, whatever it is called, and a perplexity, the exponential
of a loss, may be infinite before anything is learned:

```text good
epoch 1 loss 2.31 best_loss: inf
epoch 2 loss 1.98 best_loss: 2.31
epoch 3 loss 2.05 best_loss: 1.98
epoch 4 loss 1.77 best_loss: 1.98
```

## References

- Micikevicius et al. 2018, *Mixed Precision Training*: https://arxiv.org/abs/1710.03740
- PyTorch, *Automatic Mixed Precision*, gradient scaling:
  https://pytorch.org/docs/stable/amp.html#gradient-scaling
- PyTorch, `clip_grad_norm_` (`error_if_nonfinite`):
  https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
- PyTorch, `CTCLoss` (`zero_infinity`):
  https://pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradlint.sdk.logs import (
    JUDGED,
    Curve,
    Finding,
    Kind,
    NonFinite,
    Overflows,
    Run,
    Severity,
    digits,
    event,
    falls_silent,
    is_in_order,
    is_objective_lost,
    of_gradient_norm,
    overflows,
    rule,
)


@rule("TL102", "error", symptoms={"loss-nan": 1.0, "gradient-explosion": 0.6})
def check(run: Run) -> Iterator[Finding]:
    """Report the first series of each kind and split to become infinite, and name the others."""
    scaling = run.measured(overflows)
    groups: dict[tuple[str, str, bool], list[NonFinite]] = {}
    for curve in run.curves.values():
        found = _infinite(run, curve, scaling)
        if found is not None:
            role = curve.role
            groups.setdefault((role.kind, role.split, role.component), []).append(found)
    for group in groups.values():
        group.sort(key=lambda it: it.order)
        yield _reported(group[0], group[1:], scaling.scaled)


def _infinite(run: Run, curve: Curve, scaling: Overflows) -> NonFinite | None:
    bad = np.flatnonzero(np.isinf(curve.values))
    if not len(bad) or _is_best_so_far(curve, bad):
        return None
    kind = curve.role.kind
    if kind is Kind.GRADIENT_NORM:
        return of_gradient_norm(curve, bad, scaling)
    if kind is Kind.LOSS and not curve.role.component:
        return NonFinite(curve, bad, Severity.ERROR)
    lasting = bad[-1] == len(curve) - 1 or bool(np.isnan(curve.values[bad[-1] + 1]))
    if kind in (Kind.LOSS, Kind.WEIGHT):
        return NonFinite(curve, bad, Severity.ERROR if lasting else Severity.WARNING)
    leading = not len(curve.points) or bad[-1] < curve.points[0]
    if kind in (Kind.SCORE, Kind.ERROR, Kind.RETURN) and not leading:
        return NonFinite(curve, bad, Severity.WARNING)
    if kind in JUDGED and is_objective_lost(run, curve):
        return NonFinite(curve, bad, Severity.ERROR)
    if (
        kind in JUDGED
        and falls_silent(curve)
        and (kind is not Kind.OTHER or is_in_order(run, curve))
    ):
        return NonFinite(curve, bad, Severity.WARNING)
    return None


def _is_best_so_far(curve: Curve, bad: NDArray[np.intp]) -> bool:
    """Whether infinities are the start of a best value: it only falls, and stays where it is."""
    good = curve.points
    if curve.role.kind is not Kind.LOSS or len(good) < 2 or bad[-1] > good[0]:
        return False
    if np.isnan(curve.values).any():
        return False
    steps = np.diff(curve.level)
    return bool((steps <= 0).all() and (steps == 0).any())


def _reported(found: NonFinite, others: list[NonFinite], scaled: bool) -> Finding:
    curve, bad, good = found.curve, found.bad, found.healthy
    message = f"`{curve.tag}` is infinite at {curve.axis} {found.first}"
    if len(bad) > 1:
        message += f" and at {len(bad) - 1} {'points' if len(bad) > 2 else 'point'} after it"
    if good is not None:
        message += (
            f"; it was {digits(float(curve.values[good]))} at {curve.axis} {curve.steps[good]}"
        )
    return event(
        curve,
        int(bad[0]),
        int(bad[-1]),
        message,
        help=_help(found),
        evidence=found.evidence("infinite"),
        severity=found.severity,
        notes=found.notes(others, "infinite", scaled),
    )


def _help(found: NonFinite) -> str:
    kind = found.curve.role.kind
    if found.severity is Severity.INFO:
        return ""
    if kind in (Kind.LEARNING_RATE, Kind.LOSS_SCALE, Kind.SCHEDULE):
        return "look for a division by zero in what sets it"
    if kind in JUDGED:
        return "average the loss and take the exponential last, and look for a division by zero"
    return "clip the gradients and lower the learning rate; in half precision use loss scaling"
