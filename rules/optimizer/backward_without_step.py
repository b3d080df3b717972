"""# Gradients are computed in a training loop and never applied

## What it does

Reports a loop in which an optimizer's gradients are cleared and computed, while nothing in the
program ever steps that optimizer or uses the gradients in another way.

## Why it is a risk

No weight changes. Measured on a linear task: after 50 epochs without `step()` the loss is exactly
what it was before the first, although the gradient norm is above 0.1; with the step it is below 1%
of that. Nothing is raised, and over a shuffled data set the loss still flickers, so the defect
takes time to notice.

## Example

```python bad
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(50):
    x, y = torch.randn(64, 10), torch.randn(64, 1)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()  # warning: GL406
    print(epoch, loss.item())
```

The method is named and not called:

```python bad
import torch
from torch import nn

network = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()
for x, y in [(torch.randn(8, 4), torch.zeros(8, dtype=torch.long))] * 100:
    optimizer.zero_grad()
    criterion(network(x), y).backward()  # warning: GL406
    optimizer.step
```

Applied by the optimizer, by a scaler, or by a helper in another file:

```python good
# file: apply.py
def finish(optimizer, scaler=None):
    if scaler is None:
        optimizer.step()
    else:
        scaler.step(optimizer)
        scaler.update()
# file: train.py
import torch
from torch import nn

from apply import finish

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(50):
    optimizer.zero_grad()
    model(torch.randn(4, 10)).pow(2).mean().backward()
    finish(optimizer)
```

Applied by hand:

```python good
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(50):
    optimizer.zero_grad()
    model(torch.randn(4, 10)).pow(2).mean().backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= 0.1 * parameter.grad
```

## How to fix

Call `optimizer.step()` after `backward()`, with the parentheses.

## When it is fine

When the gradients themselves are the result: attributions, penalties, measurements, gradients that
are sent to another process. Reading `.grad`, or passing the model or the optimizer to unknown code,
silences the rule.

## References

- [torch.optim: taking an optimization
  step](https://docs.pytorch.org/docs/stable/optim.html#taking-an-optimization-step)
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, UnusedBackward, report, rule, spell


@rule("GL406", "warning", symptoms={"not-learning": 1.0})
def check(unused: UnusedBackward) -> Iterator[Finding]:
    """Report a backward pass whose gradients no step uses."""
    yield report(
        unused.backward,
        f"`{spell(unused.backward)}` computes gradients in this loop and nothing applies them",
        help="call the optimizer's `step()` after `backward()`",
        notes=[(unused.optimizer, "this optimizer never steps")],
    )
