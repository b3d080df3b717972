"""# Gradients are never cleared between steps

## What it does

Reports a loop of `backward` and `step` in which nothing on any path clears the gradients.

## Why it is a risk

`backward` adds to the gradients that are there. For a loss of `4 * w` they are 4, 8 and 12 in the
first three iterations (measured), so every step applies the sum of all gradients since the start:
the effective learning rate grows with every iteration, and descent that would converge keeps
swinging (measured on `w**2 / 2` with rate 0.5: with clearing, the value is below 0.001 after 40
steps; without it, it still swings with the amplitude it started with). Larger problems diverge.

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

Clearing once, before the loop, is not enough:

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

## How to fix

Call `optimizer.zero_grad()` at the start of each iteration, before `backward()`; or directly after
`step()`.

## When it is fine

When gradients are summed over several batches on purpose; the program then clears them after each
step, and the rule is silent.

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

## References

-
  [torch.optim.Optimizer.zero_grad](https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html)
- [Zeroing out gradients in
  PyTorch](https://docs.pytorch.org/tutorials/recipes/recipes/zeroing_out_gradients.html)
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
        notes=[(backward, "gradients of each iteration are added here")],
    )
