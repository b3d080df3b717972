"""# The gates of a recurrent layer are not sigmoids

## What it does

Reports a Keras LSTM, GRU or ConvLSTM whose `recurrent_activation`, the activation of its gates, is
anything but a sigmoid: `relu`, `tanh`, `linear`, `softplus`, `softmax` and so on.

## Why it is a risk

A gate says how much of the state to keep, as a share between 0 and 1. With `relu` or `linear` it
can multiply the state by any number: a forget gate of 1.5 multiplies the cell state by 1.5 at every
step, 4e17 over 100 steps. With `tanh` it can flip the sign of the state. Both are usually a mix-up
with `activation`, and they also lose the fused kernel.

## Example

```python bad
import keras
from keras import layers

model = keras.Sequential()
model.add(keras.Input((30, 4)))
model.add(layers.LSTM(64, activation="tanh", recurrent_activation="relu"))  # warning: GL107
model.add(layers.Dense(1))
model.compile(optimizer=keras.optimizers.Adam(clipnorm=1.0), loss="mse")
```

```python bad
import tensorflow as tf
from tensorflow.keras.layers import GRU, Bidirectional, ConvLSTM2D

gru = Bidirectional(GRU(32, recurrent_activation=tf.nn.tanh))  # warning: GL107
frames = ConvLSTM2D(16, 3, recurrent_activation="linear")  # warning: GL107
cell = tf.keras.layers.RNN(tf.keras.layers.LSTMCell(8, recurrent_activation=None))  # warning: GL107
```

```python good
import keras
from keras import layers

model = keras.Sequential()
model.add(keras.Input((30, 4)))
model.add(layers.LSTM(64, activation="tanh", recurrent_activation="sigmoid"))
model.add(layers.Dense(1))
model.compile(optimizer=keras.optimizers.Adam(clipnorm=1.0), loss="mse")
```

## How to fix

Leave `recurrent_activation` out.

## When it is fine

`hard_sigmoid`, the default of Keras 1 and 2, also lies between 0 and 1; a user-defined function is
not judged.

```python good
import keras
import tensorflow as tf
from tensorflow.keras.layers import GRU, LSTM


def gate(x):
    return tf.clip_by_value(0.5 + 0.25 * x, 0.0, 1.0)


a = LSTM(64, recurrent_activation="hard_sigmoid")
b = GRU(64, recurrent_activation=tf.keras.activations.hard_sigmoid)
c = LSTM(64, recurrent_activation=gate)
d = LSTM(64, recurrent_activation=tf.nn.sigmoid)
```

## References

- Hochreiter, Schmidhuber 1997, *Long short-term memory*; Gers, Schmidhuber, Cummins 2000, *Learning
  to forget*
- Keras documentation, `keras.layers.LSTM`, argument `recurrent_activation`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, Recurrence, report, rule

SHARES = frozenset({"sigmoid", "hard_sigmoid"})
"""Activations whose output is a share between 0 and 1 and reaches both ends."""


@rule(
    "GL107", "warning", symptoms={"loss-nan": 0.6, "gradient-explosion": 0.6, "not-learning": 0.4}
)
def check(layer: Recurrence) -> Iterator[Finding]:
    """Report a gate whose activation does not give a share."""
    if layer.gates is None or layer.gates in SHARES:
        return
    yield report(
        layer.apply,
        f"the gates of `{layer.name}` use `{layer.gates}`, which is not a share between 0 and 1: "
        "they can enlarge the state or flip its sign at every step",
        help="leave out `recurrent_activation`, so that the gates are sigmoids",
    )
