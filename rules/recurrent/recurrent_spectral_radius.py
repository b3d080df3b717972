"""# A recurrent matrix starts with a spectral radius far above 1

## What it does

Computes the expected spectral radius of the recurrent matrix from the constants of its initialiser:
a normal distribution gives `std x sqrt(units)`, a uniform one on +-a gives `a x sqrt(units / 3)`, a
constant c gives `c x units`, an identity or orthogonal matrix gives its gain. Reports a radius
above the bound of the layer's activation: 1 for tanh and ReLU, 4 for sigmoid, twice that for gated
cells. Random matrices are reported from 1.5 times the bound, because the usual He (1.41) and Glorot
(1.10 measured at 64 units) starts are near it.

## Why it is a risk

A gradient is multiplied by the recurrent matrix once for every time step. With W = c I and ReLU it
grows exactly as c^T: 1.1 gives 2.8e4 over 100 steps. With entries from N(0, 1) a tanh network has a
gradient of 4.4e16 after 50 steps and NaN at 200, and an LSTM 2e6 after 50 and infinity at 200.
Explosion needs a largest singular value above 1 / (largest slope of the activation): 1 for tanh and
ReLU, 4 for sigmoid.

## Example

The default of `nn.init.normal_` is a standard deviation of 1, whatever the size:

```python bad
import torch
from torch import nn

rnn = nn.RNN(input_size=16, hidden_size=256)
nn.init.normal_(rnn.weight_hh_l0)  # warning: GL102
```

```python good
import torch
from torch import nn

rnn = nn.RNN(input_size=16, hidden_size=256)
nn.init.orthogonal_(rnn.weight_hh_l0)
```

A loop over all parameters also reaches the recurrent weights:

```python bad
import torch
from torch import nn

gru = nn.GRU(8, 400)
for name, p in gru.named_parameters():
    if "weight" in name:
        p.data.normal_(0, 0.5)  # warning: GL102
    else:
        p.data.zero_()

lstm = nn.LSTM(8, 400)
for name, p in lstm.named_parameters():
    if p.dim() < 2:
        continue
    p.data.uniform_(-0.5, 0.5)  # warning: GL102
```

In Keras:

```python bad
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((20, 8)),
        layers.SimpleRNN(  # warning: GL102
            128, recurrent_initializer=keras.initializers.RandomNormal(stddev=0.5)
        ),
        layers.Dense(1),
    ]
)
model.compile(keras.optimizers.Adam(clipnorm=1.0), "mse")
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

## How to fix

Use an orthogonal matrix: `recurrent_initializer="orthogonal"` (Keras's default),
`nn.init.orthogonal_(rnn.weight_hh_l0)`. Or scale the distribution with the size: a standard
deviation of `1 / sqrt(units)`. Or leave it out: torch's default, uniform on +-1/sqrt(units), has a
radius of 0.58.

## When it is fine

Where the size or a constant is not known the rule is silent. A reservoir (echo state network) is
rescaled after it is drawn, and is not trained: suppress the rule there.

## References

- Pascanu, Mikolov, Bengio 2013, *On the difficulty of training recurrent neural networks*
  (arXiv:1211.5063), section 2
- Saxe, McClelland, Ganguli 2013 (arXiv:1312.6120); Le, Jaitly, Hinton 2015 (arXiv:1504.00941)
- Girko's circular law: the eigenvalues of a matrix with independent entries of standard deviation s
  fill a disc of radius s x sqrt(n)
- Measured in `tests/oracles/test_gl102_recurrent_spectral_radius.py`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, RecurrentStart, report, rule

BOUNDS = {"sigmoid": 4.0, "hard_sigmoid": 5.0}
"""One over the largest slope of the activation (hard_sigmoid: 1/5); 1 for all others."""

GATED = 2.0
"""Gates multiply what comes through by less than 1: an LSTM with radius 2 does not yet explode."""

RANDOM_MARGIN = 1.5
"""He's start has radius 1.41 and is in common use; a drawn matrix deviates by some per cent."""

EXACT_MARGIN = 1.05
"""A gain of 1.05 over 100 steps is a factor of 131; below that nothing is certain to happen."""


@rule("GL102", "warning", symptoms={"gradient-explosion": 0.8, "loss-nan": 0.6, "loss-spike": 0.3})
def check(start: RecurrentStart) -> Iterator[Finding]:
    """Report a recurrent matrix whose radius is above the bound of its activation."""
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
        f"({start.formula}), above the bound of {bound:g} for "
        f"{layer.activation}{' with gates' if layer.gated else ''}: gradients grow at every step",
        help="start with an orthogonal matrix, or with a standard deviation of 1 / sqrt(units)",
        notes=[] if start.call is layer.apply else [(layer.apply, "the layer is built here")],
    )
