"""# Steps that go backwards

## What it does

Reports where a log falls back to earlier steps, and how the rules read it from there on. If steps
fall back to where the log began, a second run was appended: it is checked as a run of its own. If
they fall back part of the way, the run was resumed from a checkpoint: what it logged again
supersedes what it had logged before, and the number of points that are left out is given.

## Why it is a risk

Nothing is wrong with the training. But a log that is read as one curve shows a loss that jumps up
where the second run begins, and twice the points where the runs overlap: spikes and divergence that
never happened. A job that is restarted again and again from the same step learns nothing, which the
last lines of its log do not show. One real log holds five starts, two of which had ended in NaN.

## Example

`keras.callbacks.CSVLogger(append=True)` writes no second header:

```csv bad
epoch;accuracy;loss
0;0.41;1.71
1;0.55;1.30
2;0.61;1.14
3;0.66;1.01
0;0.43;1.69
1;0.56;1.29
2;0.62;1.11
3;0.67;0.98
# info: TL601: 0-3
```

A run that was resumed from step 300, with its header once more; five points are superseded:

```csv bad
step,loss
100,2.31
200,2.11
300,1.98
400,1.90
500,1.84
600,1.79
700,1.75
step,loss
300,1.98
400,1.91
500,1.83
600,1.78
700,1.74
800,1.71
# info: TL601: 300-700
```

```text bad
epoch 1 iter 10 loss 5.31
epoch 1 iter 20 loss 4.90
epoch 1 iter 30 loss 4.66
epoch 1 iter 40 loss 4.51
CUDA error: device lost, restarting
epoch 1 iter 10 loss 5.29
epoch 1 iter 20 loss 4.93
epoch 1 iter 30 loss 4.68
epoch 1 iter 40 loss 4.49
# info: TL601: 10-40
```

```jsonl bad
{"iteration": 0, "loss": 2.31}
{"iteration": 50, "loss": 2.02}
{"iteration": 100, "loss": 1.90}
{"iteration": 150, "loss": 1.79}
{"iteration": 200, "loss": 1.71}
{"iteration": 250, "loss": 1.66}
{"iteration": 299, "loss": 1.62}
{"iteration": 19, "loss": 2.20}
{"iteration": 69, "loss": 1.98}
{"iteration": 119, "loss": 1.88}
{"iteration": 169, "loss": 1.76}
{"iteration": 219, "loss": 1.69}
# info: TL601: 19-299
```

```csv good
step,loss
100,2.31
200,2.11
300,1.98
400,1.90
```

```jsonl good
{"step": 100, "loss": 2.31}
{"step": 100, "eval_loss": 2.40}
{"step": 200, "loss": 2.11}
{"step": 200, "eval_loss": 2.22}
```

## How to fix

Give each run a directory of its own, with the time or a number in its name, and open logs for
appending only when the run resumes from a checkpoint. A run that restarts from the same step again
and again needs a look at why it ends.

## When it is fine

A resumed run is as good as any other, and this remark only says how it is read. Steps that are
merely late are put in their place without a remark, such as an evaluation that is logged when it is
done, under the step of the checkpoint that it evaluated:

```csv good
step,loss,eval_loss
100,2.31,
200,2.11,
100,,2.40
300,1.98,
200,,2.22
400,1.90,
300,,2.09
500,1.84,
```

Counters that begin anew in every epoch, while the epochs go on:

```text good
Epoch [1] [ 0/30] loss: 2.31
Epoch [1] [10/30] loss: 2.11
Epoch [1] [20/30] loss: 1.98
Epoch [2] [ 0/30] loss: 1.90
Epoch [2] [10/30] loss: 1.84
Epoch [2] [20/30] loss: 1.80
Epoch [3] [ 0/30] loss: 1.77
Epoch [3] [10/30] loss: 1.74
Epoch [3] [20/30] loss: 1.72
```

The final evaluation of the best checkpoint, at that checkpoint's step:

```jsonl good
{"epoch": 1, "loss": 2.31, "val_loss": 2.40}
{"epoch": 2, "loss": 2.11, "val_loss": 2.20}
{"epoch": 3, "loss": 1.98, "val_loss": 2.26}
{"epoch": 4, "loss": 1.90, "val_loss": 2.31}
{"epoch": 2, "test_loss": 2.24}
```

## References

- Keras, *CSVLogger* (`append`): https://keras.io/api/callbacks/csv_logger/
- Weights & Biases, *Resume runs*: https://docs.wandb.ai/guides/runs/resuming/
- wandb issue 9449, steps that are lower than the current one are dropped:
  https://github.com/wandb/wandb/issues/9449
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Finding, Run, Severity, Span, Window, rule


@rule("TL601", "info")
def check(run: Run) -> Iterator[Finding]:
    """Report each place where steps go backwards."""
    for restart in run.restarts:
        line = restart.line or 1
        fall = f"{run.axis}s fall from {restart.before} to {restart.after}"
        help = ""
        if restart.appended:
            message = f"a second run begins here: {fall}"
            help = "give each run a file or directory of its own"
        elif restart.dropped:
            points = (
                "1 point that was"
                if restart.dropped == 1
                else f"{restart.dropped} points that were"
            )
            left_out = "is" if restart.dropped == 1 else "are"
            message = f"the run resumed: {fall}; {points} logged again {left_out} left out"
        else:
            message = f"the run resumed: {fall}"
        yield Finding(
            span=Span(line, 1, line, 1),
            message=message,
            help=help,
            severity=Severity.INFO,
            window=Window(
                start=restart.after,
                end=max(restart.before, restart.after),
                axis=run.axis,
                evidence={
                    "before": restart.before,
                    "after": restart.after,
                    "dropped": restart.dropped,
                },
            ),
        )
