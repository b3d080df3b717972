"""# A metric is NaN

## What it does

Reports a loss, a gradient norm or a weight statistic that holds NaN (error), and any other series
that turns NaN and stays NaN (warning), whatever it is called; it is an error if the run measures
nothing else. Of several series only the first to turn is
reported; the others are named with it. A loss or gradient norm that stops being written while the
rest of its row goes on also counts: pandas writes NaN as a blank, and Megatron-LM leaves `lm loss`
out of the line. So does a count of NaN iterations that grows where no series shows them (warning).

Gradient norms that are NaN for a step and finite again before any loss turns are steps that were
skipped: a remark.

## Why it is a risk

A NaN in the loss makes every gradient NaN, and one update with them makes every weight NaN: the run
computes nothing from there on, and never recovers. The step matters, because its history shows the
cause. In most runs that exploded the gradient norm was abnormal 3 to 9 logged points before the NaN
(30 in a slow one), in a ReLU RNN one point before; where the cause was a logarithm of zero or a NaN
in the data, no point before was abnormal. If only the validation loss is NaN, the cause is in the
validation data or in the metric, not in the weights.

## Example

```csv bad
step,train/loss,train/grad_norm,lr
0,1.084,0.91,0.1
1,1.213,3.32,0.1
2,4.731,58.7,0.1
3,912.4,40711.0,0.1
4,nan,nan,0.1
5,nan,nan,0.1
# error: TL101: train/loss 4-5
# error: TL101: train/grad_norm 4-5
```

A file of the Hugging Face `Trainer`. The filter that is on by default keeps NaN out of `loss`, but
the gradient norm shows it:

```json bad
{"global_step": 40, "log_history": [
  {"epoch": 0.1, "grad_norm": 2.31, "learning_rate": 5e-05, "loss": 2.914, "step": 10},
  {"epoch": 0.2, "grad_norm": 6.04, "learning_rate": 4e-05, "loss": 2.877, "step": 20},
  {"epoch": 0.3, "grad_norm": NaN, "learning_rate": 3e-05, "loss": 1.402, "step": 30},
  {"epoch": 0.4, "grad_norm": NaN, "learning_rate": 2e-05, "loss": 0.0, "step": 40},
  {"epoch": 0.4, "eval_loss": NaN, "eval_runtime": 4.2, "step": 40}
]}
# error: TL101: grad_norm 30-40
# error: TL101: eval_loss 40
```

```csv good
step,loss,accuracy
0,2.31,0.10
10,1.95,0.28
20,1.60,0.41
30,1.42,0.50
```

```text good
iter 0: loss 4.2301, time 1320.11ms
iter 10: loss 3.1120, time 131.75ms
iter 20: loss 2.7043, time 131.90ms
step 20: train loss 2.6920, val loss 2.7511
```

## How to fix

Go back to a checkpoint from before the first abnormal step, not from right before the NaN
(`--checkpoints DIR` names one). Then remove the cause:

- gradients that grew before: clip their norm (`torch.nn.utils.clip_grad_norm_`, `clipnorm=1.0` in
  Keras) and lower the learning rate, or warm it up for longer;
- NaN from the first step: a NaN or an infinity in inputs or targets, inputs that are not scaled, a
  learning rate that is far too high;
- NaN without warning: `log(0)`, a division by zero, `sqrt` at zero. Find it with
  `torch.autograd.set_detect_anomaly(True)`, `tf.debugging.enable_check_numerics()` or
  `jax.config.update("jax_debug_nans", True)`;
- half precision: bfloat16, or loss scaling.

Stop the run when it happens again: `keras.callbacks.TerminateOnNaN()`, Lightning's
`EarlyStopping(check_finite=True)`.

## When it is fine

Where NaN or a blank means "not measured": tables are sparse, some metrics are computed only every
few epochs, and some have nothing to measure yet.

```csv good
epoch,loss,val_loss,val_accuracy
0,1.90,1.95,0.22
1,1.71,nan,nan
2,1.60,1.66,0.31
3,1.52,1.55,0.37
4,1.44,nan,nan
5,1.40,nan,nan
6,1.37,nan,nan
7,1.33,1.39,0.44
```

## References

- Karpathy, *A Recipe for Training Neural Networks*: https://karpathy.github.io/2019/04/25/recipe/
- PyTorch, *Anomaly detection*: https://pytorch.org/docs/stable/autograd.html#anomaly-detection
- Keras, *TerminateOnNaN*: https://keras.io/api/callbacks/terminate_on_nan/
- Lightning, *EarlyStopping* (`check_finite`):
  https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.callbacks.EarlyStopping.html
- pandas, *DataFrame.to_csv*: `na_rep` is an empty text by default:
  https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.to_csv.html
- Megatron-DeepSpeed issue 396, a run in which `lm loss` left the line:
  https://github.com/bigscience-workshop/Megatron-DeepSpeed/issues/396; and its pull request 434, a
  missing loss as the only sign of NaN: https://github.com/deepspeedai/Megatron-DeepSpeed/pull/434
- rlpyt issue 78, NaN until training begins: https://github.com/astooke/rlpyt/issues/78
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from gradlint.sdk.logs import (
    JUDGED,
    VITAL,
    Curve,
    Finding,
    Kind,
    NonFinite,
    Overflows,
    Run,
    Severity,
    SilentSeries,
    digits,
    event,
    falls_silent,
    is_in_order,
    is_mostly_silent,
    is_objective_lost,
    nan_counters,
    of_gradient_norm,
    overflows,
    regular_distance,
    rule,
    silent_series,
    takes_turns,
)


@rule("TL101", "error", symptoms={"loss-nan": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report the first loss, gradient norm and weight to turn; other series if they came first."""
    wholes: dict[tuple[str, str], list[NonFinite]] = {}
    rest: list[NonFinite] = []
    scaling = run.measured(overflows)
    unmeasured = {_pattern(it) for it in run.of(Kind.SCORE) if np.isnan(it.values).any()}
    for curve in run.curves.values():
        turned = _turned(run, curve, scaling, unmeasured)
        if turned is None:
            continue
        if curve.role.kind in VITAL and not curve.role.component:
            wholes.setdefault((curve.role.kind, curve.role.split), []).append(turned)
        else:
            rest.append(turned)
    groups = [sorted(group, key=lambda it: it.order) for group in wholes.values()]
    worst = sorted((group[0] for group in groups), key=lambda it: it.order)
    cause = worst[0] if worst and worst[0].severity is Severity.ERROR else None
    for group in groups:
        also = group[1:]
        if group[0] is cause:
            also = also + [it for it in rest if _follows(it, cause)]
            rest = [it for it in rest if not _follows(it, cause)]
        yield _reported(group[0], also, scaling.scaled)
    rest.sort(key=lambda it: it.order)
    for kinds in (VITAL, JUDGED):
        group = [it for it in rest if it.curve.role.kind in kinds]
        if group:
            yield _reported(group[0], group[1:], scaling.scaled)
    vanished = [_vanished(it) for it in silent_series(run)]
    yield from vanished
    if cause is None and not vanished:
        for counter, at in nan_counters(run):
            yield _counted(counter, at)


