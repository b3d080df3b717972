"""# Gradients are clipped after the step that applied them

## What it does

Reports a clip that runs, on every path, after the optimizer's step and before the gradients are
cleared.

## Why it is a risk

The step has already used the gradients, so the update is that of a loop without a clip: measured,
it is the same bit for bit.

## Example

```python bad
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # error: GL203
```

```python bad
import torch
from torch import nn


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.Adam(model.parameters())

    def epoch(self, loader):
        for x, y in loader:
            loss = nn.functional.mse_loss(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)  # error: GL203
            self.optimizer.zero_grad()
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

```python good
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
scaler = torch.amp.GradScaler("cuda")
for x, y in batches:
    scaler.scale(nn.functional.cross_entropy(model(x), y)).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
```

## How to fix

Move the clip between `backward()` and the step.

## When it is fine

Each of two optimizers has its own gradients: the step of one does not use up those of the other.

```python good
import torch
from torch import nn

encoder = nn.Linear(10, 4)
decoder = nn.Linear(4, 3)
encoder_optimizer = torch.optim.SGD(encoder.parameters(), lr=0.1)
decoder_optimizer = torch.optim.SGD(decoder.parameters(), lr=0.1)
for x, y in batches:
    encoder_optimizer.zero_grad()
    decoder_optimizer.zero_grad()
    nn.functional.cross_entropy(decoder(encoder(x)), y).backward()
    decoder_optimizer.step()
    nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
    encoder_optimizer.step()
```

A bound that no gradient reaches clips nothing: it measures the norm, and that can be done at any
time before the gradients are cleared.

```python good
import torch
from torch import nn

model = nn.Linear(10, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1e9)
    print("gradient norm", norm)
```

## References

- PyTorch documentation, `torch.nn.utils.clip_grad_norm_`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, LateClip, report, rule, spell


@rule("GL203", "error", symptoms={"gradient-explosion": 0.9, "loss-nan": 0.8, "loss-spike": 0.7})
def check(clip: LateClip) -> Iterator[Finding]:
    """Report a clip between the step and the next clearing."""
    cleared = clip.other
    yield report(
        clip,
        f"`{spell(clip)}` runs after the step: the gradients are applied unclipped, "
        "and the clipped ones are discarded",
        help="move it between `backward()` and the optimizer's step",
        notes=[(cleared, "the clipped gradients are cleared here")],
    )
