"""# A metric that is NaN

## What it does

Reports a loss, a gradient norm or a weight statistic that holds NaN (error), and a score, an error
rate or a return that turns NaN and stays so (warning). Of several series only the first to turn is
reported, the others are named with it. A loss or gradient norm that stops being written while the
rest of its row goes on counts, too: pandas writes NaN as a blank, and Megatron-LM leaves `lm loss`
out of the line.

Gradient norms that are NaN for a step and finite again before any loss turns are steps that were
skipped: a remark.

## Why it is a risk

A NaN in the loss makes every gradient NaN, and one update with them makes every weight NaN: the run
computes nothing from there on, and never recovers. The step matters, because its history tells the
cause. In most runs that exploded the gradient norm was abnormal 3 to 9 logged points before the NaN
(30 in a slow one), in a ReLU RNN one point before; where the cause was a logarithm of zero or a NaN
in the data, no point before was abnormal. A validation loss that is NaN alone has its cause in the
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

The running mean of an epoch keeps a NaN to the end of that epoch:

```text bad
Epoch 1/4
 - 2s - loss: 0.6931 - accuracy: 0.5312 - val_loss: 0.6702 - val_accuracy: 0.5900
Epoch 2/4
 - 2s - loss: 0.6418 - accuracy: 0.6205 - val_loss: 0.6377 - val_accuracy: 0.6300
Epoch 3/4
 - 2s - loss: nan - accuracy: 0.5007 - val_loss: nan - val_accuracy: 0.5000
Epoch 4/4
 - 2s - loss: nan - accuracy: 0.4995 - val_loss: nan - val_accuracy: 0.5000
# error: TL101: loss 3-4
# error: TL101: val_loss 3-4
```

```jsonl bad
{"step": 100, "loss": 3.91, "grad_norm": 1.42, "learning_rate": 0.0003}
{"step": 200, "loss": 3.55, "grad_norm": 1.27, "learning_rate": 0.0003}
{"step": 300, "loss": 3.48, "grad_norm": NaN, "learning_rate": 0.0003}
{"step": 400, "loss": NaN, "grad_norm": NaN, "learning_rate": 0.0003}
{"step": 500, "loss": NaN, "grad_norm": NaN, "learning_rate": 0.0003}
# error: TL101: grad_norm 300-500
# error: TL101: loss 400-500
```

A file of the Hugging Face `Trainer`. The filter that is on by default keeps NaN out of `loss`; the
gradient norm has it all the same:

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

A table that pandas wrote: the losses are blank after an infinity, the accuracies of their rows are
not. (The rows of the training loop have neither.)

```csv bad
step,train/loss,validation/loss,validation/accuracy,lr
50,,,,0.02
100,3.22,3.41,0.31,0.02
150,,,,0.02
200,2.87,3.02,0.36,0.02
250,,,,0.02
300,2.71,2.95,0.38,0.02
350,,,,0.02
400,inf,inf,0.13,0.02
450,,,,0.02
500,,,0.13,0.02
550,,,,0.02
600,,,0.12,0.02
650,,,,0.02
700,,,0.13,0.02
# error: TL101: train/loss 400
# error: TL101: validation/loss 400
```

A loss that turns blank with nothing else amiss is a warning: the score of its row says that the
model was evaluated.

```csv bad
epoch,loss,accuracy
0,1.92,0.31
1,1.43,0.48
2,1.21,0.56
3,1.05,0.62
4,,0.10
5,,0.10
6,,0.10
7,,0.10
# warning: TL101: loss 3
```

Megatron-LM leaves the loss out of the line when it is NaN:

```text bad
 iteration       10/     100 | consumed samples: 160 | learning rate: 1.5E-04 | lm loss: 8.238016E+00 | loss scale: 1.0 | grad norm: 2.555 | number of nan iterations: 0 |
 iteration       20/     100 | consumed samples: 320 | learning rate: 1.5E-04 | lm loss: 7.441902E+00 | loss scale: 1.0 | grad norm: 1.913 | number of nan iterations: 0 |
 iteration       30/     100 | consumed samples: 480 | learning rate: 1.5E-04 | lm loss: 7.102245E+00 | loss scale: 1.0 | grad norm: 9.870 | number of nan iterations: 0 |
 iteration       40/     100 | consumed samples: 640 | learning rate: 1.5E-04 | loss scale: 1.0 | grad norm: nan | number of nan iterations: 0 |
 iteration       50/     100 | consumed samples: 800 | learning rate: 1.5E-04 | loss scale: 1.0 | grad norm: nan | number of nan iterations: 0 |
 iteration       60/     100 | consumed samples: 960 | learning rate: 1.5E-04 | loss scale: 1.0 | grad norm: nan | number of nan iterations: 0 |
# error: TL101: grad norm 40-60
# error: TL101: lm loss 30
```

The gradient norm may be left out with it; no step was skipped, so that nothing else explains it:

```text bad
 iteration        4/      10 | consumed samples: 48 | learning rate: 4.2E-07 | lm loss: 1.031450E+01 | loss scale: 1.0 | grad norm: 2.555 | number of skipped iterations: 0 |
 iteration        5/      10 | consumed samples: 60 | learning rate: 4.2E-07 | lm loss: 1.021902E+01 | loss scale: 1.0 | grad norm: 2.513 | number of skipped iterations: 0 |
 iteration        6/      10 | consumed samples: 72 | learning rate: 4.2E-07 | lm loss: 1.012245E+01 | loss scale: 1.0 | grad norm: 2.870 | number of skipped iterations: 0 |
 iteration        7/      10 | consumed samples: 84 | learning rate: 4.2E-07 | loss scale: 1.0 | number of skipped iterations: 0 |
 iteration        8/      10 | consumed samples: 96 | learning rate: 4.2E-07 | loss scale: 1.0 | number of skipped iterations: 0 |
 iteration        9/      10 | consumed samples: 108 | learning rate: 4.2E-07 | loss scale: 1.0 | number of skipped iterations: 0 |
# error: TL101: lm loss 6
# error: TL101: grad norm 6
```

Only the validation loss is NaN: a row of the validation data is.

```csv bad
epoch,step,train_loss,val_acc,val_loss
0,49,1.893,,
0,49,,0.42,nan
1,99,1.377,,
1,99,,0.55,nan
2,149,1.120,,
2,149,,0.61,nan
# error: TL101: val_loss 49-149
```

Single batches may turn the running mean of their epoch although the weights survive, as when a
batch has no valid target:

```series bad
steps 600
loss: 2.0 ~> 0.4, noise 5%
loss: = nan from 140 to 199
loss: = nan from 320 to 399
val_loss: 2.1 ~> 0.5, noise 3%
val_loss: only every 50
# error: TL101: loss 140-399
```

A detector with many parts gives one finding, and so does each split with many losses:

```series bad
steps 300
loss_cls: 1.2 ~> 0.2, noise 5%
loss_box: 0.9 ~> 0.2, noise 5%
loss_mask: 0.7 ~> 0.1, noise 5%
loss: 2.8 ~> 0.5, noise 5%
loss_cls: = nan from 211
loss_box: = nan from 210
loss_mask: = nan from 211
loss: = nan from 210
# error: TL101: loss 210-299
```

Gradient norms that come back do not reach the weights:

```series bad
steps 400
loss: 2.0 ~> 0.4, noise 5%
grad_norm: 1.0, noise 10%
grad_norm: = nan at 120
grad_norm: = nan at 300 for 2
# info: TL101: grad_norm 120-301
```

```csv bad
step,loss,grad_norm,loss_scale
0,2.31,5.10,65536
1,2.29,4.87,65536
2,2.27,nan,32768
3,2.26,4.62,32768
4,2.24,4.55,32768
# info: TL101: grad_norm 2
```

A metric that turns, with losses that are finite:

```series bad
steps 60
axis epoch
loss: 2.0 ~> 0.4, noise 5%
val_perplexity: 90 ~> 12, noise 3%
val_perplexity: = nan from 40
val_auc: 0.5 -> 0.9, noise 2%
val_auc: = nan at 7
# warning: TL101: val_perplexity 40-59
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
(`--checkpoints DIR` names one). Then take away the cause:

- gradients that grew before: clip their norm (`torch.nn.utils.clip_grad_norm_`, `clipnorm=1.0` in
  Keras) and lower the learning rate, or warm it up for longer;
- NaN from the first step: a NaN or an infinity in inputs or targets, inputs that are not scaled, a
  learning rate that is far too high;
- NaN out of nothing: `log(0)`, a division by zero, `sqrt` at zero. Find it with
  `torch.autograd.set_detect_anomaly(True)`, `tf.debugging.enable_check_numerics()` or
  `jax.config.update("jax_debug_nans", True)`;
- half precision: bfloat16, or loss scaling.

Stop the run when it happens again: `keras.callbacks.TerminateOnNaN()`, Lightning's
`EarlyStopping(check_finite=True)`.

## When it is fine

Where NaN or a blank stands for "not measured". Tables are sparse: training and validation have rows
of their own, or columns of their own for steps and epochs.

```csv good
epoch,lr-Adam,step,train_acc_epoch,train_loss_epoch,train_loss_step,val_acc,val_loss
,0.001,9,,,1.931,,
0,,9,,,1.931,,
0,,19,,,1.644,,
0,,20,,,,0.44,1.620
0,,20,0.39,1.801,,,
,0.001,29,,,1.502,,
1,,29,,,1.502,,
1,,39,,,1.377,,
1,,41,,,,0.53,1.391
1,,41,0.50,1.455,,,
2,,49,,,1.301,,
```

A metric that is taken every few epochs, and after the last one, is NaN in between:

```csv good
epoch,loss,val_loss,val_map
1,1.90,nan,nan
2,1.71,nan,nan
3,1.60,nan,nan
4,1.52,nan,nan
5,1.44,1.51,0.21
6,1.40,nan,nan
7,1.37,nan,nan
8,1.33,nan,nan
9,1.30,nan,nan
10,1.28,1.35,0.27
11,1.26,nan,nan
12,1.25,nan,nan
13,1.24,nan,nan
14,1.22,nan,nan
15,1.21,1.29,0.30
16,1.20,nan,nan
17,1.20,1.28,0.31
```

Or it is taken whenever there is a new best, with the score of the same data:

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

Keras fills the columns of a validation that does not exist with `NA`:

```csv good
epoch,accuracy,loss,val_accuracy,val_loss
0,0.41,1.712,NA,NA
1,0.55,1.301,NA,NA
2,0.60,1.144,NA,NA
3,0.64,1.020,NA,NA
```

Nothing was there to measure yet: no episode had ended, the replay buffer was being filled, training
had not begun.

```csv good
timesteps,episode_return,q_loss
1000,nan,nan
2000,nan,nan
3000,21.5,0.91
4000,22.0,0.74
5000,nan,0.77
6000,24.1,0.70
7000,23.8,0.69
8000,25.2,0.71
```

Megatron's golden values pad what was not run, or was off its schedule, with the text "nan":

```json good
{"lm loss": {"start_step": 1, "end_step": 8, "step_interval": 1, "values":
  {"1": 10.84, "2": 10.80, "3": 10.71, "4": 10.66, "5": 10.60, "6": "nan", "7": "nan", "8": "nan"}},
 "iteration-time": {"start_step": 1, "end_step": 8, "step_interval": 1, "values":
  {"1": "nan", "2": 0.51, "3": "nan", "4": 0.52, "5": "nan", "6": "nan", "7": "nan", "8": "nan"}}}
```

A rate that can't be given yet is no metric, and a log may begin with the program that wrote it:

```text good
        if torch.isnan(loss): raise RuntimeError(f"loss is nan at {step}")
        print(f"step:{step}/{n} val_loss:{val_loss:.4f} step_avg:{t/(step-1):.2f}ms")
step:0/1000 val_loss:10.8258 train_time:0ms step_avg:nanms
step:1/1000 train_loss:10.8258 train_time:241ms step_avg:nanms
step:2/1000 train_loss:10.1021 train_time:330ms step_avg:nanms
step:3/1000 train_loss:9.4310 train_time:419ms step_avg:89.10ms
step:4/1000 train_loss:9.0222 train_time:508ms step_avg:89.00ms
```

Loss scaling looks for its scale at the start, and the loss of a step that is skipped is not printed:

```text good
 iteration        1/     100 | learning rate: 0.0E+00 | loss scale: 4294967296.0 | number of skipped iterations: 1 |
 iteration        2/     100 | learning rate: 0.0E+00 | loss scale: 2147483648.0 | number of skipped iterations: 1 |
 iteration        3/     100 | learning rate: 1.5E-06 | lm loss: 1.081450E+01 | loss scale: 1073741824.0 | grad norm: 21.5 | number of skipped iterations: 0 |
 iteration        4/     100 | learning rate: 3.0E-06 | lm loss: 1.079821E+01 | loss scale: 1073741824.0 | grad norm: 20.9 | number of skipped iterations: 0 |
 iteration        5/     100 | learning rate: 4.5E-06 | lm loss: 1.074127E+01 | loss scale: 1073741824.0 | grad norm: 19.7 | number of skipped iterations: 0 |
 iteration        6/     100 | learning rate: 4.5E-06 | loss scale: 536870912.0 | number of skipped iterations: 1 |
 iteration        7/     100 | learning rate: 6.0E-06 | lm loss: 1.069233E+01 | loss scale: 536870912.0 | grad norm: 18.8 | number of skipped iterations: 0 |
```

A loss ends because another phase of the training begins:

```csv good
epoch,reconstruction_loss,classification_loss,lr
0,0.91,,0.001
1,0.62,,0.001
2,0.51,,0.001
3,0.45,,0.001
4,,1.62,0.0001
5,,1.31,0.0001
6,,1.12,0.0001
7,,1.01,0.0001
```

A run was resumed, with its header once more, and goes on in the middle of a row:

```csv good
step,loss,grad_norm
100,2.11,1.2
200,1.93,1.1
300,1.84,1.1
step,loss,grad_norm
200,1.94,1.2
300,1.83,1.1
400,1.79,1.0
500,1.7
```

## References

- Karpathy, *A Recipe for Training Neural Networks*: https://karpathy.github.io/2019/04/25/recipe/
- PyTorch, *Anomaly detection*:
  https://pytorch.org/docs/stable/autograd.html#anomaly-detection
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

VITAL = (Kind.LOSS, Kind.GRADIENT_NORM, Kind.WEIGHT)
"""A NaN here is a NaN in what is trained."""

JUDGED = (Kind.SCORE, Kind.ERROR, Kind.RETURN, Kind.OTHER)
"""A NaN here may be a division by zero in the evaluation alone."""

SILENT_ROWS = 3
"""Rows without a value, at least, that make a series one that has stopped: one may be the last row
of a run that ended in the middle, two its summary."""

SCALED_ROWS = 10
"""The same under loss scaling, where the loss of a step that is skipped is not printed."""

LONGEST_HOLE = 3
"""Times its longest hole before that a series has to be silent to have stopped."""

MOST_PATTERNS = 10
"""Sets of rows, of the longest series, that a silent one is compared with; a table has one for each
kind of row, which are two or three."""

MOST_ENDS = 20
"""Places at which series fall silent that are looked into."""


@rule("TL101", "error", symptoms={"loss-nan": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report the first loss, gradient norm and weight to turn; other series if they came first."""
    wholes: dict[tuple[str, str], list[NonFinite]] = {}
    rest: list[NonFinite] = []
    scaling = run.measured(overflows)
    unmeasured = {_pattern(it) for it in run.of(Kind.SCORE) if np.isnan(it.values).any()}
    for curve in run.curves.values():
        turned = _turned(curve, scaling, unmeasured)
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
    yield from _stopped(run, scaling.scaled)


