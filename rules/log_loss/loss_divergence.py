"""# The loss rises and does not come back

## What it does

Reports a training loss that leaves its best level and is far above it at the end of the run, by a
jump or by a slow rise. Far is measured by what had been gained: a quarter of it, and clearly more
than the noise of the levels. The step at which it leaves is named: a checkpoint from before it is
worth more than the last one.

A loss that ends above where it began, by a tenth and by more than noise that wanders explains, is
worse than untrained; whether it had learnt anything before does not matter.

A loss that runs away below zero, ten thousand times as far as it began from it, has a wrong sign or
no bottom, and is reported as well.

Whatever else grows out of all bounds is a warning: a series of any name that ends a hundred million
times as high as it began, and the returns that an agent expects, or the spread of its actions, at
ten thousand times.

## Why it is a risk

Whatever is trained after that point is wasted, and the newest checkpoint is the worst. Linear
regression on raw features with a learning rate of 0.001 went from 3.7e4 to 6.6e34 in seven steps, a
GRU under SGD without clipping from 1 to 1e36 in twelve. Other runs look alive: a loss that has lost
all its gain in one update and then stays there for the rest of the night.

## Example

A jump, and all that was learned is gone:

```series bad
steps 2000
loss: 2.3 ~> 0.3 for 1200 then 2.4, noise 4%
# error: TL202: loss 1200-1999
```

A slow rise after the best level:

```series bad
steps 3000
train_loss: 4 ~> 1.5 for 1500 then 1.5 -> 3.2, noise 3%
# error: TL202: train_loss 2026-2999
```

An explosion that ends in NaN:

```series bad
steps 300
loss: 2.3 ~> 1.2, noise 3%
loss: grow 2 from 200
loss: = nan from 215
# error: TL202: loss 200-214
```

## How to fix

Restart from the last checkpoint before the onset with a lower learning rate, which is how OPT-175B
was completed, with gradients clipped by their norm. If it diverges at the same step again, look at
the data of that step; if it does so from the first steps on, at the scale of the inputs.

## When it is fine

A loss in which a weight is raised by plan, if the log has the weight: a series called `beta`,
`kl_weight`, `temperature` or the like. A spike that comes back (TL201), and a validation loss that
turns up (TL501):

```series good
steps 2000
loss: 2.3 ~> 0.3, noise 5%
loss: times 1 for 900 then 8 ~> 1 for 80 then 1
```

```series good
steps 100
axis epoch
loss: 1.5 ~> 0.1, noise 3%
val_loss: 1.6 ~> 0.9 for 30 then 0.9 -> 1.9, noise 3%
```

A warm restart, harder data later on, losses that are meant to rise as those of agents, games and KL
terms, and a loss near zero, where orders of magnitude are noise.

## References

- Zhang et al., OPT, section 2.5: lower the learning rate and restart from an earlier checkpoint,
  https://arxiv.org/abs/2205.01068
- Wortsman et al., Small-scale proxies for large-scale Transformer training instabilities,
  https://arxiv.org/abs/2309.14322
- Cohen et al., Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability: what
  happens above 2 / curvature, https://arxiv.org/abs/2103.00065
- Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks,
  https://arxiv.org/abs/1211.5063
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from gradlint.sdk.logs import (
    BLOCKS,
    RESOLVED,
    Curve,
    Finding,
    Jump,
    Kind,
    Run,
    Severity,
    digits,
    event,
    is_in_order,
    is_short_table,
    left,
    levels,
    lost_game,
    medians_of_three,
    rule,
    runaway,
    searches_rate,
    sizes_of_fifths,
    stays,
    unplanned_jumps,
    wander,
    weight_raised,
)

SHARE = 0.25
"""Least slow rise over the lowest level, in units of what had been gained."""

RATIO = 1.1
"""Least rise over the lowest level as a factor, for slow rises."""

KEPT = 0.5
"""Share of the highest rise that is still there at the end: a new stage that is harder at first is
worked off."""

SIGMAS = 6.0
"""Least rise in standard deviations of the levels."""

STRETCHES = 6
"""Stretches of a fortieth of the run, at least, that a slow rise takes."""

ABOVE = 1.1
"""Times its start that a loss ends at, at least, to have got worse. Of 636 healthy files none ends 2%
above its start by more than the noise, where no agent's returns drive the loss."""

ABOVE_SIGMAS = 8.0
"""The same in deviations of noise that wanders, in logarithms."""

AGREED = 1.2
"""Factor over the best by which training and evaluation both have to end to have diverged: each by
itself may be noise."""

AGREED_SHARE = 0.2
"""The same as a share of what had been gained."""

AGREED_SIGMAS = 2.0
"""The same in deviations of the noise between points, in logarithms."""

OFTENER = 5
"""Points of a training loss for each evaluation, at most, for it to be one of epochs."""

NEAR = 0.05
"""Distance from its best, as a share of its gain, at which a held-out loss is at its best."""

LEAST = 8
"""Points of a loss, at least, to tell its best from its end."""

FEW = 3
"""Points that make a value at an end of the run."""

EXPLODED = 1e3
"""Factor of a growth, however slow, that is no learning."""

