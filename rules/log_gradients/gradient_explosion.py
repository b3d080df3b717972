"""# The gradient norm rises by orders of magnitude

## What it does

Reports a norm of the whole gradient that jumps far above its own history, and says whether the loss
follows: a jump by a factor of four that the loss follows is an error, one without it a warning from
a factor of ten, and a remark where it lasts a point or two and nothing comes of it. More than three
are one finding. A norm that grows step by step by a factor of more than 1,000 while the loss does
not fall is one growth. In games and of agents, whose gradients jump whenever their target moves, a
norm is reported that grows to five times all it ever was together with another series.

## Why it is a risk

The gradient norm shows it first. Before a NaN it was abnormal 3 to 9 logged points earlier in most
explosions that were examined, 30 in a slow one; GLM-130B saw the same a few steps before its
collapses. A vanilla RNN on the adding problem without clipping went from 1.6 to 210 within a dozen
steps and never learned again; a translation model under Adam from 0.37 to 14, one logged point
before its loss went from 2.3 to 32. Where nothing was abnormal before the NaN, the cause is
elsewhere: a logarithm of zero, or NaN in the data.

## Example

One batch, and nothing came of it:

```series bad
steps 2000
loss: 2.3 ~> 0.5, noise 4%
grad_norm: 0.8 ~> 0.4, noise 15%
grad_norm: x60 at 1300
# info: TL301: grad_norm 1300
```

The loss follows:

```series bad
steps 3000 every 10
loss: 4.2 ~> 2.1, noise 1.5%
loss: x6 at 15020 for 20
grad_norm: 0.6 ~> 0.37, noise 8%
grad_norm: x40 at 15010 for 8
# error: TL301: grad_norm 15010-15080
```

It builds up over a few steps until everything is NaN:

```series bad
steps 300
loss: 2.3 ~> 1.5, noise 2%
loss: grow 2 from 205
loss: = nan from 214
grad_norm: 1.2, noise 15%
grad_norm: grow 4 from 200
grad_norm: = nan from 213
# error: TL301: grad_norm 201-212
```

## How to fix

Clip the gradients by their norm between the backward pass and the step, at a high quantile of the
norm in calm stretches (often near 1.0), and log the norm before clipping. If that norm keeps rising
nevertheless, lower the learning rate. Recurrent networks also need orthogonal recurrent weights and
gates; gradients that explode from the first step need inputs of unit scale.

## When it is fine

An LSTM that leaves a plateau: its norm rises by a factor of 20 to 45 while the loss falls for the
first time, and stays higher for a while:

```series good
steps 2000
loss: 0.167 for 700 then 0.167 ~> 0.002 for 500 then 0.002, noise 8%
grad_norm: 0.02 for 700 then 0.8 ~> 0.05, noise 25%
```

Networks whose norm climbs all the way, here from 1 to 185, while they learn:

```series good
steps 3000
loss: 2.3 ~> 0.2, noise 6%
grad_norm: 1 *> 185, noise 30%
```

Noise and its tails, the first steps, warm restarts, and moving targets.

## References

- Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks,
  https://arxiv.org/abs/1211.5063
- Bengio, Simard and Frasconi, Learning long-term dependencies with gradient descent is difficult,
  https://doi.org/10.1109/72.279181
- Zeng et al., GLM-130B, https://arxiv.org/abs/2210.02414
- Huang et al., SPAM: spikes of gradients up to 1,000 times the usual,
  https://arxiv.org/abs/2501.06842
- Zhang et al., Why gradient clipping accelerates training, https://arxiv.org/abs/1905.11881
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlint.sdk.logs import (
    Burst,
    Curve,
    Excursion,
    Finding,
    Jump,
    Kind,
    Run,
    Severity,
    bursts,
    digits,
    event,
    excursions,
    jump_evidence,
    jump_span,
    levels,
    loss_doubles,
    loss_falls,
    loss_follows,
    rule,
)

RATIO = 10.0
"""Least factor over the history of a jump that is reported by itself."""

RATIO_WITH_LOSS = 4.0
"""Least factor of a jump that the loss follows."""

SIGMAS = 6.0
"""Robust deviations of the history by which a norm must jump, as a loss must (TL201)."""

OUTSTANDING = 2.0
"""Height of a jump in units of the highest point of its history: norms have longer tails than
losses, which are asked for 1.5."""

RECORD_RATIO = 8.0
"""Least factor over the highest norm ever that is a jump whatever the history."""

FIRST_POINTS = 8
"""Points whose noise is not known yet: a norm that jumps among them and comes back is one witness,
and the loss, doubled with it, has to be the other."""

MOMENT = 3
"""Points from which a jump is a new level. A network that leaves a plateau has one: its gradients
grow by a factor of 20 to 45 and stay there while the loss falls."""

GROWTH = 1e3
"""Factor of a slow growth that no learning explains; healthy networks climb from 1 to 185."""

FIRST_VALUES = 3
"""Values whose median is the norm at the start."""

LONG = 16
"""Points up to which the first value alone is the norm at the start: a short run may explode within
`FIRST_VALUES`."""

FEW = 3
"""Jumps reported one by one; more are one finding."""

HELP = "clip the gradients by their norm, between the backward pass and the step"
"""What to do about every jump."""


@rule("TL301", "warning", symptoms={"gradient-explosion": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report the jumps of the whole gradient's norm, or its growth out of all bounds."""
    for curve in run.of(Kind.GRADIENT_NORM):
        if len(curve.level) < 2:
            continue
        growth = _growth(run, curve)
        if growth is not None:
            yield growth
            continue
        told = _lone(run, curve)
        if len(told) > FEW:
            yield _repeated(run, curve, told)
        else:
            yield from (_reported(run, curve, jump) for jump in told)
        for burst in bursts(run):
            if burst.curve is curve and not any(_meets(it, burst.jump) for it in told):
                yield _burst(burst)


