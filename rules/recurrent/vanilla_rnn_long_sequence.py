"""# An ungated recurrent network is trained over long sequences

## What it does

Reports a vanilla recurrent layer (Keras SimpleRNN, torch `nn.RNN`, TensorFlow's BasicRNNCell, or a
cell written by hand) that is trained over 50 or more steps, where the length is known from input
shapes, `input_length`, `maxlen` or the bounds of the loop over time. With an identity or orthogonal
start it is advice: the gradient lasts longer, but training moves the matrix away from there.

## Why it is a risk

The gradient of an early step is multiplied by the recurrent matrix and by a slope of at most 1 at
every later step. torch starts that matrix uniform on +-1/sqrt(units), which has a spectral radius
of 0.577: over 50 steps 1e-12 of the gradient is left. Measured for the first input of a tanh
network: 7e-12 after 50 steps, exactly 0 after 200. In float32 it is lost beside the gradient of the
last step. Keras starts with an orthogonal matrix, which fades more slowly but still fades, since
tanh's slope is below 1. Gates let the gradient pass unchanged: an LSTM whose forget gate is open
keeps more than 1% of it over the same 50 steps.

## Example

```python bad
import keras
from keras import layers

model = keras.Sequential()
model.add(keras.Input(shape=(200, 6)))
model.add(layers.SimpleRNN(64))  # warning: GL103
model.add(layers.Dense(1))
model.compile(optimizer=keras.optimizers.Adam(clipnorm=1.0), loss="mse")
```

```python bad
from tensorflow.keras.layers import Bidirectional, Dense, Embedding, SimpleRNN
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import RMSprop

maxlen = 500
model = Sequential()
model.add(Embedding(10000, 32, input_length=maxlen))
model.add(Bidirectional(SimpleRNN(32)))  # warning: GL103
model.add(Dense(1, activation="sigmoid"))
model.compile(optimizer=RMSprop(clipnorm=1.0), loss="binary_crossentropy", metrics=["acc"])

steps, features = 60, 4
forecast = Sequential()
forecast.add(SimpleRNN(50, input_shape=(steps, features)))  # warning: GL103
forecast.add(Dense(1))
forecast.compile(RMSprop(clipvalue=0.5), "mse")
```

```python good
import keras
from keras import layers

model = keras.Sequential()
model.add(keras.Input(shape=(200, 6)))
model.add(layers.LSTM(64))
model.add(layers.Dense(1))
model.compile(optimizer=keras.optimizers.Adam(clipnorm=1.0), loss="mse")

short = keras.Sequential()
short.add(keras.Input(shape=(20, 6)))
short.add(layers.SimpleRNN(64))
short.add(layers.Dense(1))
short.compile(optimizer=keras.optimizers.Adam(clipnorm=1.0), loss="mse")
```

## How to fix

Use an LSTM or a GRU. Or train on shorter pieces of the sequence, or start with an identity or
orthogonal recurrent matrix and clip the gradients (IRNN).

## When it is fine

Short sequences; lengths that are not known; networks that are not trained here; cells with gates:

```python good
import keras
import torch
from keras import layers
from torch import nn

unknown = keras.Sequential()
unknown.add(keras.Input((None, 8)))
unknown.add(layers.SimpleRNN(64))
unknown.add(layers.Dense(1))
unknown.compile(keras.optimizers.Adam(clipnorm=1.0), "mse")

encoder = keras.Sequential([keras.Input((300, 8)), layers.SimpleRNN(64)])
features = encoder.predict(signals)

rnn = nn.RNN(8, 32, batch_first=True)
head = nn.Linear(32, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=1e-3)
for x, y in loader:
    output, _ = rnn(x)
    loss = nn.functional.mse_loss(head(output[:, -1]), y)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(rnn.parameters(), 1.0)
    optimizer.step()
```

## References

- Bengio, Simard, Frasconi 1994, *Learning long-term dependencies with gradient descent is
  difficult*
- Hochreiter, Schmidhuber 1997, *Long short-term memory*; Le, Jaitly, Hinton 2015 (arXiv:1504.00941)
- Measured in `tests/oracles/test_gl103_vanilla_rnn_long_sequence.py`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, Severity, TrainedRecurrence, report, rule, spell

REMEDY = "use an LSTM or a GRU, or train on shorter pieces of the sequence"


@rule("GL103", "warning", symptoms={"vanishing-gradients": 0.8, "not-learning": 0.6})
def check(network: TrainedRecurrence, *, min_steps: int = 50) -> Iterator[Finding]:
    """Report a trained vanilla RNN whose sequences are known to be long."""
    for written in network.hand_written:
        length = written.steps
        if length is None or length < min_steps or written.gated or not written.bounded:
            continue
        yield report(
            written.call,
            f"`{spell(written.call)}` is a recurrence without gates over {length} steps, so what it "
            f"should learn from early steps vanishes",
            help=REMEDY,
        )
    steps = network.steps
    if steps is None or steps < min_steps:
        return
    for layer in network.layers:
        if layer.gated:
            continue
        fate = "vanishes or explodes" if layer.unbounded or layer.initializer_given else "vanishes"
        yield report(
            layer.apply,
            f"`{layer.name}` has no gates and is trained over {steps} steps, so what it should "
            f"learn from early steps {fate}",
            help=REMEDY,
            severity=Severity.INFO if layer.identity_start else None,
        )
