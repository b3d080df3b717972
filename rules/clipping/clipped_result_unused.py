"""# The clipped gradients are not the ones that are applied

## What it does

Reports gradients that are clipped into a new value which the update does not use: the result of a
TensorFlow clipping function, or of `clamp` without the underscore, that is dropped, and
`apply_gradients` called with the gradients from before the clip.

## Why it is a risk

These functions change nothing in place, so the unclipped gradients are applied (measured: an update
of 30.6 instead of 0.6).

## Example

```python bad
import tensorflow as tf

with tf.GradientTape() as tape:
    loss = loss_fn(model(x), y)
gradients = tape.gradient(loss, model.trainable_variables)
clipped, norm = tf.clip_by_global_norm(gradients, 1.0)  # error: GL213
optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

```python bad
import tensorflow as tf

with tf.GradientTape() as tape:
    loss = loss_fn(model(x), y)
gradients = tape.gradient(loss, model.trainable_variables)
tf.clip_by_global_norm(gradients, 1.0)  # error: GL213
optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

```python bad
import torch
from torch import nn

model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    for parameter in model.parameters():
        parameter.grad.clamp(-1, 1)  # error: GL213
    optimizer.step()
```

```python good
import tensorflow as tf

with tf.GradientTape() as tape:
    loss = loss_fn(model(x), y)
gradients = tape.gradient(loss, model.trainable_variables)
gradients, norm = tf.clip_by_global_norm(gradients, 1.0)
optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

```python good
import tensorflow as tf

with tf.GradientTape() as tape:
    loss = loss_fn(model(x), y)
gradients = tape.gradient(loss, model.trainable_variables)
gradients = [tf.clip_by_norm(g, 1.0) for g in gradients]
optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

## How to fix

Give the clipped gradients to `apply_gradients`.

## When it is fine

Clipping predictions or pixels has nothing to do with gradients, and a clamp in place, or one that
is assigned, changes what is applied:

```python good
import tensorflow as tf

image = tf.clip_by_value(tf.cast(picture, tf.float32) / 255.0, 0.0, 1.0)
```

```python good
from torch import nn

model = nn.Linear(4, 1)
for parameter in model.parameters():
    parameter.grad.clamp_(-1, 1)
    parameter.grad = parameter.grad.clamp(-1, 1)
    largest = parameter.grad.clamp(min=0).max()
```

## References

- TensorFlow documentation, `tf.clip_by_global_norm`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, UnusedClip, report, rule, spell


@rule("GL213", "error", symptoms={"gradient-explosion": 0.8, "loss-nan": 0.6})
def check(unused: UnusedClip) -> Iterator[Finding]:
    """Report a clip whose result the update does not use."""
    if unused.rebound:
        yield report(
            unused.clip,
            f"`{unused.rebound}` is a new tensor that nothing uses: the gradient is not changed",
            help="clamp in place with `clamp_`, or assign the result to `.grad`",
        )
        return
    if unused.update is None:
        yield report(
            unused.clip,
            f"the result of `{spell(unused.clip)}` is dropped: the gradient is not changed",
            help="use the method with an underscore, which works in place",
        )
        return
    yield report(
        unused.clip,
        f"the result of `{spell(unused.clip)}` is not what is applied: the step is unclipped",
        help="give the clipped gradients to `apply_gradients`",
        notes=[(unused.update, "the gradients from before the clip are applied here")],
    )
