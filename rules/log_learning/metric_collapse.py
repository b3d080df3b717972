"""# A score that collapses

## What it does

Reports a score that has lost at least half of what it had gained and does not come back, if a loss
of the same split has risen as well. Two series that agree make it certain.

## Why it is a risk

What was learnt is gone: a network that has been thrown to where it guesses, or a policy that has
forgotten, keeps on training from there and writes worse checkpoints over better ones.

## Example

```series bad
steps 100
axis epoch
loss: 1.8 ~> 0.3 for 60 then 2.3, noise 3%
accuracy: 0.3 ~> 0.9 for 60 then 0.1, noise 2%
# error: TL403: accuracy 60-99
```

Held-out metrics:

```series bad
steps 80 every 500
train/loss: 2 ~> 0.5 for 50 then 2.1, noise 5%
val/loss: 2 ~> 0.7 for 50 then 2.2, noise 4%
val/f1: 0.2 ~> 0.81 for 50 then 0.15, noise 3%
# error: TL403: val/f1 25000-39500
```

A decline of many evaluations:

```series bad
steps 120
axis epoch
val_loss: 1.4 ~> 0.6 for 50 then 0.6 -> 3.5, noise 4%
val_accuracy: 0.4 ~> 0.85 for 50 then 0.85 -> 0.35, noise 2%
# error: TL403: val_accuracy 60-119
```

```csv bad
epoch,loss,accuracy
0,1.8021,0.3512
1,1.3302,0.5220
2,1.1011,0.6140
3,0.9510,0.6712
4,0.8402,0.7101
5,0.7611,0.7390
6,0.7004,0.7604
7,0.6520,0.7780
8,0.6130,0.7911
9,0.5810,0.8020
10,0.5521,0.8114
11,0.5290,0.8201
12,2.4102,0.1311
13,2.3050,0.1003
14,2.3041,0.0998
15,2.3038,0.1001
16,2.3035,0.0995
17,2.3033,0.1002
18,2.3031,0.1000
19,2.3030,0.0997
# error: TL403: accuracy 12-19
```

## How to fix

Restart from the best checkpoint with a lower learning rate and clipped gradients, and keep the best
checkpoint besides the last ones. Early stopping on the score ends such a run by itself.

## When it is fine

A dip that comes back:

```series good
steps 100
axis epoch
loss: 1.8 ~> 0.3, noise 3%
loss: x5 at 60 for 2
accuracy: 0.3 ~> 0.9, noise 1%
accuracy: x0.3 at 60 for 2
```

Overfitting, which costs some of the score:

```series good
steps 100
axis epoch
loss: 1.5 ~> 0.05, noise 4%
val_loss: 1.5 ~> 0.8 for 30 then 0.8 -> 1.9, noise 3%
val_accuracy: 0.4 ~> 0.84 for 30 then 0.84 -> 0.79, noise 1%
```

A score that falls while the loss falls too is another trade, not a collapse: precision for recall,
an average of few examples, a success rate that depends on the task of the day.

```series good
steps 100
axis epoch
loss: 1.5 ~> 0.3, noise 3%
precision: 0.9 -> 0.4, noise 3%
recall: 0.2 -> 0.9, noise 3%
```

```series good
steps 400
loss: 1.5 ~> 0.6, noise 10%
success_rate: 0.5, noise +-0.2
success_rate: at least 0
success_rate: at most 1
```

The score of an untrained network, and noisy ones on small sets:

```series good
steps 100
axis epoch
loss: 2.303, noise 0.5%
accuracy: 0.1, noise 8%
```

```series good
steps 60
axis epoch
val_loss: 0.7 ~> 0.5, noise 12%
val_accuracy: 0.6 ~> 0.75, noise 8%
```

In a game the score of one is the loss of the other:

```series good
steps 2000
D_loss: 1.4 -> 0.6 for 1000 then 0.6 -> 1.4, noise 15%
G_loss: 0.7 -> 2.5, noise 15%
D_accuracy: 0.5 -> 0.95 for 1000 then 0.95 -> 0.5, noise 4%
```

## References

- Prechelt, Early Stopping - But When?, https://doi.org/10.1007/3-540-49430-8_3
- Chowdhery et al., PaLM, section 5.1, https://arxiv.org/abs/2204.02311
- Lyle et al., Understanding plasticity in neural networks, https://arxiv.org/abs/2303.01486
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.logs import Curve, Finding, Kind, Levels, Run, digits, event, levels, noise, rule

KEPT = 0.5
"""Share of its gain that a score may lose."""

FALL = 0.25
"""Share of its best level that it must have lost: less is what overfitting costs."""

SIGMAS = 6.0
LEAST = 12


STAYS = 0.2
"""Share of the run, at its end, for which an agent's return has to be down."""

EPISODES = 3.0
"""Gain of a return, at least, in units of what one episode differs from the next by."""

SLACK = 0.1
"""Share of its gain above its first level that a return may keep."""


@rule("TL403", "error", symptoms={"loss-spike": 0.5, "loss-diverges": 0.8})
def check(run: Run) -> Iterator[Finding]:
    """Report scores that end far below their best while a loss has risen, and returns that do."""
    for curve in run.of(Kind.SCORE):
        if len(curve.level) >= LEAST:
            found = levels(-curve.level)
            gain, loss = found.start - found.lowest, found.final - found.lowest
            least = max(KEPT * gain, FALL * abs(found.lowest), SIGMAS * found.deviation)
            risen = _risen(run, curve) if gain > 0 and loss >= least else None
            if risen is not None:
                yield _reported(curve, found, f" while `{risen.tag}` rises")
    for curve in run.of(Kind.RETURN):
        if len(curve.level) >= LEAST:
            found = levels(-curve.level)
            gain, loss = found.start - found.lowest, found.final - found.lowest
            least = max((1.0 - SLACK) * gain, SIGMAS * found.deviation)
            learnt = gain > max(
                SIGMAS * found.deviation, EPISODES * noise(curve.level[: len(curve.level) // 3])
            )
            if learnt and loss >= least and _is_down(found, gain):
                yield _reported(curve, found, "")


def _is_down(found: Levels, gain: float) -> bool:
    """Whether the last stretches all keep next to nothing of the gain."""
    last = found.medians[-max(int(STAYS * len(found.medians)), 2) :]
    return bool(last.min() >= found.lowest + KEPT * gain)


def _reported(curve: Curve, found: Levels, beside: str) -> Finding:
    loss = found.final - found.lowest
    onset = min(found.rises_from(0.5 * loss), len(curve.level) - 1)
    return event(
        curve,
        int(curve.points[onset]),
        int(curve.points[-1]),
        f"`{curve.tag}` falls from {digits(-found.lowest)} to {digits(-found.final)} and stays "
        f"there{beside}",
        help="restart from the best checkpoint with a lower learning rate and clipped gradients",
        evidence={"best": -found.lowest, "final": -found.final},
    )


def _risen(run: Run, score: Curve) -> Curve | None:
    for curve in run.of(Kind.LOSS):
        same = curve.role.split == score.role.split
        if not same or curve.role.adversarial or len(curve.level) < LEAST:
            continue
        found = curve.measured(levels)
        if found.final - found.lowest >= max(
            KEPT * (found.start - found.lowest), SIGMAS * found.deviation
        ):
            return curve
    return None
