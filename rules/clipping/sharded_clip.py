"""# The clip sees one shard of the gradients

## What it does

Reports `torch.nn.utils.clip_grad_norm_` of a model wrapped in `FullyShardedDataParallel` (FSDP1),
and `accelerator.clip_grad_norm_` where DeepSpeed runs the step.

## Why it is a risk

With FSDP1 each process holds a shard, so the free function computes the norm of that shard: each
process scales its part by a different factor, and the step changes direction. Under DeepSpeed
Accelerate's method only returns the norm; the clipping that counts is `gradient_clipping` in
DeepSpeed's configuration.

## Example

```python bad
import torch
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP

model = FSDP(build())
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
for batch in batches:
    optimizer.zero_grad()
    model(batch).mean().backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # warning: GL215
    optimizer.step()
```

```python bad
from accelerate import Accelerator, DeepSpeedPlugin

accelerator = Accelerator(deepspeed_plugin=DeepSpeedPlugin(zero_stage=2))
model, optimizer = accelerator.prepare(model, optimizer)
for batch in batches:
    accelerator.backward(model(batch).mean())
    accelerator.clip_grad_norm_(model.parameters(), 1.0)  # warning: GL215
    optimizer.step()
    optimizer.zero_grad()
```

```python good
import torch
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP

model = FSDP(build())
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
for batch in batches:
    optimizer.zero_grad()
    model(batch).mean().backward()
    model.clip_grad_norm_(1.0)
    optimizer.step()
```

## How to fix

FSDP1: call `model.clip_grad_norm_(1.0)` on the root. DeepSpeed: set `gradient_clipping`.

## When it is fine

FSDP2 (`fully_shard`) keeps DTensors, for which the free function is right. So it is with a strategy
that does not shard:

```python good
import torch
from torch.distributed.fsdp import fully_shard

fully_shard(model)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
for batch in batches:
    optimizer.zero_grad()
    model(batch).mean().backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

```python good
import torch
from torch.distributed.fsdp import FullyShardedDataParallel, ShardingStrategy

model = FullyShardedDataParallel(build(), sharding_strategy=ShardingStrategy.NO_SHARD)
torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
```

## References

- PyTorch documentation, `FullyShardedDataParallel.clip_grad_norm_`
- Accelerate documentation, *DeepSpeed*
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Clip, Finding, report, rule, spell


@rule("GL215", "warning", symptoms={"gradient-explosion": 0.4, "loss-spike": 0.4})
def check(clip: Clip) -> Iterator[Finding]:
    """Report a clip that does not see all gradients, or that is not the one that counts."""
    if clip.taken_over_by:
        yield report(
            clip,
            f"`{spell(clip)}` only returns the norm: {clip.taken_over_by} runs the step",
            help="set `gradient_clipping` in its configuration",
        )
        return
    wrapper = clip.sharder
    if wrapper is not None:
        yield report(
            clip,
            f"`{spell(clip)}` computes the norm of this process's shard alone",
            help="call `clip_grad_norm_` of the wrapped model instead",
            notes=[(wrapper, "the parameters are sharded here")],
        )
