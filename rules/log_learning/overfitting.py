"""# The validation loss turns up

## What it does

Reports a validation loss that has been rising since its best value, by more than its noise and by
at least 8%, while the training loss has kept falling: the network memorises its training set. The
best step is named, because that is the checkpoint to keep. Where a score on the same data is still
improving and the rise is less than a quarter, of the best value and of what had been gained, it is
a remark.

## Why it is a risk

Everything after the best step makes the network worse at what it is for, and its last checkpoint is
not the one to ship. Among public logs a classifier of sentence pairs went from 0.37 to 0.98 while
its training loss fell to 0.05, a fine-tuned Transformer from 1.1 to 2.6. Where the score keeps
rising all the same, the loss says that the network is ever more certain of its mistakes.

## Example

```series bad
steps 100
axis epoch
loss: 1.5 ~> 0.03, noise 3%
val_loss: 1.5 ~> 0.8 for 25 then 0.8 -> 1.8, noise 3%
# warning: TL501: val_loss 22-99
```

The loss turns up and the accuracy keeps rising, as the network becomes more certain of its
mistakes:

```series bad
steps 40
axis epoch
loss: 0.62 *> 0.05, noise 3%
val_loss: 0.7 ~> 0.232 for 12 then 0.232 -> 0.275, noise 1%
val_accuracy: 0.8 -> 0.92, noise 0.3%
# info: TL501: val_loss 11-39
```

## How to fix

Keep the checkpoint of the best step: stop early, with a patience that outlasts the noise. To get
further: more data or augmentation, weight decay, dropout, a smaller network, fewer epochs. In
fine-tuning one to three epochs are usual.

## When it is fine

A rise within the noise, and a validation loss that stays flat while training goes on:

```series good
steps 100
axis epoch
loss: 1.5 ~> 0.3, noise 3%
val_loss: 1.5 ~> 0.8 for 40 then 0.8 -> 0.83, noise 3%
```

```series good
steps 100
axis epoch
loss: 1.5 ~> 0.1, noise 3%
val_loss: 1.5 ~> 0.8, noise 5%
```

A rise that is over: the second descent of networks with many parameters, and a lower learning rate:

```series good
steps 200
axis epoch
loss: 2.3 ~> 0.01, noise 4%
val_loss: 2.3 ~> 1.2 for 40 then 1.2 -> 1.6 for 40 then 1.6 ~> 0.9, noise 2%
```

Where both losses rise, it is divergence (TL202).

## References

- Prechelt, Early Stopping - But When?, https://doi.org/10.1007/3-540-49430-8_3
- Nakkiran et al., Deep Double Descent, https://arxiv.org/abs/1912.02292
- Guo et al., On Calibration of Modern Neural Networks: the loss overfits before the error does,
  https://arxiv.org/abs/1706.04599
- Zhang et al., mixup, https://arxiv.org/abs/1710.09412
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlint.sdk.logs import (
    Curve,
    Finding,
    Kind,
    Run,
    Severity,
    digits,
    event,
    medians_of_three,
    rule,
    wander,
)

LEAST = 6
"""Evaluations, at least."""

SINCE = 4
"""Evaluations since the best, at least."""

RISE = 0.08
"""Rise over the best value, as a share of it."""

GRAVE = 0.25
"""Rise over the best value, as a share of it or of what had been gained until then, from which a
score that goes on gaining is no excuse. Of 50 families of training the healthy runs whose rise no
noise explains reach 0.12 of either."""

SIGMAS = 4.0
"""Rise in standard deviations of the noise between evaluations."""

WITNESSED = 2.0
"""The same for what bears it out: a score that falls, and a training loss."""

SCORE_LOST = 0.85
"""Share of its best that a score has come down to, to speak against the network as well."""

FALL_BESIDE = 0.95
"""What the training loss has come down to, at most, in units of its value at the best evaluation,
where the rise is grave or a score has fallen."""

FALL = 0.7
"""The same elsewhere: a network that learns its training set by heart goes on to gain there."""

SLIGHT = 0.02
"""Share of what had been gained below which a rise is nothing, however large it is of the rest."""

GAIN = 0.01
"""Share by which a score has to be better to have gone on improving."""


@rule("TL501", "warning", symptoms={"overfitting": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report each validation loss that rises while its training loss falls."""
    train = [it for it in run.of(Kind.LOSS) if it.role.trained_on and len(it.level) >= LEAST]
    for curve in run.of(Kind.LOSS):
        if not curve.role.held_out or curve.role.adversarial or len(curve.level) < LEAST:
            continue
        pair = next((it for it in train if it.role.metric == curve.role.metric), None)
        if pair is not None:
            finding = _turned(run, curve, pair)
            if finding is not None:
                yield finding