def _follows(turned: NonFinite, cause: NonFinite) -> bool:
    """Whether a series turned no earlier than another, as far as that can be told."""
    return turned.curve.axis != cause.curve.axis or turned.first >= cause.first


def _turned(curve: Curve, scaling: Overflows, unmeasured: set[Hashable]) -> NonFinite | None:
    """What the NaN of a series means; None where there is none, or where it means nothing."""
    kind = curve.role.kind
    if kind not in VITAL and kind not in JUDGED:
        return None
    nan = np.isnan(curve.values)
    if not nan.any():
        return None
    bad = np.flatnonzero(nan)
    if _is_placeholder(curve, bad, unmeasured):
        return None
    if kind is Kind.GRADIENT_NORM:
        return of_gradient_norm(curve, bad, scaling)
    if kind in VITAL:
        return NonFinite(curve, bad, Severity.ERROR)
    lasting = _lasts(curve, bad)
    if kind is Kind.RETURN and not lasting:
        return None  # no episode ended between two records
    severe = lasting and kind is not Kind.OTHER
    return NonFinite(curve, bad, Severity.WARNING if severe else Severity.INFO)


def _is_placeholder(curve: Curve, bad: NDArray[np.intp], unmeasured: set[Hashable]) -> bool:
    """Whether NaN stands for "not measured here" in this series.

    That is so before the first measurement; if finite values come at a regular distance with
    nothing but NaN between them; and where a score of the same data, which is a number whatever the
    weights are, is NaN in just the same rows.
    """
    good = curve.points
    if not len(good):
        return curve.role.held_out and _pattern(curve) in unmeasured
    if bad[-1] < good[0]:
        return True
    between = np.diff(good)
    usual = int(between.max(initial=1))
    regular = np.count_nonzero(between == usual) + (good[0] + 1 == usual)
    if usual >= 2 and regular >= 2 and (between[1:-1] == usual).all():
        # The first and the last measurement may be extra ones.
        return bool(len(curve) - good[-1] <= usual)
    return bool(bad[0] < good[-1]) and _pattern(curve) in unmeasured


