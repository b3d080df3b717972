"""# A sigmoid is applied to a sigmoid on the way to the loss

## What it does

Reports a prediction that goes through two sigmoids before it reaches its loss: one in the network
and another at its output, in a helper, or in the training loop.

## Why it is a risk

The second sigmoid gets values between 0 and 1, so the prediction lies between 0.5 and 0.731: no
negative can be predicted, and the loss has a floor of 0.503 on balanced classes. The gradient is
multiplied by both slopes, at most 1/4 times 1/4. Measured: after training on a separable task, the
smallest prediction is 0.5 with a double sigmoid, and below 0.05 with a single one.

## Example

```python bad
import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1), nn.Sigmoid())

    def forward(self, x):
        return self.body(x)


model = Classifier()
criterion = nn.BCELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for x, y in loader:
    optimizer.zero_grad()
    loss = criterion(torch.sigmoid(model(x)).squeeze(1), y)  # error: GL511
    loss.backward()
    optimizer.step()
```

In Keras, in a stack and in a graph:

```python bad
import keras
from keras import layers

model = keras.Sequential()
model.add(layers.Dense(32, activation="relu"))
model.add(layers.Dense(1, activation="sigmoid"))
model.add(layers.Activation("sigmoid"))
model.compile(optimizer="adam", loss="binary_crossentropy")  # error: GL511

inputs = keras.Input((20,))
outputs = keras.activations.sigmoid(layers.Dense(1, activation="sigmoid")(inputs))
graph = keras.Model(inputs, outputs)
graph.compile("adam", "mse")  # error: GL511
```

Once, and sigmoids between layers:

```python good
import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, x):
        return self.body(x)


model = Classifier()
criterion = nn.BCELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for x, y in loader:
    optimizer.zero_grad()
    loss = criterion(torch.sigmoid(model(x)).squeeze(1), y)
    loss.backward()
    optimizer.step()
```

```python good
import keras
from keras import layers

inputs = keras.Input((20,))
hidden = layers.Dense(8, activation="sigmoid")(inputs)
outputs = layers.Dense(1, activation="sigmoid")(hidden)
graph = keras.Model(inputs, outputs)
graph.compile("adam", "binary_crossentropy")

stack = keras.Sequential(
    [
        layers.Dense(8, activation="sigmoid"),
        layers.Dense(1),
        layers.Activation("sigmoid"),
        layers.Activation("linear"),
    ]
)
stack.compile("adam", "binary_crossentropy")
```

## How to fix

Apply sigmoid once. Best is a network that ends in logits with `BCEWithLogitsLoss`, and a sigmoid
only where probabilities are read.

## When it is fine

Gates and attention weights inside a network, and a sigmoid that is not on the way to the loss.

## References

- PyTorch documentation, `torch.nn.BCELoss` and `torch.nn.BCEWithLogitsLoss`
- Glorot, Bengio 2010, *Understanding the difficulty of training deep feedforward neural networks*
  (saturation)
- Measured in `tests/oracles/test_gl511_double_sigmoid.py`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, LossCall, report, rule


@rule("GL511", "error", symptoms={"not-learning": 0.8})
def check(loss: LossCall) -> Iterator[Finding]:
    """Report a prediction that went through two sigmoids."""
    outer = loss.certainly("sigmoid")
    if outer is None:
        return
    inner = loss.before(outer)
    if inner is None or inner.function != "sigmoid":
        return
    yield report(
        loss.apply,
        "the prediction goes through sigmoid twice: it stays between 0.5 and 0.73, and the loss "
        "cannot get low",
        help="apply sigmoid once",
        notes=[
            (place.apply, text)
            for place, text in ((inner, "first sigmoid"), (outer, "second sigmoid"))
            if place.apply is not None
        ],
    )
