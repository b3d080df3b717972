"""# Steps are missing or repeated

## What it does

Reports records that are missing from the training loss, and steps that occur twice in it, against
the log's own cadence: at least 95% of the steps have to be the same distance apart, and a hole is
one that leaves out three records or more. Logs of fewer than 50 points are too short to have a
cadence.

## Why it is a risk

What is missing was not checked. Weights & Biases drops what is logged under a step below the
current one; Lightning deletes `metrics.csv` when a run resumes into its folder; a full disk loses
what is written to it. A hole is also where a run was down and where a spike may have been. Steps
that occur twice, with two values, come from two processes writing one log, or from a loop that logs
a batch twice.

## Example

A run that was resumed at step 3000 while its logger went on counting at 5000:

```series bad
steps 1000 every 10
loss: 2.3 ~> 0.5, noise 5%
loss: blank from 3000 to 5000
# info: TL604: loss 2990-5010
```

Several holes make one finding, at the largest:

```series bad
steps 2000
loss: 2.3 ~> 0.5, noise 5%
loss: blank from 300 to 320
loss: blank from 700 to 900
loss: blank from 1500 to 1510
# info: TL604: loss 699-901
```

```series good
steps 1000 every 10
loss: 2.3 ~> 0.5, noise 5%
```

```csv good
step,loss
0,2.31
10,2.25
20,2.18
50,2.02
60,1.99
```

## How to fix

Let the logger continue where the checkpoint was taken (`wandb.init(resume="must", id=...)` with the
checkpoint's step), and let only rank 0 write. Look at the machine's log for the time of a hole.

## When it is fine

A single step that was not logged, a first step before the cadence begins, and a validation loss
with a cadence to itself:

```series good
steps 600 every 10
loss: 2.3 ~> 0.5, noise 5%
loss: blank at 1000 for 2
val_loss: 2.3 ~> 0.6, noise 3%
val_loss: only every 500
val_loss: blank from 3000 to 4500
```

A run that logs more rarely as it goes on does not have one cadence.

## References

- wandb issue 9449, steps that are lower than the current one are dropped:
  https://github.com/wandb/wandb/issues/9449
- rf-detr issue 1321, `metrics.csv` is overwritten when a run is resumed:
  https://github.com/roboflow/rf-detr/issues/1321
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlint.sdk.logs import Curve, Finding, Kind, Run, event, rule

REGULAR = 0.95
"""Share of the steps that are one cadence apart in a series that has a cadence."""

LEAST = 50
"""Points of a series from which its steps have a cadence."""

HOLE = 3
"""Cadences that are missing at once, at least."""


@rule("TL604", "info")
def check(run: Run) -> Iterator[Finding]:
    """Report the largest hole of the training loss, and how many steps come twice."""
    losses = [it for it in run.of(Kind.LOSS) if not it.role.held_out]
    for curve in losses[:1]:
        if curve.axis != "row" and len(curve) >= LEAST:
            yield from _holes(curve)


def _holes(curve: Curve) -> Iterator[Finding]:
    gaps = np.diff(curve.steps)
    forward = gaps[gaps > 0]
    if not len(forward):
        return
    cadence = int(np.median(forward))
    regular = np.count_nonzero(forward == cadence) / len(forward)
    if regular < REGULAR:
        return
    # After a hole the cadence goes on; else the log has begun to write more rarely.
    usual = gaps == cadence
    holes = np.flatnonzero((gaps[1:-1] > HOLE * cadence) & usual[:-2] & usual[2:]) + 1
    if len(holes):
        at = int(holes[np.argmax(gaps[holes])])
        missing = int((gaps[holes] // cadence - 1).sum())
        where = "after" if len(holes) == 1 else "most of them after"
        yield event(
            curve,
            at,
            at + 1,
            f"{missing} records are missing from `{curve.tag}`, {where} {curve.axis} "
            f"{curve.steps[at]}",
            help="a logger that rejects steps older than its last one leaves such gaps after a resume",
            evidence={"missing": missing, "holes": len(holes), "cadence": cadence},
        )
    # The last step may have been logged once more when the run ended.
    repeated = np.flatnonzero(gaps[:-1] == 0)
    if 0 < len(repeated) <= (1.0 - REGULAR) * len(gaps):
        at = int(repeated[0])
        first, count = f"{curve.axis} {curve.steps[at]}", len(repeated)
        one = f"{first} occurs twice in `{curve.tag}`"
        several = f"{count} {curve.axis}s occur twice in `{curve.tag}`, the first is {first}"
        yield event(
            curve,
            at,
            at + 1,
            one if count == 1 else several,
            evidence={"repeated": count},
        )