def _pattern(curve: Curve) -> Hashable:
    """What series share that are measured together: split, steps, and where they are NaN."""
    return curve.role.split, hash(curve.steps.tobytes()), hash(np.isnan(curve.values).tobytes())


def _lasts(curve: Curve, bad: NDArray[np.intp]) -> bool:
    """Whether a series that had values is NaN to its end, and for longer than ever before."""
    good = curve.points
    if not len(good):
        return False
    tail = len(curve) - 1 - int(good[-1])
    longest = int(np.diff(good).max(initial=1)) - 1
    return tail >= SILENT_ROWS and tail > LONGEST_HOLE * longest


def _reported(turned: NonFinite, others: list[NonFinite], scaled: bool) -> Finding:
    curve, bad, good = turned.curve, turned.bad, turned.healthy
    first, count = int(bad[0]), len(bad)
    where = f"`{curve.tag}` is NaN from {curve.axis} {turned.first} on"
    if count == 1:
        where = f"`{curve.tag}` is NaN at {curve.axis} {turned.first}"
    elif count < len(curve) - first:
        where = f"`{curve.tag}` is NaN at {count} of {len(curve)} points"
    if good is not None:
        message = f"{where}; it was {digits(float(curve.values[good]))} at {curve.steps[good]}"
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
        help=_help(curve, turned.severity),
        evidence=turned.evidence("nan"),
        severity=turned.severity,
        notes=turned.notes(others, "NaN", scaled),
    )


