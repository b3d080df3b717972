"""# Softmax output is fed to a loss that applies softmax itself

## What it does

Follows the prediction of a cross-entropy back to what made it. Reports a softmax before a loss that
expects logits: `nn.CrossEntropyLoss`, `F.cross_entropy`, TensorFlow's `..._with_logits`, optax, and
Keras losses with `from_logits=True`. A log-softmax there is redundant but exact, and only advice.
Losses that nothing differentiates are not judged.

## Why it is a risk

Softmax is then applied twice. The second one sees values between 0 and 1, so the loss cannot come
near zero: with ten classes it stays above 1.461 even if every answer is right and certain. It also
has no gradient where the network is confidently wrong: for the logits [50, 0, 0] and class 1 the
loss is 1.55 and its gradient 1e-22 where it should be 1. Ordinary examples get 3 to 4 times less
gradient. Training looks slow rather than broken, which is why this goes unnoticed.

Keras losses with `from_logits=True` are an error with the torch and JAX backends (measured: update
1.7e-20). The TensorFlow backend looks for the softmax, undoes it and prints a warning; the finding
is a warning where that backend may be meant. It finds the softmax only while the loss gets that
very tensor: with a Reshape in between, or under mixed precision, the error is real there too.

## Example

```python bad
import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10), nn.Softmax(dim=1))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for images, labels in loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)  # error: GL501
    loss.backward()
    optimizer.step()
```

Keras with a backend that does not undo the softmax:

```python bad
import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
from keras import layers

model = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(10, activation="softmax")])
model.compile(  # error: GL501
    optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
)

inputs = keras.Input((20,))
outputs = layers.Activation("softmax")(layers.Dense(10)(inputs))
functional = keras.Model(inputs, outputs)
functional.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True))  # error: GL501
```

Logits for the loss, softmax for the reader:

```python good
import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for images, labels in loader:
    optimizer.zero_grad()
    logits = model(images)
    loss = criterion(logits, labels)
    loss.backward()
    optimizer.step()
    accuracy = (torch.softmax(logits, dim=1).argmax(1) == labels).float().mean()
```

```python good
import keras
from keras import layers

model = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")

logits = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(10)])
logits.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
```

## How to fix

Feed the loss the logits, and apply softmax only where probabilities are read. With Keras keep the
softmax and leave out `from_logits=True`.

## When it is fine

Softmax in a branch for inference, in an attention, in a policy, for a metric or for the targets; a
user-defined loss of the same name; log-probabilities for the negative log-likelihood.

## References

- PyTorch documentation, `torch.nn.CrossEntropyLoss`: "the input is expected to contain the
  unnormalized logits"
- Keras documentation, `keras.losses.CategoricalCrossentropy`, argument `from_logits`
- Measured in `tests/oracles/test_gl501_softmax_before_cross_entropy.py`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, LossCall, Severity, report, rule


@rule("GL501", "error", symptoms={"not-learning": 0.8, "vanishing-gradients": 0.4})
def check(loss: LossCall) -> Iterator[Finding]:
    """Report a cross-entropy on logits that is given probabilities."""
    if loss.kind != "cross-entropy" or loss.expects != "logits":
        return
    name = loss.name.rpartition(".")[2]
    softmax = loss.certainly("softmax")
    if softmax is not None:
        repaired = loss.repaired and softmax.direct
        effect = (
            "TensorFlow's backend undoes it and warns, torch and JAX apply it twice"
            if repaired
            else "softmax is applied twice, which flattens the loss and its gradients"
        )
        remedy = (
            "leave out `from_logits=True`"
            if loss.repaired
            else "feed it the logits, and apply softmax only where probabilities are read"
        )
        yield report(
            loss.apply,
            f"`{name}` expects logits and gets the output of a softmax: {effect}",
            help=remedy,
            notes=[(softmax.apply, "softmax is applied here")] if softmax.apply else [],
            severity=Severity.WARNING if repaired else None,
        )
    redundant = loss.certainly("log_softmax")
    if redundant is not None:
        yield report(
            loss.apply,
            f"`{name}` applies log-softmax itself, so the one before it changes nothing",
            help="leave out the log-softmax, or use the negative log-likelihood loss",
            notes=[(redundant.apply, "log-softmax is applied here")] if redundant.apply else [],
            severity=Severity.INFO,
        )
