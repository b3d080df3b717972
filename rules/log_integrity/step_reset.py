"""# Steps go backwards

## What it does

Reports where a log goes back to earlier steps, and how the rules read it from there on. If steps go
back to where the log began, a second run was appended: it is checked separately. If they go back
part of the way, the run was resumed from a checkpoint: what it logged again supersedes what it had
logged before, and the finding gives the number of points that are left out.

## Why it is a risk

Nothing is wrong with the training. But a log that is read as one curve shows a loss that jumps up
where the second run begins, and twice the points where the runs overlap: spikes and divergence that
never happened. A job that is restarted again and again from the same step learns nothing, which the
last lines of its log do not show. One real log holds five starts, two of which had ended in NaN.

## Example

`keras.callbacks.CSVLogger(append=True)` does not repeat the header:

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

A run that was resumed from step 300, with its header repeated; five points are superseded:

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

Give each run its own directory, with the time or a number in its name, and open logs for appending
only when the run resumes from a checkpoint. If a run keeps restarting from the same step, find out
why it ends.

## When it is fine

A resumed run is as good as any other, and this remark only says how it is read. Steps that are
merely late are sorted in without a remark, such as an evaluation that is logged when it is done,
under the step of the checkpoint that it evaluated:

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

So are counters that start again in every epoch, while the epochs go on.

## References

- Keras, *CSVLogger* (`append`): https://keras.io/api/callbacks/csv_logger/
- Weights & Biases, *Resume runs*: https://docs.wandb.ai/guides/runs/resuming/
- wandb issue 9449, steps that are lower than the current one are dropped:
  https://github.com/wandb/wandb/issues/9449
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.logs import Finding, Restart, Window, on_line, rule


@rule("TL601", "info")
def check(restart: Restart) -> Iterator[Finding]:
    """Report a place where steps go backwards, and how it is read."""
    fall = f"{restart.axis}s fall from {restart.before} to {restart.after}"
    help = ""
    if restart.appended:
        message = f"another run begins here: {fall}"
        help = "give each run its own file or directory"
    elif restart.dropped:
        one = restart.dropped == 1
        points = "1 point that was" if one else f"{restart.dropped} points that were"
        message = (
            f"the run resumed: {fall}; {points} logged again {'is' if one else 'are'} left out"
        )
    else:
        message = f"the run resumed: {fall}"
    yield Finding(
        span=on_line(restart.line),
        message=message,
        help=help,
        window=Window(
            start=restart.after,
            end=max(restart.before, restart.after),
            axis=restart.axis,
            evidence={
                "before": restart.before,
                "after": restart.after,
                "dropped": restart.dropped,
            },
        ),
    )