def _help(curve: Curve, severity: Severity) -> str:
    if curve.role.kind not in VITAL:
        return "look for a division by zero in the metric: an empty class, batch or episode"
    if severity is not Severity.ERROR:
        return ""
    if curve.role.held_out:
        return "check the inputs and targets of the evaluation for NaN, and its loss for log(0)"
    return (
        "restart from a checkpoint of before that, with gradients clipped, a lower learning "
        "rate, and inputs and targets checked for NaN"
    )


def _stopped(run: Run, scaled: bool) -> Iterator[Finding]:
    """Losses and gradient norms whose cells turn blank while those of their row go on."""
    least = SCALED_ROWS if scaled else SILENT_ROWS
    curves = [it for it in run.of(Kind.LOSS, Kind.GRADIENT_NORM) if len(it) >= SILENT_ROWS]
    beside = _patterns(run) if curves else []
    done: set[tuple[str, str]] = set()
    judged: dict[tuple[int, bool], Severity | None] = {}
    for curve in curves:
        key = (curve.role.kind, curve.role.split)
        if key in done or curve.records is None:
            continue
        for other in beside:
            rows = _rows_since(curve, other)
            if rows < least:
                continue
            ended = int(curve.records[-1]), other.role.kind in (Kind.SCORE, Kind.ERROR)
            if ended not in judged:
                if len(judged) >= MOST_ENDS:
                    return
                judged[ended] = _severity(run, curve, ended[1])
            severity = judged[ended] if curve.finite[-1] else Severity.ERROR
            if severity is not None:
                done.add(key)
                yield _vanished(curve, other, rows, severity)
                break


