"""# The clip leaves out the recurrent weights

## What it does

Reports a clip that is given some of the trained parameters, without those of a recurrent layer that
the same optimizer steps, where no other clip covers them.

## Why it is a risk

It is the repeated product with the recurrent matrix that explodes. Clipping only the output layer
leaves its gradient unbounded (measured: the recurrent norm stays at 3.2e9). Clip all parameters
with one call: a single factor keeps the direction of the step (cosine 1.0); clipping the recurrent
part alone is stable and changes it (cosine 0.004).

## Example

```python bad
import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(16, 64, batch_first=True)
        self.output = nn.Linear(64, 8)

    def forward(self, x):
        return self.output(self.rnn(x)[0])


model = Tagger()
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten()).backward()
    nn.utils.clip_grad_norm_(model.output.parameters(), 1.0)  # warning: GL206
    optimizer.step()
```

```python bad
import torch
from torch import nn

encoder = nn.GRU(16, 64, batch_first=True)
decoder = nn.Linear(64, 8)
optimizer = torch.optim.Adam(list(encoder.parameters()) + list(decoder.parameters()))
for x, y in batches:
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(decoder(encoder(x)[0][:, -1]), y)
    loss.backward()
    nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)  # warning: GL206
    optimizer.step()
```

```python good
import torch
from torch import nn

encoder = nn.GRU(16, 64, batch_first=True)
decoder = nn.Linear(64, 8)
optimizer = torch.optim.Adam(list(encoder.parameters()) + list(decoder.parameters()))
for x, y in batches:
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(decoder(encoder(x)[0][:, -1]), y)
    loss.backward()
    nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
    nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
    optimizer.step()
```

## How to fix

Clip all parameters that the optimizer steps, in one call.

## When it is fine

The output layer is applied once in each step and does not need a clip:

```python good
import torch
from torch import nn

encoder = nn.GRU(16, 64, batch_first=True)
decoder = nn.Linear(64, 8)
optimizer = torch.optim.Adam(list(encoder.parameters()) + list(decoder.parameters()))
for x, y in batches:
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(decoder(encoder(x)[0][:, -1]), y)
    loss.backward()
    nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
    optimizer.step()
```

## References

- Pascanu, Mikolov, Bengio 2013, *On the difficulty of training recurrent neural networks*
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Clip, Finding, report, rule, spell


@rule("GL206", "warning", symptoms={"gradient-explosion": 0.8, "loss-nan": 0.6})
def check(clip: Clip) -> Iterator[Finding]:
    """Report a clip of everything but the part that explodes."""
    if not clip.missed:
        return
    layer = clip.missed[0]
    yield report(
        clip,
        f"`{spell(clip)}` leaves out the recurrent weights of `{layer.name}`, which are the ones "
        "whose gradients explode",
        help="clip all parameters that the optimizer steps, in one call",
        notes=[(layer.apply, "this layer is trained unclipped")],
    )
