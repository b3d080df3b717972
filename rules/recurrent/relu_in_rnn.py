"""# The state of a recurrent network passes through an unbounded activation

## What it does

Reports a recurrent layer or cell whose state goes through an activation without an upper bound:
`relu`, `leaky_relu`, `elu`, `selu`, `gelu`, `silu`, `softplus`, `exponential`, `linear` or `None`.
It covers Keras's SimpleRNN, LSTM, GRU, ConvLSTM and their cells, torch's `nn.RNN` and `nn.RNNCell`,
the cells of TensorFlow 1, and cells written by hand: there it reports the activation whose output
returns to it in the next step. GRU layers are advice only, and so is an identity or orthogonal
start (IRNN) under gradient clipping.

## Why it is a risk

tanh keeps every state between -1 and 1. Without a bound the state is multiplied by the recurrent
matrix at every step: at a gain of 1.1 the gradient of a ReLU network grows to 2.8e4 over 100 steps,
exactly 1.1^100, where tanh stays below 1. In an LSTM the open gates double the state at every step,
and float32 overflows after 128 of them.

Clipping does not help, because the forward pass itself overflows. Measured for LSTM(relu) on scaled
data with Adam at 1e-3 over 100 steps, six seeds each: 2 of 6 diverged without clipping, 6 of 6 with
`clipnorm=1`, 5 of 6 with `global_clipnorm=1`. With tanh none did, and with GRU(relu) none either,
since its update gate mixes the new state with the old one. In Keras any activation but tanh also
loses the fused cuDNN kernel. A torch ReLU network vanishes at its default start (1.8e-20 of the
gradient is left after 50 steps) and explodes later, once training has made its matrix larger.

## Example

```python bad
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((60, 1)),
        layers.LSTM(50, activation="relu", return_sequences=True),  # warning: GL101
        layers.LSTM(50, "relu"),  # warning: GL101
        layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(clipnorm=1.0), loss="mse")
```

```python bad
import torch
from torch import nn

rnn = nn.RNN(10, 64, nonlinearity="relu", batch_first=True)  # warning: GL101
cell = nn.RNNCell(10, 64, True, "relu")  # warning: GL101
```

Left at their default, or bounded:

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

```python good
import torch
from torch import nn

rnn = nn.RNN(10, 64, batch_first=True)
explicit = nn.RNN(10, 64, nonlinearity="tanh")
lstm = nn.LSTM(10, 64)
head = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
```

## How to fix

Leave the argument out: tanh is the default everywhere. Weights trained with another activation must
be trained again. For a hand-written cell use `torch.tanh`.

## When it is fine

Bounded activations; activations after the layer; gates, which GL107 covers; user-defined classes
that are called LSTM; an activation that comes from a caller or a command line. A program that only
loads trained weights has to keep the activation they were trained with:

```python good
from keras.layers import LSTM, Dense
from keras.models import Sequential

model = Sequential()
model.add(LSTM(50, activation="relu", input_shape=(60, 1)))
model.add(Dense(1))
model.load_weights("model.h5")
print(model.predict(recent))
```

## References

- Pascanu, Mikolov, Bengio 2013, *On the difficulty of training recurrent neural networks*
  (arXiv:1211.5063)
- Le, Jaitly, Hinton 2015, *A simple way to initialize recurrent networks of rectified linear units*
  (arXiv:1504.00941)
- keras-team/keras issues 2194 (NaN with LSTM(relu) over 1019 steps) and 13221 (NaN in spite of
  clipnorm)
- Measured in `tests/oracles/test_gl101_relu_in_rnn.py`
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
            f"`{spell(state)}` is fed back to itself at every step and has no upper bound: the "
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
        "the state can grow at every step until it overflows",
        help=(
            f"leave out `{spell_parameter(layer)}` so that the default tanh bounds the state; "
            "gradient clipping does not, because the forward pass itself overflows"
        ),
        notes=notes,
        severity=Severity.INFO if layer.family == "gru" or state.steady else None,
    )


def spell_parameter(layer: Recurrence) -> str:
    """The argument that sets the activation, as the library names it."""
    value = spell(layer.activation_value)
    return f"{layer.activation_parameter}={value}" if value else layer.activation_parameter
