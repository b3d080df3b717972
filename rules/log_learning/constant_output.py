"""# A metric is frozen at one value

## What it does

Reports a loss, score or error that is the same, to its last digit, from evaluation to evaluation
although training goes on, and that did not get there by learning. Two that have come down to
nothing are warnings: the entropy of an agent's policy, or what its updates change, at exactly zero;
and the divergence term of a variational autoencoder, whose code then goes unused.

## Why it is a risk

The data is shuffled, the weights move, and the metric does not: the network gives the same answer
to everything. A speech model that had collapsed to blanks had the word error rate
0.8966179750330672 at 42 evaluations in a row, for 73,000 steps; a network on raw features the loss
5.774 and the accuracy 0.638 at each of 60 epochs, its sigmoid saturated. A different learning rate
no longer helps.

## Example

Accuracy at the share of the largest class, from the start:

```csv bad
epoch,accuracy,loss
0,0.6382978558540344,5.7742
1,0.6382978558540344,5.5801
2,0.6382978558540344,5.5812
3,0.6382978558540344,5.5790
4,0.6382978558540344,5.5809
5,0.6382978558540344,5.5795
6,0.6382978558540344,5.5804
7,0.6382978558540344,5.5799
8,0.6382978558540344,5.5801
9,0.6382978558540344,5.5803
# error: TL402: accuracy 0-9
```

A word error rate after the collapse:

```series bad
steps 60 every 1500
loss: 6 ~> 1.2 for 22 then 5.4, noise 2%
validation/wer: 0.95 -> 0.35 for 22 then 0.8966179750330672
# error: TL402: validation/wer 33000-88500
```

## How to fix

Look at the network's outputs. One class for all inputs: lower the learning rate, scale the inputs,
weight the classes. The same logits for all inputs: its units are saturated or dead, so restart from
before that with clipped gradients. A loss that never moves: the optimizer does not have the
parameters, or the graph is cut by `detach`, `item` or numpy.

## When it is fine

It has arrived: everything is right, or the error is zero.

```series good
steps 60
axis epoch
accuracy: 0.6 -> 1 for 20 then 1
loss: 0.9 ~> 0.001, noise 8%
```

The learning rate has ended: `ReduceLROnPlateau` has lowered it until no digit moves.

```series good
steps 100
axis epoch
loss: 1.6 ~> 0.42 for 50 then 0.4187213
val_loss: 1.6 ~> 0.55 for 50 then 0.5502104
val_accuracy: 0.4 ~> 0.83 for 50 then 0.8312
lr: 0.001 for 30 then 0.001 *> 0.000000001 for 20 then 0.000000001
```

A small validation set allows only a few values, rounding hides small changes, and a loss of exactly
zero may be normal, as in GRPO, where advantages sum to zero.

## References

- The values above are those of public logs and of measured runs.
- Graves et al., Connectionist Temporal Classification: what blanks are,
  https://doi.org/10.1145/1143844.1143891
- Lu et al., Dying ReLU and Initialization, https://arxiv.org/abs/1903.06733
- TRL documentation, GRPO Trainer, https://huggingface.co/docs/trl/grpo_trainer
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gradlint.sdk.logs import (
    Curve,
    Finding,
    Kind,
    Run,
    Severity,
    digits,
    event,
    frozen_tail,
    rate_is_spent,
    resolution,
    rule,
)

LEAST = 5
"""Equal values in a row, at least."""

SHARE = 0.3
"""Share of the run, at least, for which it is frozen."""

DIGITS = 1000
"""Steps of its own rounding, at least, that the value of a loss is made of: with fewer digits
equal values mean nothing."""

BEST = 0.01
"""Relative distance from its lowest value at which a loss that stands still has arrived."""

LEARNT = 0.9
"""Share of its first value that such a loss has come down to, at most."""

STOPPED = 50
"""Equal values in a row, at least, of a loss that may be 0 for a while: a policy that has become
certain, or a discriminator that is never wrong, gets no gradients."""

CERTAIN = 8
"""Evaluations for which a score must be frozen, although the loss falls, to be stuck: no single
answer has changed for so long."""

GOOD = 0.9
"""Score from which one that is frozen may simply have arrived."""

STILL = 1e-5
"""Relative range of a loss that does not move although its digits show that it could."""

POLICY = frozenset(("entropy", "approxkl", "kl"))
"""What is above 0 as long as a policy is not certain and still learns."""

UNUSED = 0.01
"""Nats, at most, that a code holds of its input and goes unused."""

COLLAPSED = 1e-2
"""Share of its highest value that it has come down to, at most. In healthy runs it ends near its
highest, or at a tenth of it where its weight is raised late."""

HELP_POLICY = "lower the learning rate, and keep the entropy of the policy up"
"""What to do about a policy that has become certain."""


@rule("TL402", "error", symptoms={"constant-output": 1.0, "not-learning": 0.7})
def check(run: Run) -> Iterator[Finding]:
    """Report each metric that is frozen."""
    for curve in run.of(Kind.LOSS, Kind.SCORE, Kind.ERROR):
        if len(curve.level) < LEAST - 1:
            continue
        if curve.role.adversarial:
            yield from _stopped(curve)
            continue
        onset = _frozen(curve)
        if onset is not None and not _is_done(curve, onset) and not _explained(run, curve, onset):
            yield _reported(curve, onset)
    yield from _certain(run)
    yield from _collapsed(run)


def _certain(run: Run) -> Iterator[Finding]:
    """A policy that had been uncertain, or had moved with each update, and is and does no more."""
    for curve in run.of(Kind.AGENT):
        values = curve.level
        if curve.role.metric not in POLICY or len(values) < LEAST or rate_is_spent(run):
            continue
        onset = frozen_tail(values)
        moved = float(np.abs(values).max()) >= DIGITS * resolution(values)
        if values[-1] == 0.0 and 0 < onset <= len(values) - max(LEAST, SHARE * len(values)):
            if moved:
                yield replace(_reported(curve, onset), severity=Severity.WARNING, help=HELP_POLICY)


def _collapsed(run: Run) -> Iterator[Finding]:
    """The divergence term of a variational autoencoder that was not 0 and has come down to it."""
    losses = run.of(Kind.LOSS, parts=True)
    if not any(it.role.component and it.role.metric.startswith("recon") for it in losses):
        return
    for curve in losses:
        values = curve.level
        if not curve.role.metric.startswith("kl") or len(values) < LEAST or values.min() < 0.0:
            continue
        above = np.flatnonzero(values > min(UNUSED, COLLAPSED * float(values.max())))
        onset = int(above[-1]) + 1 if len(above) else 0
        if 0 < onset <= len(values) - max(LEAST, SHARE * len(values)):
            yield event(
                curve,
                int(curve.points[onset]),
                int(curve.points[-1]),
                f"`{curve.tag}` falls from {digits(float(values.max()))} to "
                f"{digits(float(values[-1]))}, from {curve.axis} {curve.step(onset)} to the end: the "
                "latent code says nothing about the input",
                help="weigh the term less at first and raise its weight slowly",
                evidence={"highest": float(values.max()), "final": float(values[-1])},
                severity=Severity.WARNING,
            )


def _stopped(curve: Curve) -> Iterator[Finding]:
    """A loss that pulls against another, or of an agent, that has moved and does not any more."""
    onset = frozen_tail(curve.level)
    length = len(curve.level) - onset
    if onset > 0 and length >= max(STOPPED, SHARE * len(curve.level)):
        yield _reported(curve, onset)


def _frozen(curve: Curve) -> int | None:
    """The first point from which the metric does not move any more."""
    values = curve.level
    onset = frozen_tail(values)
    if curve.role.kind is Kind.LOSS:
        last = float(values[-1])
        moved = np.flatnonzero(np.abs(values - last) > STILL * abs(last))
        onset = int(moved[-1]) + 1 if len(moved) else 0
    length = len(values) - onset
    if length < max(LEAST, SHARE * len(values)) and not length == len(values) == LEAST - 1:
        return None
    coarse = onset > 0 and abs(float(values[-1])) < DIGITS * resolution(values)
    return None if curve.role.kind is Kind.LOSS and coarse else onset


def _is_done(curve: Curve, onset: int) -> bool:
    """Whether the metric stands still because it has arrived."""
    values = curve.level
    value = float(values[-1])
    kind = curve.role.kind
    if value in (0.0, 1.0, 100.0) and kind is not Kind.LOSS:
        return (value == 0.0) == (kind is Kind.ERROR)
    if kind is Kind.LOSS:
        lowest = float(values.min())
        arrived = value - lowest <= BEST * abs(lowest)
        return value == 0.0 or (arrived and value <= LEARNT * float(values[0]))
    if onset <= 1:
        return False
    best = float(values.max() if kind is Kind.SCORE else values.min())
    first = float(values[0])
    # Frozen at its best level a score may have converged on a small set.
    return best != first and (value - first) / (best - first) > 0.5


def _explained(run: Run, curve: Curve, onset: int) -> bool:
    """Whether the schedule has ended, or a loss shows that the output of the network does move."""
    if rate_is_spent(run) or _not_evaluated(run, curve):
        return True
    if curve.role.kind is Kind.LOSS:
        return False
    for other in run.of(Kind.SCORE, Kind.ERROR):
        same = other.role.split == curve.role.split and len(other.level) >= LEAST
        same = same and other.role.metric != "perplexity"  # the loss by another name
        if same and frozen_tail(other.level) > len(other.level) - LEAST:
            return True  # what is measured beside it moves: it is about one class, or a detail
    if len(curve.level) - onset >= CERTAIN and 0.0 < float(curve.level[-1]) < GOOD:
        return False  # no single answer has changed for so long: it is the same for all
    for loss in run.of(Kind.LOSS):
        if loss.role.split != curve.role.split or len(loss.level) < LEAST - 1:
            continue
        steps = loss.steps[loss.points]
        since = loss.level[steps >= curve.step(onset)]
        if len(since) >= LEAST - 1 and float(np.median(since[-3:])) < LEARNT * float(since[0]):
            return True
    return False


def _not_evaluated(run: Run, curve: Curve) -> bool:
    """Whether all that was measured on held-out data is 0: the evaluation did not take place."""
    others = [it for it in run.of(Kind.LOSS, parts=True) if it.role.held_out]
    return (
        curve.role.split != "train"
        and float(curve.level[-1]) == 0.0
        and len(others) > 0
        and not any(it.level.any() for it in others)
    )


def _reported(curve: Curve, onset: int) -> Finding:
    first, last = int(curve.points[onset]), int(curve.points[-1])
    count = len(curve.level) - onset
    value = float(curve.level[-1]) + 0.0  # no minus zero
    return event(
        curve,
        first,
        last,
        f"`{curve.tag}` is {value:.6g} at {count} points in a row, from {curve.axis} "
        f"{curve.steps[first]} to the end",
        help="look at what the network outputs: one class for everything, or saturated units; "
        "check the learning rate and the scale of the inputs",
        evidence={"value": value, "points": count},
    )
