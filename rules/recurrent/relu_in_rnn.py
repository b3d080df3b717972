"""# Unbounded activation in the state path of a recurrent network.

## What it does
Reports a recurrent layer or cell whose state goes through an activation without an upper bound: `relu`, `leaky_relu`, `elu`, `selu`, `gelu`, `silu`, `softplus`, `exponential`, `linear` or `None`. It covers Keras's SimpleRNN, LSTM, GRU, ConvLSTM and their cells, torch's `nn.RNN` and `nn.RNNCell`, the cells of TensorFlow 1, and cells written by hand, where the activation is reported whose own output comes back to it in the next step. GRU layers are advice only, and so is an identity or orthogonal start (IRNN) under gradient clipping.

## Why it is a risk
tanh keeps every state between -1 and 1. Without a bound the state is multiplied by the recurrent matrix with every step: at a gain of 1.1 the gradient of a ReLU network grows to 2.8e4 over 100 steps, exactly 1.1^100, where tanh stays below 1. In an LSTM the open gates double the state with every step, and float32 overflows after 128 of them.

Clipping does not help there, because the forward pass itself overflows. Measured for LSTM(relu) on scaled data with Adam at 1e-3 over 100 steps, six seeds each: 2 of 6 diverged without clipping, 6 of 6 with `clipnorm=1`, 5 of 6 with `global_clipnorm=1`. With tanh none did, and of GRU(relu) none either, since its update gate mixes the new state with the old one. In Keras any activation but tanh also loses the fused cuDNN kernel. A torch ReLU network vanishes at its default start (1.8e-20 of the gradient is left after 50 steps) and explodes later, once training has made its matrix larger.

## Example

```python bad
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((60, 1)),
        layers.LSTM(50, activation="relu", return_sequences=True),  # error: GL101
        layers.LSTM(50, "relu"),  # error: GL101
        layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(clipnorm=1.0), loss="mse")
```

```python good
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((60, 1)),
        layers.LSTM(50, return_sequences=True),
        layers.LSTM(50, activation="tanh", recurrent_activation="sigmoid"),
        layers.Dense(20, activation="relu"),
        layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(clipnorm=1.0), loss="mse")
```

Every way to say it:

```python bad
import tensorflow as tf
from tensorflow.keras import layers
from tensorflow.keras.layers import GRU, RNN, Bidirectional, ConvLSTM2D, LSTMCell, SimpleRNN

activation = "elu"
options = dict(units=32, activation="softplus")
model = tf.keras.Sequential()
model.add(Bidirectional(layers.LSTM(64, activation=tf.nn.relu, return_sequences=True)))  # error: GL101
model.add(RNN(LSTMCell(32, activation="relu"), return_sequences=True))  # error: GL101
model.add(layers.LSTM(32, activation=layers.ReLU(), return_sequences=True))  # error: GL101
model.add(layers.LSTM(32, activation=lambda x: tf.nn.leaky_relu(x, 0.1)))  # error: GL101
model.add(SimpleRNN(32, activation=activation))  # error: GL101
model.add(SimpleRNN(**options))  # error: GL101
model.add(SimpleRNN(32, activation=None))  # error: GL101
model.add(GRU(32, activation="relu"))  # info: GL101
frames = ConvLSTM2D(16, (3, 3), activation="relu")  # error: GL101
```

```python bad
from keras.layers import LSTM, Dense
from keras.models import Sequential


def build(activation):
    model = Sequential()
    model.add(LSTM(output_dim=100, activation=activation, input_shape=(30, 4)))  # error: GL101
    model.add(Dense(1))
    model.compile(loss="mse", optimizer="rmsprop")
    return model


build("relu")
```

torch:

```python bad
import torch
from torch import nn

rnn = nn.RNN(10, 64, nonlinearity="relu", batch_first=True)  # error: GL101
cell = nn.RNNCell(10, 64, True, "relu")  # error: GL101
```

```python good
import torch
from torch import nn

rnn = nn.RNN(10, 64, batch_first=True)
explicit = nn.RNN(10, 64, nonlinearity="tanh")
lstm = nn.LSTM(10, 64)
head = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
```

A cell written by hand, in a loop over time:

```python bad
import torch
from torch import nn


class Recurrent(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.hidden = hidden
        self.i2h = nn.Linear(inputs, hidden)
        self.h2h = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        h = torch.zeros(x.size(0), self.hidden)
        for step in range(x.size(1)):
            h = torch.relu(self.i2h(x[:, step]) + self.h2h(h))  # error: GL101
        return self.out(h)


model = Recurrent(3, 32)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for x, y in loader:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

```python bad
import torch
import torch.nn.functional as F
from torch import nn


class Cell(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.step = nn.Linear(inputs + hidden, hidden)
        self.out = nn.Linear(hidden, 5)
        self.activation = nn.LeakyReLU()

    def forward(self, x, h):
        h = self.activation(self.step(torch.cat([x, h], dim=1)))  # error: GL101
        return self.out(h), h


cell = Cell(8, 16)
optimizer = torch.optim.SGD(cell.parameters(), lr=0.01)
for sequence, target in data:
    h = torch.zeros(1, 16)
    for x in sequence:
        prediction, h = cell(x, h)
    loss = F.cross_entropy(prediction, target)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(cell.parameters(), 1.0)
    optimizer.step()
```

```python good
import torch
from torch import nn


class Recurrent(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.hidden = hidden
        self.i2h = nn.Linear(inputs, hidden)
        self.h2h = nn.Linear(hidden, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        h = torch.zeros(x.size(0), self.hidden)
        for step in range(x.size(1)):
            features = torch.relu(self.i2h(x[:, step]))
            h = torch.tanh(features + self.h2h(h))
        state = torch.zeros(x.size(0), self.hidden)
        for step in range(x.size(1)):
            state = torch.relu(self.norm(self.i2h(x[:, step]) + self.h2h(state)))
        return self.out(h + state)


model = Recurrent(3, 32)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for x, y in loader:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

TensorFlow 1:

```python bad
import tensorflow as tf

basic = tf.nn.rnn_cell.BasicRNNCell(128, activation=tf.nn.relu)  # error: GL101
lstm = tf.contrib.rnn.LSTMCell(num_units=128, activation=tf.nn.elu)  # error: GL101
outputs, state = tf.nn.dynamic_rnn(tf.contrib.rnn.MultiRNNCell([basic, lstm]), x, dtype=tf.float32)
```

An IRNN with clipping is advice:

```python bad
import keras
from keras import initializers, layers

model = keras.Sequential(
    [
        keras.Input((784, 1)),
        layers.SimpleRNN(  # info: GL101
            100, activation="relu", recurrent_initializer=initializers.Identity(1.0)
        ),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(keras.optimizers.RMSprop(1e-6, clipnorm=1.0), "categorical_crossentropy")
```

## How to fix
Leave the argument out: tanh is the default everywhere. Weights trained with another activation must be trained again. For a hand-written cell use `torch.tanh`.

## When it is fine
Bounded activations; activations after the layer; gates, which have a rule of their own (GL107); classes of one's own that are called LSTM; code in comments; an activation that comes from a caller or a command line.

```python good
import tensorflow as tf
from tensorflow.keras import layers


class LSTM:
    def __init__(self, units, activation):
        self.units = units


def build(config):
    model = tf.keras.Sequential()
    model.add(layers.LSTM(64, activation="sigmoid", return_sequences=True))
    model.add(layers.LSTM(64, activation=tf.nn.relu6, return_sequences=True))
    model.add(layers.LSTM(64, activation=layers.ReLU(max_value=1.0), return_sequences=True))
    model.add(layers.LSTM(64, activation=lambda x: tf.nn.relu(tf.tanh(x)), return_sequences=True))
    # model.add(layers.LSTM(64, activation="relu"))
    model.add(layers.LSTM(64, activation=config.activation, return_sequences=True))
    model.add(layers.Bidirectional(layers.GRU(32, return_sequences=True)))
    model.add(layers.TimeDistributed(layers.Dense(16, activation="relu")))
    model.add(layers.SimpleRNN(16))
    model.add(layers.Activation("relu"))
    model.add(layers.ReLU())
    return model


own = LSTM(50, activation="relu")
```

A program that only loads trained weights has to keep the activation they were trained with:

```python good
from keras.layers import LSTM, Dense
from keras.models import Sequential

model = Sequential()
model.add(LSTM(50, activation="relu", input_shape=(60, 1)))
model.add(Dense(1))
model.load_weights("model.h5")
print(model.predict(recent))
```

A loop over layers or over refinements, which brings in nothing new with every step:

```python good
import torch
from torch import nn


class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared = nn.Linear(16, 16)

    def forward(self, x, depth):
        for _ in range(depth):
            x = torch.relu(self.shared(x))
        return x


model = Deep()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for x, y in loader:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x, 6), y).backward()
    optimizer.step()
```

## References
- Pascanu, Mikolov, Bengio 2013: On the difficulty of training recurrent neural networks (arXiv:1211.5063).
- Le, Jaitly, Hinton 2015: A simple way to initialize recurrent networks of rectified linear units (arXiv:1504.00941).
- keras-team/keras issues 2194 (NaN with LSTM(relu) over 1019 steps) and 13221 (NaN in spite of clipnorm).
- Measured in `tests/oracles/test_gl101_relu_in_rnn.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, Recurrence, Severity, UnboundedState, report, rule, spell


@rule("GL101", "warning", symptoms={"loss-nan": 0.9, "gradient-explosion": 0.9, "loss-spike": 0.5})
def check(state: UnboundedState) -> Iterator[Finding]:
    """Report a recurrent state that can grow without limit."""
    layer = state.layer
    if layer is None:
        yield report(
            state,
            f"`{spell(state)}` is fed back to itself with every step and has no upper bound: the "
            "state can grow until it overflows",
            help="use `tanh`, which bounds the state; gradient clipping does not, because the "
            "forward pass itself overflows",
            severity=Severity.INFO if state.steady else None,
        )
        return
    value = layer.activation_value
    notes = []
    if value is not None and value.node is not None and value.module is not layer.apply.module:
        notes.append((value, "the activation is set here"))
    yield report(
        state,
        f"`{layer.name}` uses `{state.activation}` in its state path, which has no upper bound: "
        "the state can grow with every step until it overflows",
        help=(
            f"leave out `{spell_parameter(layer)}` so that the default tanh bounds the state; "
            "gradient clipping does not, because the forward pass itself overflows"
        ),
        notes=notes,
        severity=Severity.INFO if layer.family == "gru" or state.steady else None,
    )


def spell_parameter(layer: Recurrence) -> str:
    """The argument that sets the activation, as the library names it."""
    name = str(layer.fact.get("activation-parameter", "activation"))
    value = spell(layer.activation_value)
    return f"{name}={value}" if value else name