EXPLODED_TARGET = 1e4
"""The same for a loss that follows a moving target: that of a value function grows with the square
of the returns. A Q-network without a target network went from 100 to 480,000,000."""

SWOLLEN = 10.0
"""Factor between the first fifth and the last that is no drift of a game; healthy ones reach 4.3,
an agent whose returns grow."""

WIDER = 3
"""Fifths, of the four after the first, that are wider than the one before."""

LEAST_SWINGS = 20
"""Points of such a loss, at least."""

UNBOUNDED = 1e8
"""Factor of a growth that nothing but a training out of hand explains, whatever it is that grows."""

EXPECTED = 100.0
"""Times the highest return logged, at least, that an agent expects where it has lost touch with
what it earns: discounted by 0.99, a hundred steps of a reward add up to a hundred times it."""


@rule("TL202", "error", symptoms={"loss-diverges": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report each training loss that has diverged."""
    if run.measured(searches_rate):
        return
    for curve in run.of(Kind.LOSS):
        if len(curve.level) < 2 or is_short_table(curve):
            continue
        found = _grown(curve) or _bottomless(run, curve) or _lost(run, curve)
        if found is None and curve.role.adversarial and not run.of(Kind.RETURN):
            found = _swollen(curve)
        elif found is None and _is_judged(run, curve):
            found = _sudden(run, curve)
            if found is None and not _is_weighed_anew(run, curve):
                found = _slow(curve) or _above(run, curve) or _agreed(run, curve)
        if found is not None:
            yield found
    yield from _runaways(run)


def _is_judged(run: Run, curve: Curve) -> bool:
    """Whether a loss should fall and need not be compared with another to know whether it does."""
    return not (curve.role.adversarial or curve.role.held_out or _evaluates_well(run))


def _is_weighed_anew(run: Run, curve: Curve) -> bool:
    """Whether a weight in the loss was raised after its best level."""
    found = curve.measured(levels)
    best = int(found.edges[found.best])
    return weight_raised(run, curve, best, len(curve.level) - 1)


def _runaways(run: Run) -> Iterator[Finding]:
    """What is no loss, or part of one, and grows out of all bounds."""
    earned = [float(np.abs(it.level).max()) for it in run.of(Kind.RETURN) if len(it.level)]
    parts = [it for it in run.of(Kind.LOSS, parts=True) if it.role.component]
    for curve in (*parts, *run.of(Kind.AGENT, Kind.ERROR, Kind.WEIGHT, Kind.OTHER)):
        agent = curve.role.kind is Kind.AGENT
        bound = EXPLODED_TARGET if agent or curve.role.component else UNBOUNDED
        onset = runaway(curve.level, bound)
        if onset is None or not is_in_order(run, curve):
            continue
        final = float(np.median(curve.level[-FEW:]))
        if agent and earned and abs(final) < EXPECTED * max(earned):
            continue
        base = float(np.median(curve.level[:FEW]))
        yield replace(_reported(curve, onset, base, final, None), severity=Severity.WARNING)


def _evaluates_well(run: Run) -> bool:
    """Whether a held-out loss ends at its best: then the training loss has changed its scale."""
    for curve in run.of(Kind.LOSS):
        held_out = curve.role.held_out
        if held_out and len(curve.level) >= LEAST and curve.finite[-1]:
            values = curve.level
            gained = float(values[0] - values.min())
            if gained > 0 and float(np.median(values[-FEW:]) - values.min()) <= NEAR * gained:
                return True
    return False


def _grown(curve: Curve) -> Finding | None:
    """A growth by orders of magnitude, which no moving target explains."""
    values = curve.level
    found = curve.measured(levels)
    start = min(found.start, float(values[0]))
    least = EXPLODED_TARGET if curve.role.adversarial else EXPLODED
    if start <= 0 or found.final < least * start:
        return None
    calm = np.flatnonzero(values <= 2.0 * start)
    return _reported(curve, int(calm[-1]) + 1, start, found.final, None)


def _bottomless(run: Run, curve: Curve) -> Finding | None:
    """A loss that runs away below zero, as one whose sign is wrong does.

    Not of an agent, whose losses are its returns with the sign turned.
    """
    onset = runaway(curve.level, EXPLODED_TARGET)
    if onset is None or curve.level[-1] >= 0.0 or run.of(Kind.RETURN):
        return None
    first = float(np.median(curve.level[:FEW]))
    final = float(np.median(curve.level[-FEW:]))
    return replace(
        _reported(curve, onset, first, final, None),
        help="look for a term with the wrong sign, or one that has no lowest value; no loss of data "
        "that are learnt falls without end",
    )


def _lost(run: Run, curve: Curve) -> Finding | None:
    """The loss of a game that one of its two networks has won."""
    game = lost_game(run, curve)
    if game is None:
        return None
    calm = np.flatnonzero(curve.level <= 0.5 * (game.start + game.final))
    onset = min(int(calm[-1]) + 1, len(curve.level) - 1) if len(calm) else 0
    return event(
        curve,
        int(curve.points[onset]),
        int(curve.points[-1]),
        f"`{curve.tag}` rises from {digits(game.start)} to {digits(game.final)} while "
        f"`{game.winner.tag}` falls from {digits(game.won_from)} to {digits(game.won_to)}: one "
        "network has won, and the other is told nothing any more",
        help="look at what each is fed at that step; keep the winner back (a lower learning rate, "
        "fewer steps, noise on its inputs, a penalty on its gradients)",
        evidence={"before": game.start, "final": game.final},
        severity=Severity.WARNING,
    )


def _swollen(curve: Curve) -> Finding | None:
    """A loss of a game, which may drift, that swings wider all the time.

    Not of an agent, whose losses grow as what it earns does.
    """
    if len(curve.level) < LEAST_SWINGS:
        return None
    sizes = curve.measured(sizes_of_fifths)
    wider = sum(after > before for before, after in pairwise(sizes))
    if sizes[-1] < SWOLLEN * sizes[0] or wider < WIDER:
        return None
    begin = len(curve.level) // len(sizes)
    return event(
        curve,
        int(curve.points[begin]),
        int(curve.points[-1]),
        f"`{curve.tag}` swings wider all the time: nine of ten values are within "
        f"{digits(sizes[0])} in the first fifth of the run and within {digits(sizes[-1])} in the "
        "last",
        help="lower the learning rates, clip the gradients, or keep what the loss follows from "
        "moving as fast (a target network, a penalty on the critic's gradients)",
        evidence={"first": sizes[0], "final": sizes[-1]},
        severity=Severity.WARNING,
    )


def _sudden(run: Run, curve: Curve) -> Finding | None:
    """A jump that does not come back."""
    for it in unplanned_jumps(run, curve):
        if stays(curve, it):
            return _reported(curve, it.start, it.base, float(np.median(curve.level[-FEW:])), it)
    return None


def _above(run: Run, curve: Curve) -> Finding | None:
    """A loss that ends above where it began; that of an agent may grow as what it earns does."""
    values = curve.level
    if len(values) < LEAST or values.min() <= 0.0 or run.of(Kind.RETURN):
        return None
    start = max(float(values[0]), curve.measured(levels).start)
    final = float(np.median(values[-max(FEW, len(values) // 10) :]))
    least = max(ABOVE, float(np.exp(ABOVE_SIGMAS * max(wander(np.log(values)), RESOLVED))))
    if final < least * start:
        return None
    below = np.flatnonzero(values <= start)
    lowest = float(medians_of_three(values).min())
    return _reported(curve, int(below[-1]) + 1 if len(below) else 1, lowest, final, None)


def _stretches(curve: Curve) -> np.ndarray:
    """The values of a short series, the levels of a long one: its lowest point is one of many."""
    return curve.measured(levels).medians if len(curve.level) > BLOCKS else curve.level


def _slow(curve: Curve) -> Finding | None:
    """A rise over many stretches from the lowest level."""
    found = curve.measured(levels)
    rise = found.final - found.lowest
    if len(found.medians) - found.best <= STRETCHES:
        return None
    if len(found.medians) < 2 * STRETCHES or found.lowest <= 0:
        return None
    if rise < SIGMAS * found.deviation or rise < SHARE * (found.start - found.lowest):
        return None
    highest = float(found.medians[found.best :].max())
    if found.final < RATIO * found.lowest or rise < KEPT * (highest - found.lowest):
        return None
    return _reported(curve, left(curve.level, found, rise), found.lowest, found.final, None)


def _agreed(run: Run, curve: Curve) -> Finding | None:
    """A loss that ends well above its best while an evaluation of as few points does, too."""
    for other in run.of(Kind.LOSS):
        if not other.role.held_out:
            continue
        if not LEAST <= len(curve.level) <= OFTENER * len(other.level):
            continue
        if _ends_high(curve) and _ends_high(other):
            smooth = curve.measured(medians_of_three)
            best = int(np.argmin(smooth))
            final = float(np.median(curve.level[-FEW:]))
            return _reported(curve, best + 1, float(smooth[best]), final, None)
    return None


def _ends_high(curve: Curve) -> bool:
    if len(curve.level) < LEAST or curve.level.min() <= 0:
        return False
    found = _stretches(curve)
    best, final = float(medians_of_three(found).min()), float(np.median(found[-FEW:]))
    least = max(AGREED, float(np.exp(AGREED_SIGMAS * wander(np.log(found)))))
    return final >= least * best and final - best >= AGREED_SHARE * (float(found[0]) - best)


def _reported(curve: Curve, onset: int, base: float, final: float, jump: Jump | None) -> Finding:
    first = int(curve.points[min(onset, len(curve.points) - 1)])
    last = int(curve.points[-1])
    evidence: dict[str, float | int | str] = {"before": base, "final": final}
    if jump is not None:
        evidence["highest"] = jump.top
    return event(
        curve,
        first,
        last,
        f"`{curve.tag}` leaves {digits(base)} at {curve.axis} {curve.steps[first]} and ends at "
        f"{digits(final)}",
        help="restart from an earlier checkpoint with a lower learning rate and clipped gradients",
        evidence=evidence,
    )
