"""# A score collapses

## What it does

Reports a score that has lost at least half of what it had gained and does not come back, if a loss
of the same split has risen as well. Two series that agree make it certain. A return that has lost
nearly all that it had gained needs no second series, nor does a score that ends a seventh of its
best below that and below where it began, unless another of its split has risen.

So are a score, an error and a return reported that go where they should not by a third of their
range, for a while or for good, if what they and others do at these steps is beyond the noise of
all: a loss, a gradient norm, the entropy of a policy. One in a thousand runs of noise does that. In
a table of 8 to 40 rows a fall counts that is five times as deep as any other.

## Why it is a risk

What was learned is gone: a network that is back to guessing, or a policy that has forgotten, keeps
training from there and overwrites better checkpoints with worse ones.

## Example

```series bad
steps 100
axis epoch
loss: 1.8 ~> 0.3 for 60 then 2.3, noise 3%
accuracy: 0.3 ~> 0.9 for 60 then 0.1, noise 2%
# error: TL403: accuracy 60-99
```

For a while, with the spike of the loss (TL201) as one incident:

```series bad
steps 100
axis epoch
loss: 1.8 ~> 0.3, noise 3%
loss: x5 at 60 for 2
accuracy: 0.3 ~> 0.9, noise 1%
accuracy: x0.3 at 60 for 2
# warning: TL403: accuracy 60-61
```

Held-out metrics:

```series bad
steps 80 every 500
train/loss: 2 ~> 0.5 for 50 then 2.1, noise 5%
val/loss: 2 ~> 0.7 for 50 then 2.2, noise 4%
val/f1: 0.2 ~> 0.81 for 50 then 0.15, noise 3%
# error: TL403: val/f1 25000-39500
```

## How to fix

Restart from the best checkpoint with a lower learning rate and clipped gradients, and keep the best
checkpoint besides the last ones. Early stopping on the score ends such a run automatically.

## When it is fine

A dip that comes back, and that nothing else bears out:

```series good
steps 100
axis epoch
loss: 1.8 ~> 0.3, noise 3%
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

A score that falls while the loss falls too is a trade-off, not a collapse: precision for recall, an
average of few examples, a success rate that depends on the current task.

```series good
steps 100
axis epoch
loss: 1.5 ~> 0.3, noise 3%
precision: 0.9 -> 0.4, noise 3%
recall: 0.2 -> 0.9, noise 3%
```

## References

- Prechelt, Early Stopping - But When?, https://doi.org/10.1007/3-540-49430-8_3
- Chowdhery et al., PaLM, section 5.1, https://arxiv.org/abs/2204.02311
- Lyle et al., Understanding plasticity in neural networks, https://arxiv.org/abs/2303.01486
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlint.sdk.logs import (
    Agreement,
    Curve,
    Finding,
    Kind,
    Levels,
    Run,
    Severity,
    agreements,
    digits,
    event,
    left,
    levels,
    rise,
    rule,
    wander,
)

HELP = "restart from the best checkpoint with a lower learning rate and clipped gradients"

HELP_RECOVERED = "clip the gradients or lower the learning rate, and keep the best checkpoint"

KEPT = 0.5
"""Share of its gain that a score may lose."""

FALL = 0.25
"""Share of its best level that it must have lost: less is what overfitting costs."""

SIGMAS = 6.0
"""Deviations of a level that a fall must exceed, as a jump of a loss must (TL201)."""

FEW = 3
"""Points whose median is the end of a run."""

FEWEST = 8
"""The same for a score that ends below its start: its first value and its last quarter tell that."""

BELOW = 0.15
"""Share of its best that it has lost by then, at least."""

TRADED = frozenset("precision recall sensitivity specificity".split())
"""Scores of which one may fall as the other rises, be it logged or not."""

LEAST = 12
"""Evaluations, at least: they make four levels, to tell a start, a best and an end."""


STAYS = 0.2
"""Share of the run, at its end, for which an agent's return has to be down."""

EPISODES = 3.0
"""Gain of a return, at least, in units of what one episode differs from the next by."""

SLACK = 0.1
"""Share of its gain above its first level that a return may keep."""


LOST = 0.3
"""Share of its range by which a score, a return or an error departs, at least, where others of the
run depart with it."""


@rule("TL403", "error", symptoms={"loss-spike": 0.5, "loss-diverges": 0.8})
def check(run: Run) -> Iterator[Finding]:
    """Report scores and returns that collapse."""
    told = set()
    for agreement in agreements(run):
        if _is_material(agreement):
            told.add(agreement.curve.tag)
            yield _departed(agreement)
    for curve, finding in _collapsed(run):
        if curve.tag not in told:
            yield finding


