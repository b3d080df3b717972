"""# The learning-rate scheduler steps before the optimizer

## What it does

Reports a `scheduler.step()` that runs before the first `optimizer.step()` on every path.

## Why it is a risk

A scheduler sets its first learning rate when it is built. If it steps before the first update, it
moves on to the second value and the first is never used: measured with an `ExponentialLR` of gamma
0.1, the first update is made at a tenth of the learning rate that was asked for. A warm-up or
one-cycle schedule is one step ahead for the whole run. torch warns once; up to torch 1.1.0 the
order was the reverse, so old tutorials still show it.

## Example

```python bad
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30, gamma=0.1)
for epoch in range(100):
    scheduler.step()  # warning: GL403
    for x, y in [(torch.randn(8, 10), torch.randn(8, 1))]:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
```

```python bad
from torch import nn, optim
from torch.optim.lr_scheduler import CosineAnnealingLR


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = optim.AdamW(model.parameters(), lr=3e-4)
        self.scheduler = CosineAnnealingLR(self.optimizer, T_max=50)
        self.criterion = nn.CrossEntropyLoss()

    def update(self, x, y):
        self.optimizer.zero_grad()
        self.criterion(self.model(x), y).backward()
        self.scheduler.step()  # warning: GL403
        self.optimizer.step()

    def fit(self, loader):
        for x, y in loader:
            self.update(x, y)


Trainer(nn.Linear(4, 3)).fit([])
```

After the optimizer, in each batch or in each epoch:

```python good
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
per_batch = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)
per_epoch = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
for epoch in range(10):
    for x, y in [(torch.randn(8, 10), torch.randn(8, 1))]:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
        per_batch.step()
    per_epoch.step()
```

## How to fix

Move `scheduler.step()` after `optimizer.step()`: to the end of the batch for schedules that count
batches, to the end of the epoch for those that count epochs.

## When it is fine

When the scheduler is given the epoch or a metric, which sets the rate whatever came before:

```python good
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
stepped = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
x, y = torch.randn(64, 10), torch.randn(64, 1)
for epoch in range(100):
    stepped.step(epoch)
    plateau.step(nn.functional.mse_loss(model(x), y).item())
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
```

When it is wound forward to resume a run. With a loss scaler torch may print the same warning
because the first step overflowed; that is harmless, and not reported.

## References

- [torch.optim: how to adjust learning
  rate](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate) ("Prior to
  PyTorch 1.1.0, the learning rate scheduler was expected to be called before the optimizer's
  update")
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import EarlySchedule, Finding, receiver, report, rule


@rule("GL403", "warning")
def check(schedule: EarlySchedule) -> Iterator[Finding]:
    """Report a scheduler step that precedes the first optimizer step on every path."""
    name = receiver(schedule.effect.call, "the scheduler")
    step = schedule.other
    yield report(
        schedule,
        f"`{name}.step()` runs before the first optimizer step, so the first value of the "
        "schedule is skipped",
        help="step the scheduler after the optimizer, at the end of the loop body",
        notes=[(step, "the optimizer steps here")],
    )
