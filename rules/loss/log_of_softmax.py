"""# The logarithm of a softmax is taken in two steps

## What it does

Reports `log(softmax(x))` on a path that is trained, in one expression, through a variable, through
an index or a function. Where an epsilon or a clamp keeps the argument from zero it is only advice.

## Why it is a risk

A softmax underflows to exactly 0 in float32 once two logits are 104 apart, and in float16 at about
17. Its logarithm is then -inf, and the gradient NaN: measured for the logits [0, -200] in torch,
TensorFlow and JAX alike. From then on every weight is NaN. `log_softmax` never forms the
probability: it gives -200 there and the same value everywhere else, so changing to it is safe. An
epsilon (`log(p + 1e-8)`) avoids the -inf, but the gradient fades as soon as the probability falls
below it, exactly where the network is confidently wrong and has most to learn.

## Example

```python bad
import torch
import torch.nn.functional as F
from torch import nn

policy = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 2))
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-3)

for states, actions, returns in episodes:
    probabilities = F.softmax(policy(states), dim=-1)
    chosen = probabilities.gather(1, actions)
    loss = -(torch.log(chosen).squeeze(1) * returns).mean()  # warning: GL503
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

```python bad
import tensorflow as tf
from tensorflow import keras

model = keras.Sequential([keras.layers.Dense(64, "relu"), keras.layers.Dense(10)])
optimizer = keras.optimizers.Adam(1e-3)

for x, y in dataset:
    with tf.GradientTape() as tape:
        p = tf.nn.softmax(model(x, training=True))
        loss = -tf.reduce_mean(tf.reduce_sum(y * tf.math.log(p), axis=-1))  # warning: GL503
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

In one step:

```python good
import torch
import torch.nn.functional as F
from torch import nn

policy = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 2))
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-3)

for states, actions, returns in episodes:
    logarithms = F.log_softmax(policy(states), dim=-1)
    chosen = logarithms.gather(1, actions)
    loss = -(chosen.squeeze(1) * returns).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

```python good
import tensorflow as tf
from tensorflow import keras

model = keras.Sequential([keras.layers.Dense(64, "relu"), keras.layers.Dense(10)])
optimizer = keras.optimizers.Adam(1e-3)

for x, y in dataset:
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = -tf.reduce_mean(tf.reduce_sum(y * tf.nn.log_softmax(logits), axis=-1))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

## How to fix

Write `log_softmax(x)` for `log(softmax(x))`: `F.log_softmax`, `tf.nn.log_softmax`,
`jax.nn.log_softmax`, `keras.ops.log_softmax`. Or use a loss that takes logits.

## When it is fine

Where nothing is differentiated: sampling, evaluation, plots.

```python good
import tensorflow as tf
import torch
from torch import nn

model = nn.Linear(8, 4)


@torch.no_grad()
def sample(x, temperature):
    probabilities = torch.softmax(model(x) / temperature, dim=-1)
    print("entropy", -(probabilities * torch.log(probabilities)).sum())
    return torch.multinomial(probabilities, 1)


def surprise(x):
    with torch.inference_mode():
        return -model(x).softmax(-1).log()
```

## References

- PyTorch documentation, `torch.nn.functional.log_softmax`: "doing these two operations separately
  is slower and numerically unstable"
- Measured in `tests/oracles/test_gl503_log_of_softmax.py`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, Logarithm, Severity, report, rule

SMALLEST = 5.4e-20
"""1 / sqrt(3.4e38): with an epsilon below it the gradient at the probability, up to 1 / epsilon, has
a square beyond float32, so norms and Adam's second moment of it are infinite."""


@rule("GL503", "warning", symptoms={"loss-nan": 0.8, "loss-spike": 0.4})
def check(log: Logarithm) -> Iterator[Finding]:
    """Report `log(softmax(x))`, which is -inf where `log_softmax(x)` is exact."""
    if log.function != "softmax":
        return
    if log.guard is not None and log.guard >= SMALLEST:
        severity = Severity.INFO
        kind = "epsilon" if log.added else "clamp"
        what = (
            f"the {kind} of {log.guard:g} keeps it finite, but the gradient is gone where a "
            "probability falls below it"
        )
    elif log.guard is not None and log.guard > 0:
        severity = Severity.WARNING
        what = (
            f"{log.guard:g} is too small to guard it: the gradient at the probability grows to "
            f"{1 / log.guard:.0e}, whose square float32 cannot hold"
        )
    else:
        severity = Severity.WARNING
        what = "it is -inf as soon as a probability underflows to 0, and its gradient is NaN"
    yield report(
        log,
        f"logarithm of a softmax in two steps: {what}",
        help="use `log_softmax` of the logits, or a loss that takes logits",
        notes=[(log.apply, "softmax is applied here")] if log.apply is not None else [],
        severity=severity,
    )
