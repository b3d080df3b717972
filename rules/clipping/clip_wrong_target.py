"""# The clip is given something other than the parameters that are stepped

## What it does

Reports a call of a clipping function that is given gradients, a `state_dict`, or the parameters of
a network other than the one the optimizer steps.

## Why it is a risk

`clip_grad_norm_` reads the `.grad` of what it is given. A gradient has no `.grad`, nor has an entry
of a `state_dict`, so the call returns 0 and changes nothing (measured: norm 20,000 before and after
the call).

## Example

```python bad
import torch
from torch import nn

model = nn.Linear(4, 1)
nn.functional.mse_loss(model(x), y).backward()
nn.utils.clip_grad_norm_([p.grad for p in model.parameters()], 1.0)  # error: GL211
```

```python bad
import torch
from torch import nn

model = nn.Linear(4, 1)
nn.utils.clip_grad_norm_(model.state_dict().values(), 1.0)  # error: GL211
```

```python bad
import torch
from torch import nn

actor = nn.Linear(4, 2)
critic = nn.Linear(4, 1)
optimizer = torch.optim.Adam(critic.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(critic(x), y).backward()
    nn.utils.clip_grad_norm_(actor.parameters(), 1.0)  # error: GL211
    optimizer.step()
```

```python good
import torch
from torch import nn

actor = nn.Linear(4, 2)
critic = nn.Linear(4, 1)
actor_optimizer = torch.optim.Adam(actor.parameters())
critic_optimizer = torch.optim.Adam(critic.parameters())
for x, y in batches:
    actor_optimizer.zero_grad()
    critic_optimizer.zero_grad()
    (nn.functional.mse_loss(critic(x), y) + actor(x).mean()).backward()
    nn.utils.clip_grad_norm_(actor.parameters(), 1.0)
    nn.utils.clip_grad_norm_(critic.parameters(), 1.0)
    actor_optimizer.step()
    critic_optimizer.step()
```

## How to fix

Pass `model.parameters()` of the network whose optimizer steps next.

## When it is fine

Clipping parameter by parameter is allowed: each parameter then has a bound to itself.

```python good
import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    for parameter in model.parameters():
        nn.utils.clip_grad_norm_(parameter, 1.0)
    optimizer.step()
```

## References

- PyTorch documentation, `torch.nn.utils.clip_grad_norm_`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Clip, Finding, is_gradient, report, rule, spell


@rule("GL211", "error", symptoms={"gradient-explosion": 0.8, "loss-nan": 0.6})
def check(clip: Clip) -> Iterator[Finding]:
    """Report a clip that can't reach the gradients that are applied."""
    if clip.pure or clip.target is None:
        return
    name = spell(clip)
    if any(is_gradient(value) for value in clip.target_items):
        yield report(
            clip,
            f"`{name}` is given gradients, and a gradient has no gradient to clip: nothing changes",
            help="pass the parameters themselves, e.g. `model.parameters()`",
        )
    elif clip.from_state:
        yield report(
            clip,
            f"`{name}` is given a `state_dict`, whose entries have no gradients: nothing changes",
            help="pass the parameters themselves, e.g. `model.parameters()`",
        )
    elif clip.refused:
        yield report(
            clip,
            f"`{name}` is given {clip.refused}, which raises",
            help="pass the parameters themselves, e.g. `model.parameters()`",
        )
    elif clip.foreign is not None:
        yield report(
            clip,
            f"`{name}` clips a network other than the one whose optimizer steps",
            help="pass the parameters that the optimizer steps",
            notes=[(clip.foreign, "this is the optimizer that steps")],
        )
