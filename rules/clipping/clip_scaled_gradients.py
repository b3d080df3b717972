"""# Gradients are clipped while they are still multiplied by the loss scale

## What it does

Reports a clip, between `scaler.scale(loss).backward()` and `scaler.step(optimizer)`, of gradients
that no `scaler.unscale_(optimizer)` has divided by the scale.

## Why it is a risk

The scale starts at 65,536, so the threshold is that many times too small: measured, the clip saw a
norm of 167,105 where the gradient has 2.55, and the step was 0.0015 instead of 100. With SGD the
model all but stops learning; Adam hides the loss of scale but loses precision.

## Example

```python bad
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
scaler = torch.amp.GradScaler("cuda")
for x, y in batches:
    optimizer.zero_grad()
    with torch.autocast("cuda"):
        loss = nn.functional.cross_entropy(model(x), y)
    scaler.scale(loss).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # error: GL205
    scaler.step(optimizer)
    scaler.update()
```

```python bad
import torch
from torch.cuda.amp import GradScaler, autocast


def train(model, loader, criterion, optimizer, use_amp, clip):
    scaler = GradScaler()
    for x, y in loader:
        optimizer.zero_grad()
        with autocast():
            loss = criterion(model(x), y)
        if use_amp:
            scaler.scale(loss).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)  # error: GL205
            scaler.step(optimizer)
            scaler.update()
        else:
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
```

```python good
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
scaler = torch.amp.GradScaler("cuda")
for x, y in batches:
    optimizer.zero_grad()
    with torch.autocast("cuda"):
        loss = nn.functional.cross_entropy(model(x), y)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
```

## How to fix

Call `scaler.unscale_(optimizer)` before the clip; `scaler.step` then knows not to unscale again.

## When it is fine

With a scaler that is disabled, and with apex, Accelerate, Lightning and Fabric, which unscale for
you:

```python good
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
scaler = torch.amp.GradScaler("cuda", enabled=False)
for x, y in batches:
    optimizer.zero_grad()
    scaler.scale(nn.functional.cross_entropy(model(x), y)).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
```

```python good
import torch
from accelerate import Accelerator
from torch import nn

accelerator = Accelerator(mixed_precision="fp16")
model = nn.Linear(10, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model, optimizer = accelerator.prepare(model, optimizer)
for x, y in batches:
    optimizer.zero_grad()
    accelerator.backward(nn.functional.cross_entropy(model(x), y))
    accelerator.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

## References

- PyTorch documentation, *Automatic Mixed Precision examples: gradient clipping*
- Micikevicius et al. 2018, *Mixed precision training* (arXiv:1710.03740)
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, ScaledClip, report, rule, spell


@rule("GL205", "error", symptoms={"not-learning": 0.8, "vanishing-gradients": 0.5})
def check(clip: ScaledClip) -> Iterator[Finding]:
    """Report a clip of scaled gradients that nothing unscaled."""
    backward = clip.other
    yield report(
        clip,
        f"`{spell(clip)}` clips gradients that are still multiplied by the loss scale "
        "(65536 at the start), so the threshold is that many times too small",
        help="call `scaler.unscale_(optimizer)` between `backward()` and the clip",
        notes=[(backward, "the scaled loss is differentiated here")],
    )
