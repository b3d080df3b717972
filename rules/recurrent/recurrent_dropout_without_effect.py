"""# The dropout of a recurrent layer never drops anything

## What it does

Reports `nn.LSTM`, `nn.GRU` and `nn.RNN` with a `dropout` above zero and a single layer. torch
applies this dropout only between stacked layers.

## Why it is a risk

The regularisation that the code asks for is not there: two passes through a single layer with
`dropout=0.5` in train mode give exactly the same output (measured). torch warns once, at
construction, which is lost in the output of most programs.

## Example

```python bad
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10000, 128)
        self.lstm = nn.LSTM(128, 256, batch_first=True, dropout=0.5)  # warning: GL106
        self.out = nn.Linear(256, 2)

    def forward(self, tokens):
        output, _ = self.lstm(self.embed(tokens))
        return self.out(output[:, -1])
```

```python bad
from torch import nn

DROPOUT = 0.3
LAYERS = 1

encoder = nn.GRU(64, 128, LAYERS, dropout=DROPOUT, bidirectional=True)  # warning: GL106
decoder = nn.RNN(64, 128, num_layers=1, dropout=0.1)  # warning: GL106
```

```python good
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10000, 128)
        self.lstm = nn.LSTM(128, 256, batch_first=True)
        self.drop = nn.Dropout(0.5)
        self.out = nn.Linear(256, 2)

    def forward(self, tokens):
        output, _ = self.lstm(self.embed(tokens))
        return self.out(self.drop(output[:, -1]))
```

```python good
from torch import nn

encoder = nn.GRU(64, 128, num_layers=2, dropout=0.3, bidirectional=True)
```

## How to fix

Stack two or more layers, or drop the argument and put `nn.Dropout` after the layer.

## When it is fine

The number of layers or the rate may be chosen by a caller or by the command line; the usual guard
is not reported either. Keras's `dropout=` and `recurrent_dropout=` do work on a single layer.

```python good
import argparse

import keras
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--layers", type=int, default=1)
args = parser.parse_args()


class Encoder(nn.Module):
    def __init__(self, width, layers=1, dropout=0.2):
        super().__init__()
        self.rnn = nn.LSTM(width, width, layers, dropout=dropout)
        self.other = nn.GRU(width, width, layers, dropout=0.0 if layers == 1 else dropout)


rnn = nn.LSTM(8, 8, args.layers, dropout=0.5)
layer = keras.layers.LSTM(64, dropout=0.2, recurrent_dropout=0.2)
off = nn.LSTM(8, 8, dropout=0)
```

## References

- PyTorch documentation, `torch.nn.LSTM`, argument `dropout`
- Measured in `tests/oracles/test_gl106_recurrent_dropout_without_effect.py`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, Recurrence, literal, report, rule


@rule("GL106", "warning", symptoms={"overfitting": 0.3})
def check(layer: Recurrence) -> Iterator[Finding]:
    """Report dropout between the layers of a recurrence that has only one."""
    given = layer.dropout
    rate = literal(given)
    if given is None or rate is None or rate <= 0 or not layer.apply.complete:
        return
    if layer.depth_value is not None and literal(layer.depth_value) != 1:
        return
    yield report(
        layer.apply,
        f"`{layer.name}` has one layer, so its `dropout={rate:g}` does nothing: it is applied "
        "between layers only",
        help="stack two or more layers, or use a dropout layer after this one",
        notes=[(given, "the rate is set here")] if given.module is not layer.apply.module else [],
    )
