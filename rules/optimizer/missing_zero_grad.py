"""# Gradients are never cleared between steps.

## What it does

Reports a loop of `backward` and `step` in which nothing on any path clears the gradients.

## Why it is a risk

`backward` adds to the gradients that are there. For a loss of `4 * w` they are 4, 8 and 12 in the
first three iterations (measured), so every step applies the sum of all gradients since the start:
the effective learning rate grows with every iteration, and descent that would settle swings for
ever (measured on `w**2 / 2` with rate 0.5: cleared, it is below 0.001 after 40 steps; not cleared,
it still swings with the amplitude it started with). Larger problems diverge.

## Example

```python bad
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(100):
    x, y = torch.randn(32, 10), torch.randn(32, 1)
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()  # error: GL404
```

```python bad
# file: steps.py
def update(model, optimizer, criterion, x, y):
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()  # error: GL404
    return loss.item()
# file: train.py
import torch
from torch import nn

from steps import update

model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(model.parameters())
for x, y in [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))] * 100:
    update(model, optimizer, nn.CrossEntropyLoss(), x, y)
```

Once before the loop is not enough:

```python bad
import torch
from torch import nn

model = nn.LSTM(10, 20)
head = nn.Linear(20, 1)
optimizer = torch.optim.RMSprop([*model.parameters(), *head.parameters()])
scaler = torch.amp.GradScaler("cuda")
optimizer.zero_grad()
for _ in range(1000):
    with torch.autocast("cuda"):
        out, _ = model(torch.randn(5, 3, 10))
        loss = head(out).pow(2).mean()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)  # error: GL404
    scaler.update()
```

```python bad
import torch
from accelerate import Accelerator
from torch import nn


def train(loader):
    accelerator = Accelerator()
    model = nn.Linear(16, 4)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
    for x, y in loader:
        loss = nn.functional.cross_entropy(model(x), y)
        accelerator.backward(loss)
        optimizer.step()  # error: GL404
```

Cleared at the start, at the end, on the module, or parameter by parameter:

```python good
import torch
from torch import nn

x, y = torch.randn(32, 10), torch.randn(32, 1)
model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range(100):
    optimizer.zero_grad(set_to_none=True)
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
for _ in range(100):
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
for _ in range(100):
    model.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
for _ in range(100):
    for parameter in model.parameters():
        parameter.grad = None
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
for _ in range(100):
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
    for parameter in model.parameters():
        parameter.grad.zero_()
```

```python good
import torch
from torch import nn

x, y = torch.randn(32, 10), torch.randn(32, 1)
model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range(100):
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
    torch._foreach_zero_([parameter.grad for parameter in model.parameters()])
for _ in range(100):
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad.data.zero_()
```

Accumulated on purpose, and cleared when the step was taken:

```python good
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for index in range(1000):
    x, y = torch.randn(4, 10), torch.randn(4, 1)
    (nn.functional.mse_loss(model(x), y) / 8).backward()
    if (index + 1) % 8 == 0:
        optimizer.step()
        optimizer.zero_grad()
```

Closures, in which the gradients are cleared:

```python good
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.8)
x, y = torch.randn(32, 10), torch.randn(32, 1)


def closure():
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    return loss


for _ in range(20):
    optimizer.step(closure)
```

A new model and optimizer in each iteration:

```python good
import torch
from torch import nn

for seed in range(10):
    torch.manual_seed(seed)
    model = nn.Linear(10, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loss = model(torch.randn(4, 10)).pow(2).mean()
    loss.backward()
    optimizer.step()
```

Functional gradients never accumulate, and distributed autograd keeps them in a context:

```python good
import torch
import torch.distributed.autograd as dist_autograd
from torch import nn
from torch.distributed.optim import DistributedOptimizer

model = nn.Linear(10, 1)
parameters = list(model.parameters())
for _ in range(100):
    loss = model(torch.randn(4, 10)).pow(2).mean()
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients):
            parameter -= 0.01 * gradient


def remote(model, loader, references):
    optimizer = DistributedOptimizer(torch.optim.SGD, references, lr=0.05)
    for x, y in loader:
        with dist_autograd.context() as context_id:
            loss = nn.functional.mse_loss(model(x), y)
            dist_autograd.backward(context_id, [loss])
            optimizer.step(context_id)
```

DeepSpeed's engine clears by itself; Lightning does in automatic optimization:

```python good
import deepspeed
import lightning as L
import torch
from torch import nn


def train(model, loader, config):
    engine, optimizer, _, _ = deepspeed.initialize(model=model, config=config)
    for x, y in loader:
        loss = nn.functional.cross_entropy(engine(x), y)
        engine.backward(loss)
        engine.step()


class Regression(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.net = nn.Linear(10, 1)

    def training_step(self, batch, batch_idx):
        optimizer = self.optimizers()
        optimizer.zero_grad()
        self.manual_backward(self.net(batch).pow(2).mean())
        optimizer.step()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters())
```

A generator and a discriminator, each cleared by its own optimizer:

```python good
import torch
from torch import nn

generator, discriminator = nn.Linear(8, 16), nn.Linear(16, 1)
optimizer_g = torch.optim.Adam(generator.parameters())
optimizer_d = torch.optim.Adam(discriminator.parameters())
criterion = nn.BCEWithLogitsLoss()
for _ in range(1000):
    fake = generator(torch.randn(4, 8))
    optimizer_d.zero_grad()
    loss_d = criterion(discriminator(fake.detach()), torch.zeros(4, 1))
    loss_d.backward()
    optimizer_d.step()
    generator.zero_grad()
    criterion(discriminator(fake), torch.ones(4, 1)).backward()
    optimizer_g.step()
```

Unknown code that gets the optimizer may clear:

```python good
import torch
from torch import nn

from training_service import after_step

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range(100):
    model(torch.randn(4, 10)).pow(2).mean().backward()
    optimizer.step()
    after_step(optimizer)
```

## How to fix

Call `optimizer.zero_grad()` at the start of each iteration, before `backward()`; or directly after
`step()`.

## When it is fine

When gradients are summed over several batches on purpose; the program then clears them after each
step, and the rule is silent.

## References

- [torch.optim.Optimizer.zero_grad](https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html).
- [Zeroing out gradients in PyTorch](https://docs.pytorch.org/tutorials/recipes/recipes/zeroing_out_gradients.html).
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, StaleStep, receiver, report, rule


@rule("GL404", "error", symptoms={"loss-diverges": 0.9, "gradient-explosion": 0.8, "loss-nan": 0.6})
def check(step: StaleStep) -> Iterator[Finding]:
    """Report a loop of backward and step in which nothing clears the gradients."""
    name = receiver(step.effect.call)
    backward = step.other
    yield report(
        step,
        "the gradients are never cleared in this loop: every step applies the sum of all "
        "gradients so far",
        help=f"call `{name}.zero_grad()` before `backward()`, or after the step",
        notes=[(backward, "gradients of each iteration are added here")] if backward else [],
    )