def _lone(run: Run, curve: Curve) -> list[Excursion]:
    """The jumps that tell by themselves, or by what the losses do."""
    if _moving_target(run):
        return []
    return [it for it in curve.measured(explosions) if _matters(run, curve, it)]


def explosions(values: np.ndarray) -> list[Excursion]:
    """The excursions of a gradient norm."""
    return excursions(
        values,
        sigmas=SIGMAS,
        ratio=RATIO_WITH_LOSS,
        outstanding=OUTSTANDING,
        record_ratio=RECORD_RATIO,
    )


def _moving_target(run: Run) -> bool:
    """Whether gradients jump whenever a target moves, as in reinforcement learning and GANs."""
    return bool(run.of(Kind.RETURN)) or any(it.role.adversarial for it in run.of(Kind.LOSS))


def _matters(run: Run, curve: Curve, jump: Excursion) -> bool:
    if jump.recovered and jump.start < FIRST_POINTS:
        return loss_doubles(run, curve, jump)
    if loss_follows(run, curve, jump):
        return True
    if jump.top < RATIO * jump.base:
        return False
    return jump.end - jump.start < MOMENT or not loss_falls(run, curve, jump.start, jump.end)


def _growth(run: Run, curve: Curve) -> Finding | None:
    """A norm that grows by orders of magnitude, step by step, while the loss does not fall."""
    values = curve.level
    found = curve.measured(levels)
    final = float(values[-1]) if len(values) < len(curve) else found.final
    start = float(np.median(values[:FIRST_VALUES])) if len(values) > LONG else float(values[0])
    start = max(start, 1e-12)
    if final < GROWTH * start or loss_falls(run, curve, 0, len(values) - 1):
        return None
    early = np.flatnonzero(values <= RATIO * start)
    first = int(curve.points[min(int(early[-1]) + 1, len(values) - 1)])
    last = int(curve.points[-1])
    return event(
        curve,
        first,
        last,
        f"`{curve.tag}` grows from {digits(start)} to {digits(final)} and does not come back",
        help=f"{HELP}, and lower the learning rate",
        evidence={"start": start, "final": final},
        severity=Severity.ERROR,
    )


def _repeated(run: Run, curve: Curve, jumps: list[Excursion]) -> Finding:
    """One finding for many jumps, from the first to the last."""
    highest = max(jumps, key=lambda it: it.top)
    follows = any(loss_follows(run, curve, it) for it in jumps)
    after = "; the loss follows" if follows else ""
    return event(
        curve,
        *jump_span(curve, jumps),
        f"`{curve.tag}` jumps {len(jumps)} times, up to {digits(highest.top)} from "
        f"{digits(highest.base)} at {curve.axis} {curve.step(highest.peak)}{after}",
        help=HELP,
        evidence={"jumps": len(jumps)} | jump_evidence(curve, highest),
        severity=Severity.ERROR if follows else None,
    )


def _meets(one: Jump, other: Jump) -> bool:
    return one.start <= other.end and other.start <= one.end


def _burst(burst: Burst) -> Finding:
    """A norm that leaves all it ever was together with what is no loss, or with a moving target."""
    curve, jump = burst.curve, burst.jump
    beside = " and ".join(f"`{it.tag}`" for it in burst.witnesses[:2])
    return event(
        curve,
        *jump_span(curve, [jump]),
        f"`{curve.tag}` jumps from {digits(jump.base)} to {digits(jump.top)} at {curve.axis} "
        f"{curve.step(jump.peak)}; {beside} jump{'' if ' and ' in beside else 's'} with it",
        help=HELP,
        evidence=jump_evidence(curve, jump),
    )


def _reported(run: Run, curve: Curve, jump: Excursion) -> Finding:
    follows = loss_follows(run, curve, jump) or loss_doubles(run, curve, jump)
    brief = jump.recovered and jump.end - jump.start + 1 < MOMENT
    after = "; the loss follows" if follows else "; nothing follows" if brief else ""
    stays = "" if jump.recovered else " and stays there"
    factor = round(jump.top / jump.base, 1) if jump.base > 0 else "inf"
    return event(
        curve,
        *jump_span(curve, [jump]),
        f"`{curve.tag}` jumps from {digits(jump.base)} to {digits(jump.top)} at {curve.axis} "
        f"{curve.step(jump.peak)}{stays}{after}",
        help=HELP,
        evidence=jump_evidence(curve, jump) | {"factor": factor},
        severity=Severity.ERROR if follows else Severity.INFO if brief else None,
    )
