"""# Recurrent network trained without gradient clipping.

## What it does

Reports the update of a recurrent network (a recurrent layer or cell, or a recurrence written by hand
over a linear layer) where nothing in reach clips its gradients. It is a warning where the risk is
real, and advice elsewhere: 96% of public Keras scripts with a recurrent layer do not clip, and most
classify short sequences.

## Why it is a risk

The gradient of a recurrent network is a product over its steps. Once the weights have grown, one
batch gives a gradient of millions (measured: norm 7.4e6; the step moves the weights by 3.7e5 and
leaves every unit saturated, with no gradient to come back on). LSTMs and GRUs are slower to explode,
not safe: 2e9 with grown weights. A clip bounds that step and keeps its direction.

## Example

```python bad
import torch
from torch import nn


class LanguageModel(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 128)
        self.rnn = nn.LSTM(128, 256, batch_first=True)
        self.output = nn.Linear(256, vocabulary)

    def forward(self, x):
        return self.output(self.rnn(self.embedding(x))[0])


model = LanguageModel(5000)
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten()).backward()
    optimizer.step()  # error: GL201
```

```python bad
from keras.layers import LSTM, Dense
from keras.models import Sequential

model = Sequential()
model.add(LSTM(1024, input_shape=(30, 5)))
model.add(Dense(1))
model.compile(loss="mse", optimizer="adam")  # error: GL201
model.fit(x, y)
```

```python bad
import tensorflow as tf

model = tf.keras.Sequential(
    [tf.keras.layers.Input((20, 3)), tf.keras.layers.GRU(64), tf.keras.layers.Dense(2)]
)
optimizer = tf.keras.optimizers.Adam(1e-3)
model.compile(optimizer=optimizer, loss="mae")  # info: GL201
```

```python bad
import tensorflow as tf

cell = tf.nn.rnn_cell.BasicLSTMCell(64)
outputs, state = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
loss = tf.reduce_mean(tf.square(tf.layers.dense(outputs[:, -1], 1) - targets))
train_op = tf.train.AdamOptimizer(1e-3).minimize(loss)  # info: GL201
```

A recurrence written by hand, with no activation between one step and the next:

```python bad
import torch
from torch import nn


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.to_hidden = nn.Linear(8 + 32, 32)
        self.to_output = nn.Linear(32, 4)

    def forward(self, x, hidden):
        hidden = self.to_hidden(torch.cat((x, hidden), 1))
        return self.to_output(hidden), hidden


reader = Reader()
optimizer = torch.optim.SGD(reader.parameters(), lr=0.005)
for sequence, target in examples:
    optimizer.zero_grad()
    hidden = torch.zeros(1, 32)
    for x in sequence:
        output, hidden = reader(x, hidden)
    nn.functional.cross_entropy(output, target).backward()
    optimizer.step()  # error: GL201
```

The same in the other frameworks, each with its own loop:

```python bad
import tensorflow as tf

model = tf.keras.Sequential([tf.keras.layers.LSTM(32), tf.keras.layers.Dense(1)])
optimizer = tf.keras.optimizers.Adam(1e-3)


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x) - y))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))  # info: GL201


for x, y in dataset:
    step(x, y)
```

```python bad
import tensorflow as tf

cell = tf.nn.rnn_cell.GRUCell(64)
outputs, state = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
loss = tf.losses.mean_squared_error(targets, outputs[:, -1])
train_op = tf.contrib.layers.optimize_loss(loss, step, 1e-3, "Adam")  # info: GL201
```

```python bad
import lightning as L
import torch
from torch import nn

fabric = L.Fabric()
model = nn.GRU(8, 32, batch_first=True)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
model, optimizer = fabric.setup(model, optimizer)
for x, y in fabric.setup_dataloaders(loader):
    optimizer.zero_grad()
    fabric.backward(nn.functional.mse_loss(model(x)[0], y))
    optimizer.step()  # info: GL201
```

```python bad
import torch
from accelerate import Accelerator
from torch import nn

accelerator = Accelerator()
model = nn.LSTM(8, 32, num_layers=4)
optimizer = torch.optim.Adam(model.parameters())
model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
for x, y in loader:
    optimizer.zero_grad()
    accelerator.backward(nn.functional.l1_loss(model(x)[0], y))
    optimizer.step()  # error: GL201
```

```python bad
import torch
from apex import amp
from torch import nn

model = nn.LSTM(8, 32)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
model, optimizer = amp.initialize(model, optimizer, opt_level="O1")
for x, y in batches:
    optimizer.zero_grad()
    loss = nn.functional.l1_loss(model(x)[0], y)
    with amp.scale_loss(loss, optimizer) as scaled:
        scaled.backward()
    optimizer.step()  # error: GL201
```

```python bad
import torch
from ignite.engine import Engine
from torch import nn

model = nn.GRU(8, 32)
optimizer = torch.optim.Adam(model.parameters())


def update(engine, batch):
    x, y = batch
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x)[0], y)
    loss.backward()
    optimizer.step()  # info: GL201
    return loss.item()


Engine(update).run(loader, max_epochs=3)
```

What bounds something else is no gradient clipping: weights (as in a WGAN), the cell state, a
constraint on the weights, the loss; nor is a threshold that switches clipping off.

```python bad
import torch
from torch import nn

model = nn.LSTM(8, 32)
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
for x, y in batches:
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x)[0], y)
    torch.clamp(loss, max=100.0).backward()
    optimizer.step()  # info: GL201
    for parameter in model.parameters():
        parameter.data.clamp_(-0.1, 0.1)
```

```python bad
import tensorflow as tf

cell = tf.nn.rnn_cell.LSTMCell(64, cell_clip=10.0)
outputs, state = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
loss = tf.losses.mean_squared_error(targets, outputs[:, -1])
train_op = tf.train.AdamOptimizer(1e-3).minimize(loss)  # info: GL201
```

```python bad
import keras

model = keras.Sequential(
    [
        keras.layers.Input((20, 3)),
        keras.layers.LSTM(32, recurrent_constraint=keras.constraints.MaxNorm(2.0)),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(clipnorm=0.0), loss="mse")  # info: GL201
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

Lightning clips when its trainer is told to:

```python bad
import lightning as L
import torch
from torch import nn


class Forecaster(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 64, batch_first=True)
        self.output = nn.Linear(64, 1)

    def training_step(self, batch, index):
        x, y = batch
        return nn.functional.mse_loss(self.output(self.rnn(x)[0][:, -1]), y)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)


trainer = L.Trainer(max_epochs=5)
trainer.fit(Forecaster(), loader)  # info: GL201
```

```python good
import lightning as L
import torch
from torch import nn


class Forecaster(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 64, batch_first=True)

    def training_step(self, batch, index):
        return self.rnn(batch)[0].pow(2).mean()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)


class Hooked(Forecaster):
    def on_before_optimizer_step(self, optimizer):
        nn.utils.clip_grad_norm_(self.parameters(), 1.0)


L.Trainer(max_epochs=5, gradient_clip_val=1.0).fit(Forecaster(), loader)
L.Trainer(max_epochs=5).fit(Hooked(), loader)
L.Trainer(**settings).fit(Forecaster(), loader)
```

## How to fix

PyTorch: `torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)` between `backward()` and the
step. Keras: `clipnorm=1.0` or `global_clipnorm=1.0` on the optimizer. TensorFlow 1:
`compute_gradients`, `tf.clip_by_global_norm`, `apply_gradients`. Lightning:
`Trainer(gradient_clip_val=1.0)`. Log the norm and choose 0.5 to 10 times its average.

## When it is fine

Clipping in any form, in any place that can be reached, and wherever it can't be excluded. A helper,
in another file too:

```python good
# file: train.py
import torch
from torch import nn

from tools import clip_gradient

model = nn.GRU(8, 64)
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    clip_gradient(optimizer, 5.0)
    optimizer.step()
# file: tools.py
def clip_gradient(optimizer, limit):
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                parameter.grad.data.clamp_(-limit, limit)
```

An optimizer that clips in its own `step`:

```python good
import torch
from torch import nn


class Clipped:
    def __init__(self, optimizer, limit):
        self.optimizer = optimizer
        self.limit = limit

    def step(self):
        for group in self.optimizer.param_groups:
            nn.utils.clip_grad_norm_(group["params"], self.limit)
        self.optimizer.step()


model = nn.LSTM(8, 64)
optimizer = Clipped(torch.optim.Adam(model.parameters()), 1.0)
for x, y in batches:
    optimizer.optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    optimizer.step()
```

A value of the command line, a hook, a call that can't be followed:

```python good
import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--clip", type=float, default=0.0)
args = parser.parse_args()
model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    if args.clip > 0:
        nn.utils.clip_grad_norm_(model.parameters(), args.clip)
    optimizer.step()
```

```python good
import torch
from torch import nn

model = nn.LSTM(8, 64)
for parameter in model.parameters():
    parameter.register_hook(lambda gradient: gradient.clamp(-1, 1))
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    optimizer.step()
```

```python good
import torch
from torch import nn

from timm.utils import NativeScaler

model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
scaler = NativeScaler()
for x, y in batches:
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x)[0], y)
    scaler(loss, optimizer, clip_grad=1.0, parameters=model.parameters())
```

```python good
import tensorflow as tf

cell = tf.nn.rnn_cell.GRUCell(64)
outputs, state = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
loss = tf.reduce_mean(tf.square(outputs - targets))
optimizer = tf.train.AdamOptimizer(1e-3)
gradients, variables = zip(*optimizer.compute_gradients(loss))
gradients, _ = tf.clip_by_global_norm(gradients, 5.0)
train_op = optimizer.apply_gradients(zip(gradients, variables))
```

Other ways to bound gradients in PyTorch:

```python good
import torch
from torch import nn

model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    norm = nn.utils.get_total_norm([p.grad for p in model.parameters()])
    nn.utils.clip_grads_with_norm_(model.parameters(), 1.0, norm)
    optimizer.step()
```

```python good
import torch
from torch import nn

model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    for parameter in model.parameters():
        parameter.grad = parameter.grad.clamp(-1, 1)
    optimizer.step()
```

```python good
import torch
from torch import nn

model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    torch._foreach_clamp_max_([p.grad for p in model.parameters()], 1.0)
    torch._foreach_clamp_min_([p.grad for p in model.parameters()], -1.0)
    optimizer.step()
```

```python good
import torch
from torch import nn

model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    total = sum(p.grad.norm() ** 2 for p in model.parameters()) ** 0.5
    if total > 5:
        for parameter in model.parameters():
            parameter.grad.mul_(5 / total)
    optimizer.step()
```

```python good
import torch
from torch import nn

model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())


def bound(optimizer, args, kwargs):
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)


optimizer.register_step_pre_hook(bound)
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    optimizer.step()
```

```python good
import torch
from torch import nn

model = nn.LSTM(8, 64)
optimizer = torch.optim.LBFGS(model.parameters())


def closure():
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x)[0], y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    return loss


for x, y in batches:
    optimizer.step(closure)
```

Optimizers that bound their own update, and adaptive clipping:

```python good
import torch
from torch import nn
from transformers import Adafactor

model = nn.LSTM(8, 64)
optimizer = Adafactor(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    optimizer.step()
```

```python good
import torch
from timm.utils import adaptive_clip_grad
from torch import nn

model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x)[0], y).backward()
    adaptive_clip_grad(model.parameters(), clip_factor=0.01)
    optimizer.step()
```

Keras takes the bound at any time before training, and in any form:

```python good
import keras
import tensorflow as tf


def network():
    return keras.Sequential([keras.layers.LSTM(64), keras.layers.Dense(1)])


def clip(gradients_and_variables):
    return [(tf.clip_by_norm(g, 1.0), v) for g, v in gradients_and_variables]


later = keras.optimizers.Adam(1e-3)
later.clipvalue = 0.5
first = network()
first.compile(loss="mse", optimizer=later)

second = network()
second.compile(loss="mse", optimizer="adam")
second.optimizer.clipnorm = 1.0

third = network()
third.compile(loss="mse", optimizer={"class_name": "Adam", "config": {"clipnorm": 1.0}})

fourth = network()
scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(global_clipnorm=1.0))
fourth.compile(loss="mse", optimizer=scaled)

fifth = tf.keras.Sequential([tf.keras.layers.LSTM(64), tf.keras.layers.Dense(1)])
fifth.compile(loss="mse", optimizer=tf.keras.optimizers.Adam(gradient_transformers=[clip]))

sixth = network()
sixth.compile(loss="mse", optimizer="lion")

seventh = keras.Sequential([keras.layers.LSTM(64, trainable=False), keras.layers.Dense(1)])
seventh.compile(loss="mse", optimizer="adam")
```

```python good
import tensorflow as tf
from tensorflow import keras


class Clipped(keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compiled_loss(y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


class Forecaster(Clipped):
    def __init__(self):
        super().__init__()
        self.rnn = keras.layers.LSTM(64)
        self.output_layer = keras.layers.Dense(1)

    def call(self, x):
        return self.output_layer(self.rnn(x))


model = Forecaster()
model.compile(optimizer="adam", loss="mse")
model.fit(x, y)
```

```python good
import tensorflow as tf

model = tf.keras.Sequential([tf.keras.layers.LSTM(64), tf.keras.layers.Dense(1)])
optimizer = tf.keras.optimizers.Adam()
for x, y in dataset:
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x) - y))
    gradients = tape.gradient(loss, model.trainable_variables)
    gradients = [tf.clip_by_value(g, -1.0, 1.0) for g in gradients]
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

```python good
import tensorflow as tf
import tensorflow.contrib.slim as slim

cell = tf.nn.rnn_cell.GRUCell(64)
outputs, state = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
loss = tf.reduce_mean(tf.square(outputs - targets))
one = tf.contrib.layers.optimize_loss(loss, None, 0.01, "Adam", clip_gradients=5.0)
two = slim.learning.create_train_op(loss, tf.train.AdamOptimizer(), clip_gradient_norm=4)
clipping = tf.contrib.estimator.clip_gradients_by_norm(tf.train.AdamOptimizer(), 5.0)
three = clipping.minimize(loss)
```

Engines and trainers, each with its own way:

```python good
import torch
from accelerate import Accelerator
from torch import nn

accelerator = Accelerator()
model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
model, optimizer = accelerator.prepare(model, optimizer)
for x, y in batches:
    optimizer.zero_grad()
    accelerator.backward(nn.functional.mse_loss(model(x)[0], y))
    accelerator.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

```python good
import torch
from accelerate import Accelerator, DeepSpeedPlugin
from torch import nn

accelerator = Accelerator(deepspeed_plugin=DeepSpeedPlugin(gradient_clipping=1.0))
model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
model, optimizer = accelerator.prepare(model, optimizer)
for x, y in batches:
    optimizer.zero_grad()
    accelerator.backward(nn.functional.mse_loss(model(x)[0], y))
    optimizer.step()
```

```python good
import torch
from lightning.fabric import Fabric
from torch import nn

fabric = Fabric()
model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
model, optimizer = fabric.setup(model, optimizer)
for x, y in batches:
    optimizer.zero_grad()
    fabric.backward(nn.functional.mse_loss(model(x)[0], y))
    fabric.clip_gradients(model, optimizer, max_norm=1.0)
    optimizer.step()
```

```python good
import deepspeed
from torch import nn

model = nn.LSTM(8, 64)
engine, *_ = deepspeed.initialize(
    model=model, model_parameters=model.parameters(), config="deepspeed.json"
)
for x, y in batches:
    engine.backward(nn.functional.mse_loss(engine(x)[0], y))
    engine.step()
```

```python good
import torch
from apex import amp
from torch import nn

model = nn.LSTM(8, 64)
optimizer = torch.optim.Adam(model.parameters())
model, optimizer = amp.initialize(model, optimizer, opt_level="O1")
for x, y in batches:
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x)[0], y)
    with amp.scale_loss(loss, optimizer) as scaled:
        scaled.backward()
    nn.utils.clip_grad_norm_(amp.master_params(optimizer), 1.0)
    optimizer.step()
```

```python good
import lightning as L
import torch
from torch import nn


class Forecaster(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 64, batch_first=True)

    def training_step(self, batch, index):
        return self.rnn(batch)[0].pow(2).mean()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)


class Bound(L.Callback):
    def on_before_optimizer_step(self, trainer, module, optimizer):
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)


L.Trainer(callbacks=[Bound()]).fit(Forecaster(), loader)
L.Trainer(strategy="deepspeed_stage_2").fit(Forecaster(), loader)
L.Trainer(gradient_clip_val=settings.clip).fit(Forecaster(), loader)
```

```python good
from torch import nn
from fastai.vision.all import GradientClip, Learner
from mmengine.optim import OptimWrapper
from skorch import NeuralNetRegressor
from skorch.callbacks import GradientNormClipping

import torch


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 64)

    def forward(self, x):
        return self.rnn(x)[0]


NeuralNetRegressor(Network, callbacks=[GradientNormClipping(1.0)]).fit(x, y)
Learner(loaders, Network(), loss_func=nn.MSELoss(), cbs=GradientClip(0.1)).fit(1)
model = Network()
wrapper = OptimWrapper(torch.optim.Adam(model.parameters()), clip_grad=dict(max_norm=1.0))
for x, y in batches:
    wrapper.update_params(nn.functional.mse_loss(model(x), y))
```

A recurrent layer that the optimizer does not step, and a base class that is not known:

```python good
import torch
from torch import nn

encoder = nn.LSTM(8, 64)
encoder.requires_grad_(False)
head = nn.Linear(64, 2)
optimizer = torch.optim.Adam([*encoder.parameters(), *head.parameters()])
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.cross_entropy(head(encoder(x)[0][-1]), y).backward()
    optimizer.step()
```

```python good
import torch
from torch import nn

encoder = nn.LSTM(8, 64)
head = nn.Linear(64, 2)
optimizer = torch.optim.Adam(head.parameters())
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.cross_entropy(head(encoder(x)[0][-1]), y).backward()
    optimizer.step()
```

```python good
import torch
from company.training import Base
from torch import nn


class Training(Base):
    def run(self, loader):
        self.model = nn.LSTM(8, 64)
        self.optimizer = torch.optim.Adam(self.model.parameters())
        for x, y in loader:
            self.optimizer.zero_grad()
            nn.functional.mse_loss(self.model(x)[0], y).backward()
            self.before_step()
            self.optimizer.step()
```

Frameworks whose default clips, and models that are only used:

```python good
from torch import nn
from transformers import Trainer, TrainingArguments


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(8, 64)


trainer = Trainer(model=Tagger(), args=TrainingArguments("out"))
trainer.train()
```

```python good
import torch
from torch import nn

model = nn.LSTM(8, 64)
model.load_state_dict(torch.load("weights.pt"))
with torch.no_grad():
    print(model(x))
```

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
    knowledge,
    report,
    rule,
    usual_rate,
)

LONG_SEQUENCE = 50
"""Steps from which an ungated network, or a language model, is certain to need clipping: torch's
default tanh RNN passes 7e-12 of a gradient over 50 steps, and a grown one explodes as fast."""

DEEP_STACK = 3
"""Stacked recurrent layers from which the product of their Jacobians is over depth and time."""

WIDE = 512
"""Units from which an unbounded regression loss was seen to train well and then collapse."""

STEEP_SGD = 0.1
"""Learning rate from which plain SGD takes an exploding gradient over a cliff in one step."""


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
    if network.keras:
        return "pass `clipnorm=1.0` or `global_clipnorm=1.0` to the optimizer"
    if network.layers and network.layers[0].apply.fn.startswith(("keras", "tensorflow")):
        return (
            "clip between `compute_gradients` and `apply_gradients` with `tf.clip_by_global_norm`"
        )
    return (
        "call `torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)` between `backward()` "
        "and the step"
    )


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
    if network.own_vocabulary and network.per_step and long:
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
    rate = network.learning_rate(knowledge())
    fact = network.optimizer_fact
    if rate is None or fact is None or not network.layers:
        return
    if fact["kind"] == "sgd" and rate >= STEEP_SGD:
        yield f"SGD with a learning rate of {rate:g} follows every large gradient"
    elif rate > usual_rate(fact):
        yield f"a learning rate of {rate:g} is high for this optimizer"