def _is_material(agreement: Agreement) -> bool:
    jump, values = agreement.departure, agreement.curve.level
    if agreement.curve.role.kind is Kind.LOSS:
        return False
    return abs(jump.level - jump.base) >= LOST * float(np.ptp(values))


def _departed(agreement: Agreement) -> Finding:
    curve, jump = agreement.curve, agreement.departure
    up = curve.role.kind is Kind.ERROR
    base = float(curve.level[max(jump.start - 1, 0)])
    top, final = float(curve.level[jump.peak]), float(np.median(curve.level[-FEW:]))
    start = float(np.median(curve.level[:FEW]))
    lost, gained = abs(final - base), abs(base - start)
    beside = " and ".join(f"`{it.tag}`" for it in agreement.witnesses[:2])
    if jump.recovered:
        told = (
            f"{'rises' if up else 'falls'} from {digits(base)} to {digits(top)} at {curve.axis} "
            f"{curve.step(jump.peak)} and is back after "
            + ("one point" if jump.points == 1 else f"{jump.points} points")
        )
    else:
        told = (
            f"leaves {digits(base)} at {curve.axis} {curve.step(jump.start)} and ends at "
            f"{digits(final)}"
        )
    return event(
        curve,
        int(curve.points[jump.start]),
        int(curve.points[jump.end]),
        f"`{curve.tag}` {told}"
        + (f"; {beside} move{'' if ' and ' in beside else 's'} with it" if beside else ""),
        help=HELP_RECOVERED if jump.recovered else HELP,
        evidence={"before": base, "worst": top, "final": final},
        severity=None if not jump.recovered and lost >= KEPT * gained else Severity.WARNING,
    )


def _collapsed(run: Run) -> Iterator[tuple[Curve, Finding]]:
    """Scores that end far below their best while a loss has risen, and returns that do."""
    for curve in run.of(Kind.SCORE):
        if len(curve.level) >= LEAST:
            found = levels(-curve.level)
            gain, loss = found.start - found.lowest, found.final - found.lowest
            least = max(KEPT * gain, FALL * abs(found.lowest), SIGMAS * found.deviation)
            risen = _risen(run, curve) if gain > 0 and loss >= least else None
            if risen is not None:
                yield curve, _reported(curve, found.final, f" while `{risen.tag}` rises")
                continue
        if _ends_below_its_start(run, curve):
            yield curve, _reported(curve, curve.measured(rise).final, "")
    for curve in run.of(Kind.RETURN):
        if len(curve.level) >= LEAST:
            found = levels(-curve.level)
            gain, loss = found.start - found.lowest, found.final - found.lowest
            least = max((1.0 - SLACK) * gain, SIGMAS * found.deviation)
            learnt = gain > max(
                SIGMAS * found.deviation, EPISODES * wander(curve.level[: len(curve.level) // 3])
            )
            if learnt and loss >= least and _is_down(found, gain):
                yield curve, _reported(curve, found.final, "")


def _ends_below_its_start(run: Run, score: Curve) -> bool:
    """Whether a score ends clearly below where it began, and none of its split above."""
    if len(score.level) < FEWEST or score.axis == "row" or score.role.metric in TRADED:
        return False
    found = score.measured(rise)
    lost = found.final - found.lowest
    least = max(found.start - found.lowest, BELOW * abs(found.lowest), SIGMAS * found.deviation)
    return (
        lost > 0.0
        and lost >= least
        and not any(
            it.measured(rise).gained > 0.0
            for it in run.of(Kind.SCORE)
            if it.role.split == score.role.split and len(it.level) >= FEWEST
        )
    )


def _is_down(found: Levels, gain: float) -> bool:
    """Whether the last stretches all keep next to nothing of the gain."""
    last = found.medians[-max(int(STAYS * len(found.medians)), 2) :]
    return bool(last.min() >= found.lowest + KEPT * gain)


def _reported(curve: Curve, final: float, beside: str) -> Finding:
    """A fall that is not made good; `final` is where the negative of the series ends."""
    found = levels(-curve.level)
    lost = final - found.lowest
    onset = left(-curve.level, found, lost)
    return event(
        curve,
        int(curve.points[onset]),
        int(curve.points[-1]),
        f"`{curve.tag}` falls from {digits(-found.lowest)} to {digits(-final)} and stays "
        f"there{beside}",
        help=HELP,
        evidence={"best": -found.lowest, "final": -final},
        severity=Severity.WARNING if lost < FALL * abs(found.lowest) else None,
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
