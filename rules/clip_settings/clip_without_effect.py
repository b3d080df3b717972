"""# A clipping threshold clips nothing, or everything

## What it does

Reports thresholds that cannot do what they are there for: 0 or negative for PyTorch's functions, 0
or negative for Keras optimizers (off), a bound above 10,000, and skorch's `GradientNormClipping()`
without a value.

## Why it is a risk

`torch.nn.utils.clip_grad_norm_(parameters, 0)` sets every gradient to 0, so nothing is learned; a
negative norm reverses every gradient (measured: cosine -1.0), so training silently ascends the
loss. Keras 3 reads 0 and negative values as "off", without a warning. A bound that no gradient
reaches is no bound: with 1e6 the measured update is that of the unclipped step.

## Example

```python bad
import torch
from torch import nn

model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=-1.0)  # error: GL209
    optimizer.step()
```

```python bad
import torch

LIMIT = 0
torch.nn.utils.clip_grad_value_(model.parameters(), LIMIT)  # error: GL209
```

```python good
from transformers import TrainingArguments

arguments = TrainingArguments("out", max_grad_norm=0.5)
defaults = TrainingArguments("out")
```

## How to fix

Log the norm that `clip_grad_norm_` returns and choose 0.5 to 10 times its average (Pascanu 2013).

## When it is fine

A bound that nothing reaches is a way to measure the norm, if the norm is used; an infinite one says
so by itself. A default of a command-line option is not the value that runs:

```python good
import argparse

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--clip", type=float, default=0)
args = parser.parse_args()
if args.clip > 0:
    torch.nn.utils.clip_grad_norm_(model.parameters(), args.clip)
```

```python good
import torch

norm = torch.nn.utils.clip_grad_norm_(model.parameters(), float("inf"))
print("gradient norm", norm)
```

## References

- PyTorch documentation, `torch.nn.utils.clip_grad_norm_`
- Pascanu, Mikolov, Bengio 2013, *On the difficulty of training recurrent neural networks*, section
  3
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Clip, Const, Finding, Severity, number, report, rule, spell


@rule("GL209", "warning", symptoms={"not-learning": 0.6, "loss-diverges": 0.5})
def check(clip: Clip) -> Iterator[Finding]:
    """Report a threshold that is zero, negative, missing or out of reach."""
    if clip.callback and clip.threshold is None:
        if clip.off_by_default:
            yield report(
                clip,
                f"`{spell(clip)}` has no threshold, and without one it does nothing",
                help="pass the threshold",
            )
        return
    if not isinstance(clip.threshold, Const) or clip.threshold.default:
        return
    value = number(clip.threshold)
    if value is None:
        if clip.threshold.value is None and clip.needs_threshold:
            yield report(
                clip,
                f"`{spell(clip)}` has no threshold, which raises",
                help="choose a positive threshold, e.g. 1.0",
                severity=Severity.ERROR,
            )
    elif clip.argument and value <= 0:
        yield switched_off(clip, clip.argument, value)
    elif value == float("inf") or (clip.pure and not clip.of_gradients):
        return
    elif not clip.limits:
        if not clip.measures:
            yield report(
                clip,
                f"a threshold of {value:g} is never reached, so nothing is clipped",
                help="log the norm of the gradients and choose 0.5 to 10 times its average",
            )
    elif value <= 0 and not clip.callback:
        yield from harmful(clip, value)


def switched_off(clip: Clip, argument: str, value: float) -> Finding:
    """An argument that turns clipping off; 0 is often meant that way, a negative number never."""
    return report(
        clip,
        f"`{argument}={value:g}` turns clipping off",
        help=f"choose a positive threshold, or leave `{argument}` out",
        severity=Severity.INFO if value == 0 else None,
    )


def harmful(clip: Clip, value: float) -> Iterator[Finding]:
    """A bound that leaves nothing of the gradients, or reverses them."""
    if value == 0 and not (clip.pure and clip.how == "value"):
        yield report(
            clip,
            "a threshold of 0 sets every gradient to 0, so nothing is learned",
            help="choose a positive threshold, e.g. 1.0",
            severity=Severity.ERROR,
        )
    elif value < 0 and not clip.pure:
        how = "reverses every gradient, so training ascends the loss"
        if clip.how == "value":
            how = "sets every element of every gradient to that number"
        yield report(
            clip,
            f"the negative threshold {value:g} {how}",
            help="choose a positive threshold, e.g. 1.0",
            severity=Severity.ERROR,
        )