def _patterns(run: Run) -> list[Curve]:
    """One series for each set of rows, those with the most rows first."""
    found: dict[tuple[int, int, int, bool], Curve] = {}
    for curve in run.curves.values():
        if curve.records is not None and len(curve):
            ends = int(curve.records[0]), int(curve.records[-1]), len(curve)
            found.setdefault((*ends, curve.role.kind in JUDGED), curve)
    return sorted(found.values(), key=len, reverse=True)[:MOST_PATTERNS]


def _rows_since(curve: Curve, other: Curve) -> int:
    """How many of the rows of `other` come after `curve` fell silent; 0 if it did not."""
    mine, rows = curve.records, other.records
    if mine is None or rows is None or len(rows) <= len(mine) or rows[-1] <= mine[-1]:
        return 0
    at = np.minimum(np.searchsorted(rows, mine), len(rows) - 1)
    if not np.array_equal(rows[at], mine):
        return 0
    steps = np.diff(at)
    hole = max(int(at[0]), int(steps.max(initial=1)) - 1)
    since = len(rows) - 1 - int(at[-1])
    usual = int(np.median(steps)) == 1
    return since if usual and since > LONGEST_HOLE * hole else 0


def _severity(run: Run, curve: Curve, measured: bool) -> Severity | None:
    """How certain it is that a NaN was written as a blank; None if it may mean something else.

    `measured`: whether a score of its row goes on.
    """
    assert curve.records is not None
    end = int(curve.records[-1])
    alone = True
    for it in run.curves.values():
        if it.records is None or it.role.kind not in (*VITAL, *JUDGED):
            continue
        if it.role.kind is Kind.LOSS and int(it.records[0]) > end:
            return None  # another phase, with a loss of its own
        if it.role.kind is Kind.LOSS and not it.role.component and int(it.records[-1]) > end:
            alone = False
    if any(_turns_at(it, end) or _none_skipped(it, end) for it in run.curves.values()):
        return Severity.ERROR
    return Severity.WARNING if alone and measured and run.format == "csv" else None


