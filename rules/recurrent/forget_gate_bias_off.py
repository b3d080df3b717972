"""# A forget gate starts half closed

## What it does

Reports an LSTM whose forget gate starts with a bias of 0 or below: `unit_forget_bias=False`,
`forget_bias=0.0`, or torch's forget bias overwritten with zero or less. It is advice, and off
unless selected.

## Why it is a risk

The forget gate starts at sigmoid(bias), so a bias of 0 halves the cell state at every step: a
factor of 1e-15 over 50 steps. A bias of 1 keeps 0.73 of it. Jozefowicz et al. found in 2015 that
this one number closes the gap between the LSTM and the best architecture of a search over
thousands. Measured on torch's LSTM of 64 units over 50 steps: the gradient of the first input is
over 1000 times larger with bias 1 than with bias 0, and over 1000 times smaller again with bias -1.

## Example

Keras starts at 1 unless it is told not to:

```python bad
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((200, 8)),
        layers.LSTM(64, unit_forget_bias=False),  # info: GL105
        layers.Dense(1),
    ]
)
```

```python good
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((200, 8)),
        layers.LSTM(64),
        layers.Dense(1),
    ]
)
```

torch keeps four gates in one bias, in the order input, forget, cell, output:

```python bad
from torch import nn

lstm = nn.LSTM(8, 64)
for name, p in lstm.named_parameters():
    if "bias" in name:
        nn.init.zeros_(p)  # info: GL105
```

```python bad
from torch import nn

lstm = nn.LSTM(8, 64)
lstm.bias_ih_l0.data[64:128].fill_(-1.0)  # info: GL105
```

```python good
from torch import nn

lstm = nn.LSTM(8, 64)
for name, p in lstm.named_parameters():
    if "bias" in name:
        p.data.fill_(0)
lstm.bias_ih_l0.data[64:128].fill_(1.0)
```

## How to fix

Leave the argument out in Keras and TensorFlow. In torch set the forget gate's quarter of one of the
two biases to 1; they are added, so setting both gives 2.

## When it is fine

Short sequences, where nothing has to be kept for long. A bias that another initialiser sets:

```python good
from keras import initializers, layers

layer = layers.LSTM(
    64, unit_forget_bias=False, bias_initializer=initializers.Constant(1.0)
)
gru = layers.GRU(64)
```

## References

- Gers, Schmidhuber, Cummins 2000, *Learning to forget*
- Jozefowicz, Zaremba, Sutskever 2015, *An empirical exploration of recurrent network architectures*
- Measured in `tests/oracles/test_gl105_forget_gate_bias_off.py`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, RecurrentStart, report, rule


@rule("GL105", "info", default=False, symptoms={"vanishing-gradients": 0.3, "not-learning": 0.2})
def check(start: RecurrentStart) -> Iterator[Finding]:
    """Report a forget gate that starts at a bias of 0 or below."""
    bias = start.forget_bias
    if bias is None or bias > 0:
        return
    yield report(
        start,
        f"the forget gate of `{start.layer.name}` starts at a bias of {bias:g}, which keeps half of "
        "the cell or less from one step to the next",
        help="let the forget gate start at a bias of 1",
    )
