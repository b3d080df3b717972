"""# An iterator of parameters is used up before the clip sees it

## What it does

Reports a clip that is given an iterator over parameters (`model.parameters()`, `filter(...)`,
`map(...)` kept in a variable) which something has already consumed: the optimizer, a sum, or an
earlier iteration of the same loop.

## Why it is a risk

An iterator can be consumed only once. The optimizer takes everything, and the clip gets nothing:
measured, the update is that of the unclipped step (norm 21,251 instead of 1). Recent PyTorch warns
for a true generator; for `filter` and `map` it says nothing.

## Example

```python bad
import torch
from torch import nn

model = nn.Linear(4, 1)
parameters = model.parameters()
optimizer = torch.optim.SGD(parameters, lr=0.1)
nn.functional.mse_loss(model(x), y).backward()
nn.utils.clip_grad_norm_(parameters, 1.0)  # error: GL210
optimizer.step()
```

```python bad
import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
trainable = filter(lambda p: p.requires_grad, model.parameters())
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    nn.utils.clip_grad_norm_(trainable, 1.0)  # error: GL210
    optimizer.step()
```

```python good
import torch
from torch import nn

model = nn.Linear(4, 1)
parameters = list(model.parameters())
optimizer = torch.optim.SGD(parameters, lr=0.1)
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
```

## How to fix

Wrap the definition in `list(...)`, or call `model.parameters()` again.

## When it is fine

A list can be read any number of times, and so can what `parameters()` returns at each call:

```python good
import torch
from torch import nn

model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

## References

- pytorch/pytorch issue 148259, *clip_grad_norm_ and an exhausted generator*
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Clip, Finding, report, rule, spell


@rule("GL210", "error", symptoms={"gradient-explosion": 0.8, "loss-nan": 0.6})
def check(clip: Clip) -> Iterator[Finding]:
    """Report a clip of an iterator that is already used up."""
    if clip.consumed is not None:
        cause = [(clip.consumed, "it is used up here"), (clip.target, "the iterator is made here")]
    elif clip.emptied_by_loop:
        cause = [(clip.target, "the iterator is made here, once for all iterations")]
    else:
        return
    yield report(
        clip,
        f"`{spell(clip)}` gets an iterator that is used up: it clips nothing",
        help="keep the parameters in a list: `list(model.parameters())`",
        notes=cause,
    )
