"""# The checkpoint to restart from

## What it does

With `--checkpoints DIR`: finds the earliest error of the run and names the newest checkpoint from
before it, or says that there is none. Steps and epochs are taken from the names of files and
folders in `DIR` and up to three levels below; no checkpoint is opened. Names that give an epoch are
compared by the epoch that the log gives for the error.

## Why it is a risk

The last checkpoint of a run that ended in NaN holds NaN, and a run that resumes from it is NaN from
its first step. Between the update that did the harm and the first NaN in the log there may be
several steps (3 to 9 logged points in most runs that exploded, 30 in a slow one), so the checkpoint
right before the NaN may already be bad; the one before it is also named. The authors of PaLM went
back about 100 steps before each spike and skipped 200 to 500 batches.

## Example

```csv bad checkpoints=checkpoint-200/,checkpoint-400/,checkpoint-600/
step,loss,grad_norm
100,2.31,1.1
200,2.11,1.0
300,1.98,1.2
400,1.90,1.1
500,nan,nan
600,nan,nan
# info: TL603: 500
```

Lightning's names, with a log that counts epochs:

```csv bad checkpoints=epoch=0-step=100.ckpt,epoch=1-step=200.ckpt,epoch=2-step=300.ckpt,last.ckpt
epoch,loss,val_loss
0,2.31,2.35
1,2.11,2.20
2,nan,nan
3,nan,nan
# info: TL603: 2
```

No checkpoint is older than the error:

```jsonl bad checkpoints=model_0000499.pth,model_0000999.pth
{"iteration": 100, "loss": 2.31}
{"iteration": 200, "loss": 2.25}
{"iteration": 300, "loss": NaN}
{"iteration": 400, "loss": NaN}
# info: TL603: 300
```

```csv good checkpoints=checkpoint-100/,checkpoint-200/
step,loss
100,2.31
200,2.11
300,1.98
```

```text good checkpoints=ckpt_100.pt
iter 100: loss 2.31, time 12.0ms
iter 200: loss 2.11, time 12.0ms
iter 300: loss 1.98, time 12.0ms
```

## How to fix

Restart from the checkpoint that is named, after removing the cause: a lower learning rate, clipped
gradients, other batches. If the gradient norm had left its usual range before, go back to before
that. Keep more than one checkpoint (`save_total_limit` of the Hugging Face `Trainer`, `save_top_k`
and `every_n_train_steps` of Lightning's `ModelCheckpoint`), and do not write one while the loss is
not finite.

## When it is fine

It is advice: silent for a run without an error, and without `--checkpoints`. A log without steps or
epochs cannot be compared with the names of checkpoints.

## References

- Chowdhery et al. 2022, *PaLM* (section 5.1, training instability):
  https://arxiv.org/abs/2204.02311
- Zhang et al. 2022, *OPT* (section 2.5, restarts after divergence):
  https://arxiv.org/abs/2205.01068
- Lightning, *ModelCheckpoint*:
  https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.callbacks.ModelCheckpoint.html
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.logs import Finding, Note, RestartAdvice, Window, on_line, rule


@rule("TL603", "info")
def check(advice: RestartAdvice) -> Iterator[Finding]:
    """Name the checkpoint, or say that there is none from before the onset."""
    newest = advice.newest
    evidence: dict[str, float | int | str] = {"onset": advice.onset}
    place = f"{advice.axis} {advice.onset}"
    if advice.unit != advice.axis:
        place = f"{place}, in {advice.unit} {advice.limit}"
    notes: tuple[str, ...] = ()
    if newest is not None and advice.number is not None:
        distance = advice.limit - advice.number
        units = advice.unit if distance == 1 else f"{advice.unit}s"
        message = f"restart from `{newest}`, {distance} {units} before the first error ({place})"
        evidence |= {"checkpoint": newest, f"checkpoint {advice.unit}": advice.number}
        if advice.former is not None:
            notes = (f"if the gradients grew before that, take `{advice.former}`",)
    elif advice.count:
        message = f"no checkpoint predates the first error ({place}): start from scratch"
    else:
        message = (
            f"no file name in `{advice.directory}` tells the {advice.unit} of a checkpoint: none "
            f"can be suggested for the first error ({place})"
        )
    yield Finding(
        span=on_line(None),
        message=message,
        notes=tuple(map(Note, notes)),
        window=Window(start=advice.onset, end=advice.onset, axis=advice.axis, evidence=evidence),
    )
