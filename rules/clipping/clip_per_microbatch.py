"""# Gradients are clipped at every micro-batch of an accumulated step

## What it does

Reports a clip that runs after each backward pass while the step is taken only once in so many
iterations, by a count.

## Why it is a risk

What is clipped is the sum so far, which is shrunk again each time: measured over four
micro-batches, their shares of the step are 0.001, 0.01, 0.1 and 0.995 instead of a quarter each.

## Example

```python bad
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for i, (x, y) in enumerate(batches):
    (nn.functional.cross_entropy(model(x), y) / 4).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # warning: GL207
    if (i + 1) % 4 == 0:
        optimizer.step()
        optimizer.zero_grad()
```

```python bad
import torch
from torch import nn


def train(model, loader, optimizer, steps):
    for index, (x, y) in enumerate(loader):
        loss = nn.functional.mse_loss(model(x), y) / steps
        loss.backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), 0.5)  # warning: GL207
        if index % steps == steps - 1:
            optimizer.step()
            optimizer.zero_grad()
```

```python good
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for i, (x, y) in enumerate(batches):
    (nn.functional.cross_entropy(model(x), y) / 4).backward()
    if (i + 1) % 4 == 0:
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
```

## How to fix

Move the clip under the condition of the step, directly before it.

## When it is fine

A step that is skipped where the norm is not finite is not accumulation, and Accelerate knows when
gradients are complete:

```python good
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    if torch.isfinite(norm):
        optimizer.step()
```

```python good
import torch
from accelerate import Accelerator
from torch import nn

accelerator = Accelerator(gradient_accumulation_steps=4)
model = nn.Linear(10, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model, optimizer = accelerator.prepare(model, optimizer)
for x, y in batches:
    with accelerator.accumulate(model):
        accelerator.backward(nn.functional.cross_entropy(model(x), y))
        if accelerator.sync_gradients:
            accelerator.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
```

## References

- Accelerate documentation, *Performing gradient accumulation*
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, RepeatedClip, report, rule, spell


@rule("GL207", "warning", symptoms={"not-learning": 0.2})
def check(clip: RepeatedClip) -> Iterator[Finding]:
    """Report a clip that runs again and again on a growing sum."""
    yield report(
        clip,
        f"`{spell(clip)}` runs at every micro-batch while gradients accumulate: "
        "the sum is shrunk again each time, so early micro-batches count less",
        help="clip once, under the condition of the optimizer's step and directly before it",
    )
