"""# An optimizer is told to clip in two ways

## What it does

Reports a Keras optimizer that is given more than one of `clipnorm`, `clipvalue` and
`global_clipnorm`, a clipping argument on `LossScaleOptimizer`, and a call of
`fabric.clip_gradients` with both `max_norm` and `clip_val`.

## Why it is a risk

Keras 3 raises `ValueError` when the optimizer is built. Keras 2 accepted `clipnorm` together with
`clipvalue` and applied both, so the bound that takes effect is not the one that was meant. A
`LossScaleOptimizer` sees gradients that are still scaled, so Keras refuses to clip there. Fabric
raises.

## Example

```python bad
import keras

optimizer = keras.optimizers.Adam(1e-3, clipnorm=1.0, clipvalue=0.5)  # error: GL208
```

```python bad
import tensorflow as tf

optimizer = tf.keras.optimizers.RMSprop(1e-3, clipnorm=1.0, global_clipnorm=5.0)  # error: GL208
```

```python bad
import keras

inner = keras.optimizers.Adam(1e-3)
optimizer = keras.optimizers.LossScaleOptimizer(inner, global_clipnorm=1.0)  # error: GL208
```

```python bad
from lightning.fabric import Fabric

fabric = Fabric()
fabric.clip_gradients(model, optimizer, max_norm=1.0, clip_val=0.5)  # error: GL208
```

```python good
import keras

optimizer = keras.optimizers.Adam(1e-3, global_clipnorm=1.0)
other = keras.optimizers.SGD(1e-2, clipnorm=None, clipvalue=0.5)
wrapped = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(1e-3, clipnorm=1.0))
```

```python good
from lightning.fabric import Fabric

fabric = Fabric()
fabric.clip_gradients(model, optimizer, max_norm=1.0)
```

## How to fix

Keep one: `global_clipnorm` bounds all gradients by one factor and keeps their direction; `clipnorm`
bounds each variable separately; `clipvalue` bounds each entry and changes the direction.

## When it is fine

An argument that is `None` does not count.

## References

- Keras documentation, *Optimizers*: `clipnorm`, `clipvalue`, `global_clipnorm`
- Pascanu, Mikolov, Bengio 2013, *On the difficulty of training recurrent neural networks*
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import ClipArguments, Finding, constant, report, rule


@rule("GL208", "error", symptoms={"loss-nan": 0.2})
def check(optimizer: ClipArguments) -> Iterator[Finding]:
    """Report clipping arguments that exclude each other, or that nothing may take."""
    listed = " and ".join(f"`{name}`" for name in optimizer.certain)
    several = len(optimizer.certain) > 1
    if optimizer.kind == "loss-scale" and optimizer.certain:
        yield report(
            optimizer,
            f"{listed} on a loss-scale optimizer: its gradients are still scaled, so Keras refuses",
            help="set it on the inner optimizer",
        )
    elif optimizer.kind == "fabric" and (several or optimizer.without_any):
        what = f"{listed} are both set" if several else "neither `max_norm` nor `clip_val` is set"
        yield report(
            optimizer,
            f"{what}: the call raises",
            help="pass one of them; `max_norm` preserves the direction of the step",
        )
    elif optimizer.kind == "trainer":
        own, given = (constant(value) for value in optimizer.given.values())
        yield report(
            optimizer,
            f"the module clips at {own} and its trainer at {given}, which raises",
            help="give the threshold in one place, or pass on the one that the hook is given",
        )
    elif several:
        yield report(
            optimizer,
            f"{listed} are both set: Keras 3 raises, and Keras 2 clips twice",
            help="keep one of them; `global_clipnorm` preserves the direction of the step",
        )
