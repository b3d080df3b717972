"""# Binary cross-entropy is fed the wrong kind of value

## What it does

Follows the prediction of a binary cross-entropy back to what made it. Reports a sigmoid before a
loss that applies sigmoid itself (`BCEWithLogitsLoss`, `..._with_logits`, `from_logits=True`), and
raw logits, or the output of a ReLU and similar activations, before a loss of probabilities
(`BCELoss`, Keras's `binary_crossentropy`).

## Why it is a risk

A second sigmoid sees 0 and 1 where it needs minus and plus infinity. The loss stays above 0.503 on
balanced classes even if every answer is right, and at a logit of 20 its gradient is 0 where it
should be 1. In the opposite case torch raises (`all elements of input should be between 0 and 1`)
as soon as an output leaves that range. Keras clips instead, and its update is exactly 0 for every
saturated example, on all three backends: the network silently stops learning. With
`from_logits=True` after a sigmoid, the TensorFlow backend undoes the sigmoid and warns; torch and
JAX apply it twice (0.754 for a loss of 3.2).

## Example

A sigmoid too many, in torch and in Keras with the JAX backend:

```python bad
import torch
from torch import nn

model = nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 1), nn.Sigmoid())
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.BCEWithLogitsLoss()

for x, y in loader:
    optimizer.zero_grad()
    loss = criterion(model(x), y)  # error: GL502
    loss.backward()
    optimizer.step()
```

```python bad
import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from keras import layers

model = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))  # error: GL502
```

A sigmoid too few:

```python bad
import torch
import torch.nn.functional as F
from torch import nn

model = nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 1))
rectified = nn.Sequential(nn.Linear(30, 1), nn.ReLU())
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.BCELoss()

for x, y in loader:
    loss = criterion(model(x).view(-1), y)  # error: GL502 "gets raw logits"
    loss = loss + F.binary_cross_entropy(rectified(x), y)  # error: GL502 "of `relu`"
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

```python good
import torch
import torch.nn.functional as F
from torch import nn

discriminator = nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 1), nn.Sigmoid())
optimizer = torch.optim.Adam(discriminator.parameters(), lr=2e-4)
criterion = nn.BCELoss()

for x, y in loader:
    loss = criterion(discriminator(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

```python good
import keras
from keras import layers

model = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")

logits = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(1)])
logits.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
```

## How to fix

With torch let the network end in logits and use `BCEWithLogitsLoss`, which is also the stable form.
With Keras let it end either in a sigmoid, or in logits with `from_logits=True`; metrics then need a
threshold of 0.

## When it is fine

Where the output is bounded by a function that is not known, depends on a branch, or `from_logits`
comes from elsewhere, the rule is silent.

## References

- PyTorch documentation, `torch.nn.BCEWithLogitsLoss` and `torch.nn.BCELoss`
- Keras documentation, `keras.losses.BinaryCrossentropy`, argument `from_logits`
- Measured in `tests/oracles/test_gl502_bce_logits_mismatch.py`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, LossCall, Severity, report, rule

UNBOUNDED_OUTPUTS = ("linear", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus")


@rule("GL502", "error", symptoms={"not-learning": 0.7, "loss-nan": 0.5})
def check(loss: LossCall) -> Iterator[Finding]:
    """Report a sigmoid before a loss with logits, or logits before a loss of probabilities."""
    if loss.kind != "binary-cross-entropy":
        return
    name = loss.name.rpartition(".")[2]
    if loss.expects == "logits":
        sigmoid = loss.certainly("sigmoid")
        if sigmoid is not None:
            repaired = loss.repaired and sigmoid.direct
            effect = (
                "TensorFlow's backend undoes it and warns, torch and JAX apply it twice"
                if repaired
                else "sigmoid is applied twice, so the loss cannot get low and its gradients vanish"
            )
            remedy = (
                "leave out `from_logits=True`"
                if loss.repaired
                else "feed it the logits, and apply sigmoid only where probabilities are read"
            )
            yield report(
                loss.apply,
                f"`{name}` expects logits and gets the output of a sigmoid: {effect}",
                help=remedy,
                notes=[(sigmoid.apply, "sigmoid is applied here")] if sigmoid.apply else [],
                severity=Severity.WARNING if repaired else None,
            )
    if loss.expects == "probabilities":
        for function in UNBOUNDED_OUTPUTS:
            output = loss.certainly(function)
            if output is not None:
                made = "raw logits" if function == "linear" else f"the output of `{function}`"
                yield report(
                    loss.apply,
                    f"`{name}` expects probabilities and gets {made}",
                    help=_repair(loss),
                    notes=[(output.apply, "the prediction is made here")] if output.apply else [],
                )


def _repair(loss: LossCall) -> str:
    if loss.library == "torch":
        return "use `BCEWithLogitsLoss`, or apply a sigmoid first"
    return "pass `from_logits=True` to the loss, or end the network with a sigmoid"