def _turned(run: Run, curve: Curve, train: Curve) -> Finding | None:
    values = curve.level
    smooth = _smoothed(values)
    best = int(np.argmin(smooth))
    lowest, final = float(smooth[best]), float(np.median(values[-max(3, len(values) // 10) :]))
    if len(values) - best <= SINCE or final <= lowest:
        return None
    rise, gained = (final - lowest) / abs(lowest or 1.0), float(smooth[: best + 1].max()) - lowest
    if final - lowest < SLIGHT * gained or (values.min() > 0 and rise < RISE):
        return None
    grave = final - lowest >= GRAVE * gained or (values.min() > 0 and rise >= GRAVE)
    witness = _score_falls(run, curve)
    if not witness and _sigmas(values, _level(values, best), final) < SIGMAS:
        return None
    at_best, at_end = _train_levels(train, int(curve.steps[curve.points[best]]))
    fall = FALL_BESIDE if witness or grave else FALL
    width = _width(train.level)
    least = max((1.0 - fall) * abs(at_best), WITNESSED * wander(train.level) / np.sqrt(width))
    if at_best - at_end < least:
        return None
    first = int(curve.points[best])
    step = int(curve.steps[first])
    excused = not grave or _is_term(run, curve)
    return event(
        curve,
        first,
        int(curve.points[-1]),
        f"`{curve.tag}` has risen from {digits(lowest)} at {curve.axis} {step} to {digits(final)} "
        f"while `{train.tag}` fell from {digits(at_best)} to {digits(at_end)}",
        help=f"keep the checkpoint of {curve.axis} {step}: stop early, regularise, or add data",
        evidence={
            "best step": step,
            "best": lowest,
            "final": final,
            "train at best": at_best,
            "train at end": at_end,
        },
        severity=Severity.INFO
        if excused and not witness and _score_gains(run, curve, step)
        else None,
    )


def _sigmas(values: np.ndarray, lowest: float, final: float) -> float:
    """The rise in deviations of the noise, which is multiplicative where all values are positive."""
    if values.min() > 0:
        return float(np.log(final / lowest) / max(wander(np.log(values)), _TINY))
    return (final - lowest) / max(wander(values), _TINY)


_TINY = 1e-12


def _is_term(run: Run, curve: Curve) -> bool:
    """Whether a loss is one of several on its data: objectness rises while detection improves."""
    return any(
        it.role.split == curve.role.split and it.role.metric != curve.role.metric
        for it in run.of(Kind.LOSS)
    )


def _scores(run: Run, curve: Curve) -> list[Curve]:
    """The scores on the same data as a held-out loss that are long enough to say anything."""
    return [
        it
        for it in run.of(Kind.SCORE)
        if it.role.split in ("", curve.role.split) and len(it.level) >= LEAST
    ]


def _score_falls(run: Run, curve: Curve) -> bool:
    """Whether most scores on the same data end well below their best: a second witness."""
    fallen = scores = 0
    for score in _scores(run, curve):
        best, final = float(_smoothed(score.level).max()), float(np.median(score.level[-SINCE:]))
        scores += 1
        least = max((1.0 - SCORE_LOST) * best, WITNESSED * wander(score.level))
        fallen += best > 0 and best - final >= least
    return 2 * fallen > scores


def _score_gains(run: Run, curve: Curve, step: int) -> bool:
    """Whether a score on the same data is better at the end than where the loss was best.

    A network may grow surer of what it gets wrong, which the loss counts and the score does not.
    """
    for score in _scores(run, curve):
        at = int(np.searchsorted(score.steps[score.points], step))
        then = float(np.median(score.level[max(at - 1, 0) : at + 2]))
        if float(np.median(score.level[-SINCE:])) > (1.0 + GAIN) * then:
            return True
    return False


def _smoothed(values: np.ndarray) -> np.ndarray:
    """Medians of three: one lucky evaluation is no best."""
    return np.concatenate((values[:1], medians_of_three(values), values[-1:]))


def _level(values: np.ndarray, at: int) -> float:
    """The median of a twentieth of a series about a point, of three points at least."""
    width = _width(values)
    low = max(min(at - width // 2, len(values) - width), 0)
    return float(np.median(values[low : low + width]))


def _width(values: np.ndarray) -> int:
    return max(3, len(values) // 20)


def _train_levels(train: Curve, step: int) -> tuple[float, float]:
    """The training loss around the best evaluation, and at the end."""
    at = int(np.searchsorted(train.steps[train.points], step))
    return _level(train.level, at), _level(train.level, len(train.level))