def _turns_at(curve: Curve, record: int) -> bool:
    """Whether a series that tells of the weights is not finite at a record or after it."""
    if curve.records is None or curve.role.kind not in (*VITAL, *JUDGED):
        return False
    return not curve.finite[np.searchsorted(curve.records, record) :].all()


def _none_skipped(curve: Curve, record: int) -> bool:
    """Whether no iteration was skipped after a record, by the log's own count (Megatron-LM).

    Such logs leave out the loss of iterations that are skipped, and of those whose loss is NaN.
    """
    if curve.records is None or "skipped iterations" not in curve.tag:
        return False
    after = curve.values[np.searchsorted(curve.records, record) :]
    return len(after) > 1 and bool((after[1:] == 0).all())


def _vanished(curve: Curve, other: Curve, missing: int, severity: Severity) -> Finding:
    last = len(curve) - 1
    good = int(curve.points[-1]) if len(curve.points) else last
    stopped = int(other.steps[len(other) - missing])
    return event(
        curve,
        last,
        last,
        f"`{curve.tag}` is blank from {other.axis} {stopped} on, although its row goes on for "
        f"{missing} more: a NaN that was written as a blank",
        help="restart from a checkpoint of before that, with gradients clipped and a lower "
        "learning rate",
        evidence={
            "blank rows": missing,
            "last healthy step": int(curve.steps[good]),
            "last healthy value": float(curve.values[good]),
            "logged with": other.tag,
        },
        severity=severity,
    )