def _follows(turned: NonFinite, cause: NonFinite) -> bool:
    """Whether a series turned no earlier than another, as far as that can be told."""
    return turned.curve.axis != cause.curve.axis or turned.first >= cause.first


def _turned(
    run: Run, curve: Curve, scaling: Overflows, unmeasured: set[Hashable]
) -> NonFinite | None:
    """What the NaN of a series means; None where there is none, or where it means nothing."""
    kind = curve.role.kind
    if kind not in VITAL and kind not in JUDGED:
        return None
    nan = np.isnan(curve.values)
    if not nan.any():
        return None
    bad = np.flatnonzero(nan)
    if _is_placeholder(curve, bad, unmeasured) or takes_turns(run, curve, bad):
        return None
    if kind is Kind.GRADIENT_NORM:
        return of_gradient_norm(curve, bad, scaling)
    if kind in VITAL or is_objective_lost(run, curve):
        return NonFinite(curve, bad, Severity.ERROR)
    lasting = falls_silent(curve)
    if kind is Kind.RETURN and not lasting:
        return None  # no episode ended between two records
    severe = lasting or is_mostly_silent(curve)
    severe = severe and (kind is not Kind.OTHER or is_in_order(run, curve))
    return NonFinite(curve, bad, Severity.WARNING if severe else Severity.INFO)


