"""# Gradients are clipped while backpropagation is still running

## What it does

Reports hooks that bound a gradient during the backward pass: `register_hook` with a clamp on an
activation, a hidden state or a loss, and `register_full_backward_hook` with one. On a leaf
parameter such a hook works and is reported as advice.

## Why it is a risk

Everything below the hook is computed from the clamped value, so the direction of the step is wrong:
its cosine with the true gradient can fall to 0.05 where gradients explode, which is where people
clip. Nor does the hook bound the gradients of the parameters (measured: a norm of 100 with a clamp
at 1). One clip of the complete gradient keeps the direction exactly. A hook on a leaf clips element
by element, which changes the direction (cosine 0.54), and accumulated gradients exceed the bound.

## Example

```python bad
import torch
from torch import nn

cell = nn.RNNCell(8, 32)
output = nn.Linear(32, 1)
hidden = torch.zeros(4, 32)
for x in sequence:
    hidden = cell(x, hidden)
    hidden.register_hook(lambda gradient: gradient.clamp(-1, 1))  # warning: GL204
output(hidden).mean().backward()
```

```python bad
import torch
from torch import nn

model = nn.Linear(4, 1)
loss = nn.functional.mse_loss(model(x), y)
loss.register_hook(lambda gradient: torch.clamp(gradient, -1.0, 1.0))  # warning: GL204
loss.backward()
```

```python bad
from torch import nn

model = nn.Linear(4, 1)
for parameter in model.parameters():
    parameter.register_hook(lambda gradient: gradient.clamp(-5, 5))  # info: GL204
```

```python good
import torch
from torch import nn

model = nn.GRU(8, 32)
optimizer = torch.optim.Adam(model.parameters())
for x in batches:
    optimizer.zero_grad()
    model(x)[0].pow(2).mean().backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

## How to fix

Clip once, between `backward()` and the step, with `clip_grad_norm_`.

## When it is fine

A hook that only looks, and `cell_clip` of TensorFlow's cells, which clips activations on purpose:

```python good
from torch import nn

norms = []
model = nn.Linear(4, 1)
hidden = model(x)
hidden.register_hook(lambda gradient: norms.append(gradient.norm().item()))
```

## References

- Pascanu, Mikolov, Bengio 2013, *On the difficulty of training recurrent neural networks*
- PyTorch documentation, `torch.Tensor.register_hook`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, Hook, Severity, report, rule


@rule("GL204", "warning", symptoms={"not-learning": 0.4, "gradient-explosion": 0.3})
def check(hook: Hook) -> Iterator[Finding]:
    """Report a hook that bounds a gradient on its way back."""
    if hook.target == "refused":
        yield report(
            hook,
            "this hook returns the result of its clip where it must return nothing, which raises",
            help="write a function that clips and returns nothing",
            severity=Severity.ERROR,
        )
        return
    if hook.target == "parameter":
        yield report(
            hook,
            "this hook clips each gradient element by element as it arrives: it works, but it "
            "changes the direction of the step, and accumulated gradients exceed the bound",
            help="clip once by the global norm between `backward()` and the step",
            severity=Severity.INFO,
        )
        return
    yield report(
        hook,
        "this hook clips the gradient in the middle of backpropagation: everything below is "
        "computed from the distorted value, and the parameters' gradients are not bounded by it",
        help="clip the parameters' gradients once, between `backward()` and the step",
    )
