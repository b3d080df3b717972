"""# The log shows a NaN as zero

## What it does

Reports a training loss that is exactly 0.0 to the end of the log, from a point at which its
gradient norm, or the evaluation loss of the same run, turns NaN and stays NaN.

## Why it is a risk

By default (`logging_nan_inf_filter=True`) the Hugging Face `Trainer` replaces a loss that is NaN or
infinite by the mean of the losses since the last line of the log. That mean starts at zero after
each line, so a line for a stretch of nothing but NaN says 0.0. Such a run looks as if it had
memorised its data: the curve falls, a sweep ranks it first, and a NaN detector that reads only
`loss` is silent. The weights are NaN. mmdetection users report the same picture: once `grad_norm`
is NaN, all losses are 0.

## Example

```json bad
{"global_step": 50, "log_history": [
  {"epoch": 0.1, "grad_norm": 2.31, "learning_rate": 5e-05, "loss": 2.914, "step": 10},
  {"epoch": 0.2, "grad_norm": 6.04, "learning_rate": 4e-05, "loss": 2.877, "step": 20},
  {"epoch": 0.3, "grad_norm": NaN, "learning_rate": 3e-05, "loss": 1.402, "step": 30},
  {"epoch": 0.4, "grad_norm": NaN, "learning_rate": 2e-05, "loss": 0.0, "step": 40},
  {"epoch": 0.5, "grad_norm": NaN, "learning_rate": 1e-05, "loss": 0.0, "step": 50}
]}
# error: TL104: loss 40-50
```

Older versions do not log a gradient norm, but the evaluation shows it:

```json bad
{"global_step": 60, "log_history": [
  {"epoch": 1.0, "learning_rate": 5e-05, "loss": 2.914, "step": 20},
  {"epoch": 1.0, "eval_loss": 2.702, "eval_accuracy": 0.41, "step": 20},
  {"epoch": 2.0, "learning_rate": 4e-05, "loss": 0.0, "step": 40},
  {"epoch": 2.0, "eval_loss": NaN, "eval_accuracy": 0.11, "step": 40},
  {"epoch": 3.0, "learning_rate": 3e-05, "loss": 0.0, "step": 60},
  {"epoch": 3.0, "eval_loss": NaN, "eval_accuracy": 0.11, "step": 60}
]}
# error: TL104: loss 40-60
```

```json good
{"global_step": 30, "log_history": [
  {"epoch": 0.1, "grad_norm": 2.31, "learning_rate": 5e-05, "loss": 2.914, "step": 10},
  {"epoch": 0.2, "grad_norm": 2.04, "learning_rate": 4e-05, "loss": 2.577, "step": 20},
  {"epoch": 0.3, "grad_norm": 1.98, "learning_rate": 3e-05, "loss": 2.402, "step": 30}
]}
```

```csv good
step,loss,grad_norm
0,2.31,5.1
1,2.25,nan
2,2.18,4.9
3,2.11,4.8
```

## How to fix

Pass `logging_nan_inf_filter=False` to `TrainingArguments`, so that the log says what happens. Then
find the NaN: set `max_grad_norm`, lower the learning rate or lengthen the warm-up, prefer `bf16` to
`fp16`, and look for examples in which every label is masked (-100), whose mean loss is 0/0. After a
loss of 0.0 beside a NaN no checkpoint is worth keeping.

## When it is fine

A loss may be zero. That of GRPO is 0.0 by construction while there is one update for each batch and
the KL term is off or has not grown; a hinge or triplet loss reaches zero where every margin is
kept. Here it was zero long before anything was NaN, so neither explains the other (TL101 reports
the NaN):

```csv good
step,loss,reward,grad_norm
10,0.0,0.22,0.41
20,0.0,0.31,0.38
30,0.0,0.35,0.44
40,0.0,0.35,nan
```

## References

- Hugging Face, *TrainingArguments* (`logging_nan_inf_filter`):
  https://huggingface.co/docs/transformers/main_classes/trainer#transformers.TrainingArguments
- huggingface/trl issue 6702, a NaN step that is invisible in `log_history`:
  https://github.com/huggingface/trl/issues/6702
- AnswerDotAI/ModernBERT issue 233, `loss: 0.0` beside `grad_norm: nan`:
  https://github.com/AnswerDotAI/ModernBERT/issues/233
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlint.sdk.logs import Curve, Finding, Kind, Run, event, rule

MOST_WITNESSES = 20
"""Series that a loss of 0 is compared with."""


@rule("TL104", "error", symptoms={"loss-nan": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report the first training loss that is 0 from where what belongs to it stays NaN."""
    witnesses = [
        curve
        for curve in run.of(Kind.GRADIENT_NORM, Kind.LOSS)
        if len(curve) and np.isnan(curve.values[-1])
    ][:MOST_WITNESSES]
    for curve in run.of(Kind.LOSS):
        if curve.role.held_out or not len(curve) or curve.values[-1] != 0.0:
            continue
        for witness in witnesses:
            found = _masked(curve, witness)
            if found is not None:
                yield found
                return


def _masked(curve: Curve, witness: Curve) -> Finding | None:
    """The finding, if the loss turned 0 no earlier than the witness was last a number."""
    if witness.axis != curve.axis:
        return None
    first = _tail(curve.values != 0.0)
    nan = _tail(~np.isnan(witness.values))
    sound = int(witness.steps[nan - 1]) if nan else None
    last = len(curve) - 1
    since = int(curve.steps[first])
    if (sound is not None and since <= sound) or int(curve.steps[last]) < int(witness.steps[nan]):
        return None
    start = int(witness.steps[nan])
    return event(
        curve,
        first,
        last,
        f"`{curve.tag}` is exactly 0 from {curve.axis} {since} on while `{witness.tag}` is NaN: "
        "the loss is NaN, and the log hides it",
        help="pass `logging_nan_inf_filter=False`, restart from an earlier checkpoint, and "
        "look for the cause of the NaN",
        evidence={"zeros": last - first + 1, "first NaN step": start, "NaN in": witness.tag},
    )


def _tail(others: np.ndarray) -> int:
    """The index from which none is True any more."""
    found = np.flatnonzero(others)
    return int(found[-1]) + 1 if len(found) else 0
