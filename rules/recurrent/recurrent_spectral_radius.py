"""# Recurrent matrix that starts with a spectral radius far over 1.

## What it does
Computes the expected spectral radius of the recurrent matrix from the constants of its initialiser: a normal distribution gives `std x sqrt(units)`, a uniform one on +-a gives `a x sqrt(units / 3)`, a constant c gives `c x units`, an identity or orthogonal matrix gives its gain. Reports a radius over the bound of the layer's activation: 1 for tanh and ReLU, 4 for sigmoid, twice that for gated cells. Random matrices are reported from 1.5 times the bound, because the usual He (1.41) and Glorot (1.10 measured at 64 units) starts are near it.

## Why it is a risk
A gradient is multiplied by the recurrent matrix once for every time step. With W = c I and ReLU it grows exactly as c^T: 1.1 gives 2.8e4 over 100 steps. With entries from N(0, 1) a tanh network has a gradient of 4.4e16 after 50 steps and NaN at 200, and an LSTM 2e6 after 50 and infinity at 200. Explosion needs a largest singular value over 1 / (largest slope of the activation): 1 for tanh and ReLU, 4 for sigmoid.

## Example
The default of `nn.init.normal_` is a standard deviation of 1, whatever the size:

```python bad
import torch
from torch import nn

rnn = nn.RNN(input_size=16, hidden_size=256)
nn.init.normal_(rnn.weight_hh_l0)  # error: GL102
```

```python good
import torch
from torch import nn

rnn = nn.RNN(input_size=16, hidden_size=256)
nn.init.orthogonal_(rnn.weight_hh_l0)
```

A loop over all parameters reaches the recurrent weights as well:

```python bad
import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, 100)
        self.lstm = nn.LSTM(100, 128, num_layers=2)
        self.out = nn.Linear(128, 12)
        for p in self.parameters():
            nn.init.uniform_(p, -1.0, 1.0)  # error: GL102

    def forward(self, tokens):
        output, _ = self.lstm(self.embed(tokens))
        return self.out(output)


model = Tagger(8000)
```

```python bad
import torch
from torch import nn

gru = nn.GRU(8, 400)
for name, p in gru.named_parameters():
    if "weight" in name:
        p.data.normal_(0, 0.5)  # error: GL102
    else:
        p.data.zero_()

lstm = nn.LSTM(8, 400)
for name, p in lstm.named_parameters():
    if p.dim() < 2:
        continue
    p.data.uniform_(-0.5, 0.5)  # error: GL102
```

```python good
import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, 100)
        self.lstm = nn.LSTM(100, 128, num_layers=2)
        self.out = nn.Linear(128, 12)
        for p in self.parameters():
            nn.init.uniform_(p, -0.08, 0.08)

    def forward(self, tokens):
        output, _ = self.lstm(self.embed(tokens))
        return self.out(output)


model = Tagger(8000)
```

```python good
import torch
from torch import nn

rnn = nn.RNN(8, 400)
for name, p in rnn.named_parameters():
    if "weight_ih" in name:
        nn.init.normal_(p, 0, 1)
    elif "weight_hh" in name:
        nn.init.orthogonal_(p)
    elif "bias" in name:
        p.data.fill_(0)

for name, p in rnn.named_parameters():
    if name.startswith("bias"):
        nn.init.normal_(p)
```

A later initialiser overwrites an earlier one:

```python good
import torch
from torch import nn

rnn = nn.RNN(8, 64)
for p in rnn.parameters():
    p.data.normal_()
with torch.no_grad():
    rnn.weight_hh_l0.copy_(0.9 * torch.eye(64))
```

Keras, by an object, a name or a gain:

```python bad
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((20, 8)),
        layers.SimpleRNN(  # error: GL102
            128, recurrent_initializer=keras.initializers.RandomNormal(stddev=0.5)
        ),
        layers.Dense(1),
    ]
)
model.compile(keras.optimizers.Adam(clipnorm=1.0), "mse")
```

```python bad
from tensorflow.keras import initializers
from tensorflow.keras.layers import GRU, LSTM, SimpleRNN
from tensorflow.keras.models import Sequential

model = Sequential()
model.add(LSTM(256, recurrent_initializer="ones", return_sequences=True))  # error: GL102
model.add(GRU(256, recurrent_initializer=initializers.RandomUniform(-1, 1)))  # error: GL102

irnn = Sequential()
irnn.add(SimpleRNN(100, activation="relu", recurrent_initializer=initializers.Identity(gain=1.2)))  # error: GL102
```

```python good
from tensorflow.keras import initializers
from tensorflow.keras.layers import LSTM, SimpleRNN
from tensorflow.keras.models import Sequential

model = Sequential()
model.add(LSTM(256, recurrent_initializer="random_normal", return_sequences=True))
model.add(LSTM(256, recurrent_initializer=initializers.RandomNormal(stddev=0.05)))

irnn = Sequential()
irnn.add(SimpleRNN(100, activation="relu", recurrent_initializer=initializers.Identity(gain=1.0)))
irnn.add(SimpleRNN(100, recurrent_initializer="he_normal"))
irnn.add(SimpleRNN(100, kernel_initializer=initializers.RandomNormal(stddev=1.0)))
```

Sigmoid halves of a slope of one quarter allow four times as much:

```python good
from keras import initializers, layers

layer = layers.SimpleRNN(
    64, activation="sigmoid", recurrent_initializer=initializers.Orthogonal(gain=3.0)
)
```

## How to fix
Use an orthogonal matrix: `recurrent_initializer="orthogonal"` (Keras's default), `nn.init.orthogonal_(rnn.weight_hh_l0)`. Or scale the distribution with the size: a standard deviation of `1 / sqrt(units)`. Or leave it out: torch's default, uniform on +-1/sqrt(units), has a radius of 0.58.

## When it is fine
Where the size or a constant is not known the rule is silent:

```python good
import argparse

from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--hidden", type=int, default=256)
args = parser.parse_args()
rnn = nn.RNN(16, args.hidden)
nn.init.normal_(rnn.weight_hh_l0, std=args.std)
```

A reservoir (echo state network) is scaled after it was drawn, and is not trained: suppress the rule there.

## References
- Pascanu, Mikolov, Bengio 2013: On the difficulty of training recurrent neural networks (arXiv:1211.5063), section 2.
- Saxe, McClelland, Ganguli 2013 (arXiv:1312.6120); Le, Jaitly, Hinton 2015 (arXiv:1504.00941).
- Girko's circular law: the eigenvalues of a matrix with independent entries of standard deviation s fill a disc of radius s x sqrt(n).
- Measured in `tests/oracles/test_gl102_recurrent_spectral_radius.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, RecurrentStart, report, rule

BOUNDS = {"sigmoid": 4.0, "hard_sigmoid": 5.0}
"""One over the largest slope of the activation (hard_sigmoid: 1/5); 1 for all others."""

GATED = 2.0
"""Gates multiply what comes through by less than 1: an LSTM with radius 2 does not yet explode."""

RANDOM_MARGIN = 1.5
"""He's start has radius 1.41 and is in common use; a drawn matrix strays by some per cent."""

EXACT_MARGIN = 1.05
"""A gain of 1.05 over 100 steps is a factor of 131; below that nothing is certain to happen."""


@rule("GL102", "warning", symptoms={"gradient-explosion": 0.8, "loss-nan": 0.6, "loss-spike": 0.3})
def check(start: RecurrentStart) -> Iterator[Finding]:
    """Report a recurrent matrix whose radius is over the bound of its activation."""
    layer = start.layer
    if start.radius is None or layer.activation is None:
        return
    bound = BOUNDS.get(layer.activation, 1.0) * (GATED if layer.gated else 1.0)
    certain = start.exact and layer.unbounded
    if start.radius <= bound * (EXACT_MARGIN if certain else RANDOM_MARGIN):
        return
    where = "" if start.call is layer.apply else f" of `{layer.name}`"
    yield report(
        start,
        f"the recurrent matrix{where} starts with a spectral radius of about {start.radius:.3g} "
        f"({start.formula}), over the bound of {bound:g} for "
        f"{layer.activation}{' with gates' if layer.gated else ''}: gradients grow with every step",
        help="start with an orthogonal matrix, or with a standard deviation of 1 / sqrt(units)",
        notes=[] if start.call is layer.apply else [(layer.apply, "the layer is built here")],
    )
