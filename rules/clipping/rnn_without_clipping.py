"""# A recurrent network is trained without gradient clipping

## What it does

Reports the update of a recurrent network (a recurrent layer or cell, or a recurrence written by
hand over a linear layer) where nothing clips its gradients. It is a warning where the risk is real,
and advice elsewhere: 96% of public Keras scripts with a recurrent layer do not clip, and most of
them classify short sequences.

## Why it is a risk

The gradient of a recurrent network is a product over its steps. Once the weights have grown, one
batch gives a gradient of millions (measured: norm 7.4e6; the step moves the weights by 3.7e5 and
leaves every unit saturated, with no gradient left to recover by). LSTMs and GRUs are slower to
explode, not safe: 2e9 with grown weights. A clip bounds that step and keeps its direction.

## Example

```python bad
import torch
from torch import nn

model = nn.LSTM(8, 64)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    optimizer.step()  # warning: GL201
```

```python bad
from keras.layers import LSTM, Dense
from keras.models import Sequential

model = Sequential()
model.add(LSTM(1024, input_shape=(30, 5)))
model.add(Dense(1))
model.compile(loss="mse", optimizer="adam")  # warning: GL201
model.fit(x, y)
```

```python good
import torch
from torch import nn

model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

```python good
from tensorflow import keras

model = keras.Sequential([keras.layers.LSTM(1024, input_shape=(30, 5)), keras.layers.Dense(1)])
model.compile(loss="mse", optimizer=keras.optimizers.Adam(clipnorm=1.0))
```

## How to fix

PyTorch: `torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)` between `backward()` and the
step. Keras: `clipnorm=1.0` or `global_clipnorm=1.0` on the optimizer. TensorFlow 1:
`compute_gradients`, `tf.clip_by_global_norm`, `apply_gradients`. Lightning:
`Trainer(gradient_clip_val=1.0)`. Log the norm and choose 0.5 to 10 times its average.

## When it is fine

Clipping of gradients in any form counts, wherever the analysis can follow it, and so does a call
that cannot be followed. Bounding something else does not: weights (as in a WGAN), the cell state,
the loss. An optimizer or a trainer that clips by default is not reported, nor is a network that is
not trained.

## References

- Pascanu, Mikolov, Bengio 2013, *On the difficulty of training recurrent neural networks*
  (arXiv:1211.5063)
- keras-team/keras issue 3425, *LSTM trained fine, then the loss rises and the output is constant*
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import (
    Finding,
    Severity,
    TrainedRecurrence,
    report,
    rule,
)

REGRESSION = frozenset({"mse", "mae"})
"""Losses of quantities: what they compare has the size of a vocabulary by chance."""

LONG_SEQUENCE = 50
"""Steps from which an ungated network, or a language model, is certain to need clipping: torch's
default tanh RNN passes 7e-12 of a gradient over 50 steps, and a grown one explodes as fast."""

DEEP_STACK = 3
"""Stacked recurrent layers from which the product of their Jacobians is over depth and time."""

WIDE = 512
"""Units from which an unbounded regression loss was seen to train well and then collapse."""

STEEP_SGD = 0.1
"""Learning rate from which plain SGD takes an exploding gradient over a cliff in one step."""

LARGEST_ADAPTIVE_STEP = 0.03
"""First step above which the Adam family is known to fail for most problems; such a step is about
the learning rate itself, whatever the gradient."""


@rule(
    "GL201",
    "warning",
    symptoms={"gradient-explosion": 1.0, "loss-spike": 0.8, "loss-nan": 0.8, "loss-diverges": 0.7},
)
def check(network: TrainedRecurrence) -> Iterator[Finding]:
    """Report a trained recurrent network whose gradients nothing bounds."""
    if network.clipped is not False:
        return
    reasons = list(risks(network))
    subject = network.layers[0].name if network.layers else "the hand-written recurrence"
    what = f"`{subject}`" if network.layers else subject
    because = f": {reasons[0]}" if reasons else ""
    place = network.layers[0].apply if network.layers else network.hand_written[0].call
    yield report(
        network,
        f"{what} is trained without gradient clipping{because}",
        help=remedy(network),
        notes=[(place, "the recurrence is here")],
        severity=Severity.WARNING if reasons else Severity.INFO,
    )


def remedy(network: TrainedRecurrence) -> str:
    """What to write, in the framework at hand."""
    if network.trainer_argument:
        return f"pass `{network.trainer_argument}=1.0` to the trainer"
    return network.clip_advice


def risks(network: TrainedRecurrence) -> Iterator[str]:
    """Why the risk is real here, the weightiest reason first."""
    for layer in network.layers:
        if layer.unbounded and layer.family != "gru":
            yield f"its state is unbounded (`{layer.activation}`)"
    if any(not written.bounded for written in network.hand_written):
        yield "its state passes through no bounded activation"
    steps = network.steps
    ungated = any(not layer.gated for layer in network.layers)
    if steps is not None and steps >= LONG_SEQUENCE and ungated:
        yield f"an ungated state over {steps} steps multiplies gradients {steps} times"
    long = steps is None or steps >= LONG_SEQUENCE
    if "ctc" in network.losses and long:
        yield "a CTC loss runs through the whole sequence"
    if network.own_vocabulary and not network.losses & REGRESSION and network.per_step and long:
        length = f"{steps} steps" if steps is not None else "sequences of unknown length"
        yield f"it predicts its own vocabulary at each step, over {length}"
    if network.summed_over_time:
        yield "the loss is summed over the steps of a sequence"
    if network.summed_error:
        yield "the squared error is summed and not averaged"
    if network.stacked >= DEEP_STACK:
        yield f"{network.stacked} recurrent layers are stacked"
    widest = max((layer.units or 0 for layer in network.layers), default=0)
    if widest >= WIDE and "mse" in network.losses:
        yield f"{widest} units with a squared error were seen to train well and then collapse"
    yield from steep(network)


def steep(network: TrainedRecurrence) -> Iterator[str]:
    """A learning rate that lets one large gradient do harm."""
    rate = network.learning_rate
    if rate is None or not network.layers:
        return
    if network.optimizer_kind == "sgd" and rate >= STEEP_SGD:
        yield f"SGD with a learning rate of {rate:g} follows every large gradient"
    elif network.first_step is not None and rate * network.first_step > LARGEST_ADAPTIVE_STEP:
        yield f"a learning rate of {rate:g} is high for this optimizer"
