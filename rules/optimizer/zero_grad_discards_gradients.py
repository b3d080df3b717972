"""# Gradients are cleared between the backward pass and the step

## What it does

Reports a `zero_grad` (or another way of clearing) after `backward` and before the `step` that was
to apply those gradients, on every path.

## Why it is a risk

The step has nothing to apply and no weight moves: measured, three iterations change the weights by
exactly 0, with `zero_grad()` and with `set_to_none=False`. With momentum or weight decay and
`set_to_none=False` the weights still drift, which looks like training. The loss stays where it
started and nothing is raised.

## Example

```python bad
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.Adam(model.parameters())
for _ in range(100):
    x, y = torch.randn(32, 10), torch.randn(32, 1)
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.zero_grad()  # error: GL405
    optimizer.step()
```

```python bad
import torch
from torch import nn


class Trainer:
    def __init__(self):
        self.model = nn.GRU(8, 16)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)

    def gradients(self, x):
        output, _ = self.model(x)
        output.pow(2).mean().backward()

    def apply(self):
        self.model.zero_grad()  # error: GL405
        self.optimizer.step()

    def fit(self, loader):
        for x in loader:
            self.gradients(x)
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.apply()


Trainer().fit(torch.randn(20, 5, 3, 8))
```

Before the backward pass, or after the step:

```python good
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.Adam(model.parameters())
for _ in range(100):
    loss = model(torch.randn(4, 10)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
for _ in range(100):
    model(torch.randn(4, 10)).pow(2).mean().backward()
    optimizer.step()
    optimizer.zero_grad()
```

## How to fix

Move the clearing before `backward()`, or after `step()`.

## When it is fine

When it clears another network: gradients that one loss left in a network that another optimizer
trains, as in adversarial training. The rule matches clearing, backward pass and step by the
parameters they reach, and is silent where it cannot.

```python good
import torch
from torch import nn

generator, discriminator = nn.Linear(8, 16), nn.Linear(16, 1)
optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-4)
optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4)
criterion = nn.BCEWithLogitsLoss()
real = torch.randn(4, 16)
for _ in range(1000):
    optimizer_g.zero_grad()
    fake = generator(torch.randn(4, 8))
    loss_g = criterion(discriminator(fake), torch.ones(4, 1))
    loss_g.backward()
    optimizer_d.zero_grad()
    optimizer_g.step()

    loss_d = criterion(discriminator(real), torch.ones(4, 1))
    loss_d = loss_d + criterion(discriminator(fake.detach()), torch.zeros(4, 1))
    loss_d.backward()
    optimizer_d.step()
```

## References

- [torch.optim: taking an optimization
  step](https://docs.pytorch.org/docs/stable/optim.html#taking-an-optimization-step)
-
  [torch.optim.Optimizer.zero_grad](https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, LostGradients, report, rule, spell


@rule("GL405", "error", symptoms={"not-learning": 1.0, "vanishing-gradients": 0.8})
def check(zero: LostGradients) -> Iterator[Finding]:
    """Report a clearing that discards what the step was to apply."""
    step = zero.other
    yield report(
        zero,
        f"`{spell(zero)}` runs between the backward pass and the step: it discards the "
        "gradients, and nothing is learned",
        help="move it before `backward()`, or after the step",
        notes=[(step, "this step has no gradients to apply")],
    )
