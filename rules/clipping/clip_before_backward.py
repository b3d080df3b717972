"""# Gradients are clipped before the backward pass that computes them

## What it does

Reports a clip that runs, on every path, on cleared gradients: the backward pass comes after it, and
its gradients are applied unclipped.

## Why it is a risk

The call returns 0, nothing warns, and the next update is unclipped. Measured: a step of norm 21,251
where a clip after the backward pass gives 1.0.

## Example

```python bad
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for x, y in batches:
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # error: GL202
    loss.backward()
    optimizer.step()
```

```python bad
import torch
from torch import nn


def train(model, loader, optimizer, criterion, clip=1.0):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        torch.nn.utils.clip_grad_value_(model.parameters(), clip)  # error: GL202
        loss.backward()
        optimizer.step()
```

```python good
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

## How to fix

Move the clip between `backward()` and the step.

## When it is fine

With gradient accumulation the clip may come before the backward pass in the text and after it in
time:

```python good
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for i, (x, y) in enumerate(batches):
    if i > 0 and i % 4 == 0:
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    (nn.functional.cross_entropy(model(x), y) / 4).backward()
```

An unknown call may have computed the gradients:

```python good
import torch
from torch import nn

from somewhere import accumulate

model = nn.Linear(10, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in batches:
    optimizer.zero_grad()
    accumulate(model, x, y)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

## References

- Pascanu, Mikolov, Bengio 2013, *On the difficulty of training recurrent neural networks*, section
  3.2: the gradient is clipped once it is complete
- PyTorch documentation, `torch.nn.utils.clip_grad_norm_`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import EarlyClip, Finding, report, rule, spell


@rule("GL202", "error", symptoms={"gradient-explosion": 0.9, "loss-nan": 0.8, "loss-spike": 0.7})
def check(clip: EarlyClip) -> Iterator[Finding]:
    """Report a clip that runs on cleared gradients."""
    backward = clip.other
    yield report(
        clip,
        f"`{spell(clip)}` runs before the backward pass, on cleared gradients: "
        "what is applied is not clipped",
        help="move it to directly before the optimizer's step, after `backward()`",
        notes=[(backward, "the gradients are computed here")],
    )
