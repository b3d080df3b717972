"""# A metric that is infinite

## What it does

Reports an infinity in a loss, a gradient norm or a weight statistic (error), and in a score, an
error rate or a return (warning; silent where it is gone after the first values). A gradient norm
that is infinite for a step and finite again before any loss turns belongs to a step that was
skipped: a remark.

## Why it is a risk

An infinity is the last value before NaN: the difference or the quotient of two infinities is NaN,
and so is zero times infinity. An infinite gradient norm makes `clip_grad_norm_` multiply by zero,
which leaves finite gradients at zero and turns infinite ones into NaN. In float16 numbers end at
65,504; in float32 at 3.4e38, and a norm overflows when gradients pass 1.8e19, since it squares them
(a linear regression on inputs that were not scaled gave an infinite gradient norm at step 7, an
infinite loss at 8 and NaN at 18).

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

The loss of a ReLU network may stay finite while its gradients never are again:

```jsonl bad
{"iteration": 0, "train": {"loss": 1.31, "grad_norm": 3.6}}
{"iteration": 1, "train": {"loss": 0.77, "grad_norm": Infinity}}
{"iteration": 2, "train": {"loss": 0.74, "grad_norm": Infinity}}
{"iteration": 3, "train": {"loss": 0.75, "grad_norm": Infinity}}
{"iteration": 4, "train": {"loss": 0.74, "grad_norm": Infinity}}
# error: TL102: train/grad_norm 1-4
```

```text bad
Epoch 1 | train loss 2.1034 | val loss 1.9921
Epoch 2 | train loss 1.7720 | val loss 1.8034
Epoch 3 | train loss 1.6102 | val loss inf
Epoch 4 | train loss 1.5513 | val loss 1.7010
# error: TL102: val loss 3
```

A table that pandas wrote keeps infinities; the NaN after them is blank (TL101):

```csv bad
step,train/loss,train/grad_norm,validation/accuracy
100,3.22,1.4,0.31
200,2.87,1.3,0.36
300,2.71,8.8,0.38
400,inf,inf,0.13
500,,,0.13
600,,,0.12
700,,,0.13
# error: TL102: train/loss 400
# error: TL102: train/grad_norm 400
```

Loss scaling at work: the scale starts too high, and each overflow halves it. Nothing is wrong, and
the remark says so.

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

```series bad
steps 400
loss: 2.3 ~> 0.4, noise 5%
grad_norm: 1.5, noise 20%
grad_norm: = inf from 0 to 6
grad_norm: = inf at 250
loss_scale: 65536
loss_scale: = 512 from 7
# info: TL102: grad_norm 0-250
```

With loss scaling, too, a gradient norm that stays infinite is an error:

```series bad
steps 400
loss: 2.3 ~> 0.4, noise 5%
grad_norm: 1.5, noise 20%
grad_norm: = inf from 300
loss_scale: 65536
loss_scale: = 1 from 316
# error: TL102: grad_norm 300-399
```

The log does not always say that the loss was scaled:

```json bad
{"global_step": 50, "log_history": [
  {"epoch": 0.1, "grad_norm": 2.31, "learning_rate": 5e-05, "loss": 2.914, "step": 10},
  {"epoch": 0.2, "grad_norm": Infinity, "learning_rate": 4e-05, "loss": 2.877, "step": 20},
  {"epoch": 0.3, "grad_norm": 2.02, "learning_rate": 3e-05, "loss": 2.402, "step": 30},
  {"epoch": 0.4, "grad_norm": 1.94, "learning_rate": 2e-05, "loss": 2.311, "step": 40},
  {"epoch": 0.5, "grad_norm": 1.90, "learning_rate": 1e-05, "loss": 2.260, "step": 50}
]}
# info: TL102: grad_norm 20
```

The exponential of a loss overflows, although the loss itself is finite:

```csv bad
epoch,train_loss,train_ppl,val_loss,val_ppl
1,8.41,4491.8,7.92,2751.8
2,6.02,411.6,5.88,357.8
3,5.41,223.6,801.7,inf
4,5.02,151.4,5.20,181.3
# warning: TL102: val_ppl 3
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
- inputs and targets of the size of 1e3 and above: scale them;
- half precision: use bfloat16 or loss scaling (`torch.amp.GradScaler`), and take exponentials,
  sums of squares and the loss in float32;
- a loss that is infinite for single batches: `log(0)`, or a CTC target that is longer than its
  input (`torch.nn.CTCLoss(zero_infinity=True)`);
- a perplexity: average the loss first and bound it before the exponential.

## When it is fine

The best value so far starts at infinity, whatever it is called:

```csv good
epoch,loss,best_loss,val_loss,lowest_val_loss
0,2.31,inf,2.40,inf
1,1.98,2.31,2.11,2.40
2,1.71,1.98,2.15,2.11
3,1.80,1.71,1.92,2.11
4,1.55,1.71,1.85,1.92
```

```text good
epoch 1 loss 2.31 best_loss: inf
epoch 2 loss 1.98 best_loss: 2.31
epoch 3 loss 2.05 best_loss: 1.98
epoch 4 loss 1.77 best_loss: 1.98
```

```jsonl good
{"episode": 1, "episode_return": 12.0, "best_return": -Infinity, "bound": Infinity, "lr": 0.001}
{"episode": 2, "episode_return": 14.5, "best_return": 12.0, "bound": Infinity, "lr": 0.001}
{"episode": 3, "episode_return": 13.0, "best_return": 14.5, "bound": Infinity, "lr": 0.001}
```

A perplexity is the exponential of a loss, which may be large before anything is learned:

```csv good
epoch,loss,perplexity
1,812.4,inf
2,6.02,411.6
3,5.41,223.6
```

Words that only begin like it, settings, and rates that could not be measured:

```text good
patience: inf, max_norm=inf
step 10 | loss 2.31 | info: 3 workers | tokens/s inf
step 20 | loss 2.20 | info: 3 workers | tokens/s 5210.1
step 30 | loss 2.11 | info: 3 workers | tokens/s 5207.4
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

from gradlint.sdk import (
    Curve,
    Finding,
    Kind,
    NonFinite,
    Overflows,
    Run,
    Severity,
    digits,
    event,
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
        found = _infinite(curve, scaling)
        if found is not None:
            role = curve.role
            groups.setdefault((role.kind, role.split, role.component), []).append(found)
    for group in groups.values():
        group.sort(key=lambda it: it.order)
        yield _reported(group[0], group[1:], scaling.scaled)


def _infinite(curve: Curve, scaling: Overflows) -> NonFinite | None:
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
        message += f"; it was {digits(float(curve.values[good]))} at {curve.steps[good]}"
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
    if kind in (Kind.SCORE, Kind.ERROR, Kind.RETURN):
        return "average the loss and take the exponential last, and look for a division by zero"
    return "clip the gradients and lower the learning rate; in half precision use loss scaling"