def _is_placeholder(curve: Curve, bad: NDArray[np.intp], unmeasured: set[Hashable]) -> bool:
    """Whether NaN stands for "not measured here" in this series.

    That is so before the first measurement; if finite values come at a regular distance with
    nothing but NaN between them; and where a score of the same data, which is a number whatever the
    weights are, is NaN in just the same rows.
    """
    good = np.flatnonzero(curve.finite)
    if not len(good):
        return curve.role.held_out and _pattern(curve) in unmeasured
    if bad[-1] < good[0]:
        return True
    if usual := regular_distance(good):
        return bool(len(curve) - good[-1] <= usual)
    if curve.role.held_out and bad[0] < good[0]:  # at no distance, and from the beginning on
        longest = int(np.diff(good).max(initial=int(good[0]) + 1))
        return bool(len(curve) - good[-1] <= longest)
    return bool(bad[0] < good[-1]) and _pattern(curve) in unmeasured


def _pattern(curve: Curve) -> Hashable:
    """What series share that are measured together: split, steps, and where they are NaN."""
    return curve.role.split, hash(curve.steps.tobytes()), hash(np.isnan(curve.values).tobytes())


def _reported(turned: NonFinite, others: list[NonFinite], scaled: bool) -> Finding:
    curve, bad, good = turned.curve, turned.bad, turned.healthy
    first, count = int(bad[0]), len(bad)
    where = f"`{curve.tag}` is NaN from {curve.axis} {turned.first} on"
    if count == 1:
        where = f"`{curve.tag}` is NaN at {curve.axis} {turned.first}"
    elif count < len(curve) - first:
        where = f"`{curve.tag}` is NaN at {count} of {len(curve)} points"
    if good is not None:
        was = digits(float(curve.values[good]))
        message = f"{where}; it was {was} at {curve.axis} {curve.steps[good]}"
    elif count == len(curve):
        message = f"`{curve.tag}` is NaN at every one of its {count} points"
        if count == 1:
            message = f"{where}, the only point it has"
    else:
        message = f"{where}; no value before was finite"
    return event(
        curve,
        first,
        int(bad[-1]),
        message,
        help=_help(turned),
        evidence=turned.evidence("nan"),
        severity=turned.severity,
        notes=turned.notes(others, "NaN", scaled),
    )


def _help(turned: NonFinite) -> str:
    curve = turned.curve
    if curve.role.kind in (Kind.LEARNING_RATE, Kind.LOSS_SCALE, Kind.SCHEDULE):
        return "look for a division by zero in what sets it"
    if curve.role.kind not in VITAL:
        return "look for a division by zero in the metric: an empty class, batch or episode"
    if turned.severity is not Severity.ERROR:
        return ""
    if curve.role.held_out:
        return "check the inputs and targets of the evaluation for NaN, and its loss for log(0)"
    if turned.healthy is None:
        return "check inputs, targets and first weights for NaN, and lower the learning rate"
    return (
        "restart from an earlier checkpoint with clipped gradients and a lower learning "
        "rate, and check inputs and targets for NaN"
    )


def _counted(counter: Curve, at: int) -> Finding:
    """What the program counted that no series shows."""
    last = len(counter) - 1
    count = f"{digits(float(counter.values[at]))} at {counter.axis} {counter.steps[at]}"
    return event(
        counter,
        at,
        last,
        f"the log counts NaN: `{counter.tag}` is {count}, after 0",
        help="find what is NaN in these steps: their data, or a loss that overflows",
        evidence={"highest count": float(np.nanmax(counter.values[at:]))},
        severity=Severity.WARNING,
    )


def _vanished(silent: SilentSeries) -> Finding:
    curve, beside = silent.curve, silent.beside
    if not len(curve.points):
        return event(
            curve,
            0,
            len(curve) - 1,
            f"`{curve.tag}` is blank in all {silent.rows} rows in which `{beside.tag}` stands: a "
            "NaN written as a blank",
            help="check the inputs and targets of the evaluation for NaN, and its loss for log(0)"
            if curve.role.held_out
            else "check inputs and targets for NaN, and the loss for log(0)",
            evidence={"blank rows": silent.rows, "logged with": beside.tag},
            severity=silent.severity,
        )
    last = len(curve) - 1
    good = int(curve.points[-1])
    stopped = int(beside.steps[len(beside) - silent.rows])
    return event(
        curve,
        last,
        last,
        f"`{curve.tag}` is blank from {beside.axis} {stopped} on, while the rest of its row goes "
        f"on for {silent.rows} more: a NaN written as a blank",
        help="restart from an earlier checkpoint with clipped gradients and a lower learning rate",
        evidence={
            "blank rows": silent.rows,
            "last healthy step": int(curve.steps[good]),
            "last healthy value": float(curve.values[good]),
            "logged with": beside.tag,
        },
        severity=silent.severity,
    )
