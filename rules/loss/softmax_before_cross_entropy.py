"""# Softmax output is fed to a loss that applies softmax itself.

## What it does
Follows the prediction of a cross-entropy back to what made it. Reports a softmax before a loss that expects logits: `nn.CrossEntropyLoss`, `F.cross_entropy`, TensorFlow's `..._with_logits`, optax, and Keras losses with `from_logits=True`. A log-softmax there is redundant and exact, and only advice. Losses that nothing differentiates are not judged.

## Why it is a risk
Softmax is then applied twice. The second one sees values between 0 and 1, so the loss can't come near zero: with ten classes it stays above 1.461 even if every answer is right and certain. And it has no gradient where the network is surely wrong: for the logits [50, 0, 0] and class 1 the loss is 1.55 and its gradient 1e-22 where it should be 1. Ordinary examples get 3 to 4 times less gradient. Training looks slow rather than broken, which is why this stays unseen.

Keras losses with `from_logits=True` are an error with the torch and JAX backends (measured: update 1.7e-20). The TensorFlow backend looks for the softmax, takes it back and prints a warning; it is reported as a warning where that backend may be meant. It finds the softmax only while the loss gets that very tensor: with a Reshape in between, or under mixed precision, the error is real there too.

## Example
The last layer is a softmax, or the loss is given one:

```python bad
import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10), nn.Softmax(dim=1))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for images, labels in loader:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)  # error: GL501
    loss.backward()
    optimizer.step()
```

```python good
import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for images, labels in loader:
    optimizer.zero_grad()
    logits = model(images)
    loss = criterion(logits, labels)
    loss.backward()
    optimizer.step()
    accuracy = (torch.softmax(logits, dim=1).argmax(1) == labels).float().mean()
```

The model in a second file, the softmax an attribute or a function in `forward`:

```python bad
# file: model.py
import torch.nn.functional as F
from torch import nn


class Attribute(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(20, 5)
        self.activation = nn.Softmax(dim=-1)

    def forward(self, x):
        return self.activation(self.body(x))


class Function(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(20, 32, batch_first=True)
        self.body = nn.Linear(32, 5)

    def forward(self, x):
        states, _ = self.lstm(x)
        logits = self.body(states[:, -1])
        probabilities = F.softmax(logits, dim=-1)
        return probabilities


# file: train.py
import torch
import torch.nn.functional as F

from model import Attribute, Function

first, second = Attribute(), Function()
optimizer = torch.optim.Adam([*first.parameters(), *second.parameters()], lr=1e-3)

for x, y in loader:
    a = F.cross_entropy(first(x[:, 0]), y)  # error: GL501
    b = F.cross_entropy(second(x), y)  # error: GL501
    optimizer.zero_grad()
    (a + b).backward()
    torch.nn.utils.clip_grad_norm_(second.parameters(), 1.0)
    optimizer.step()
```

Softmax on the way to the loss, in a helper and as a method; log-softmax is redundant:

```python bad
import torch
from torch import nn

body = nn.Linear(20, 5)
optimizer = torch.optim.SGD(body.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)


def probabilities(logits):
    return torch.softmax(logits, dim=1)


def cost(outputs, labels):
    return criterion(outputs, labels)  # error: GL501


for x, y in loader:
    loss = cost(probabilities(body(x)), y)
    loss = loss + criterion(body(x).softmax(-1), y)  # error: GL501
    loss = loss + criterion(torch.log_softmax(body(x), dim=1), y)  # info: GL501
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

Lightning and skorch:

```python bad
import lightning as L
import torch
from skorch import NeuralNetClassifier
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(20, 5)

    def forward(self, X):
        return torch.softmax(self.body(X), dim=-1)


class LitNet(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = Net()
        self.criterion = nn.CrossEntropyLoss()

    def forward(self, x):
        return self.net(x)

    def training_step(self, batch, batch_idx):
        x, y = batch
        return self.criterion(self(x), y)  # error: GL501

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)


net = NeuralNetClassifier(Net, criterion=nn.CrossEntropyLoss, max_epochs=10)  # error: GL501
net.fit(X, y)
```

TensorFlow, as a graph and with a tape:

```python bad
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 784])
labels = tf.placeholder(tf.float32, [None, 10])
hidden = tf.layers.dense(x, 256, activation=tf.nn.relu)
prediction = tf.nn.softmax(tf.layers.dense(hidden, 10))
loss = tf.reduce_mean(
    tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=prediction)  # error: GL501
)
second = tf.losses.sparse_softmax_cross_entropy(  # error: GL501
    tf.argmax(labels, 1), tf.layers.dense(hidden, 10, activation=tf.nn.softmax)
)
train = tf.train.AdamOptimizer(1e-3).minimize(loss + second)
```

```python bad
import tensorflow as tf
from tensorflow import keras


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(10, activation="softmax")

    def call(self, x):
        return self.dense(x)


model = Net()
optimizer = keras.optimizers.Adam(1e-3)

for x, y in dataset:
    with tf.GradientTape() as tape:
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=model(x))  # error: GL501
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

optax:

```python bad
import jax
import optax


def loss(weights, x, labels):
    probabilities = jax.nn.softmax(x @ weights)
    return optax.softmax_cross_entropy(probabilities, labels).mean()  # error: GL501


gradient = jax.grad(loss)
```

Keras with a backend that doesn't take the softmax back:

```python bad
import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
from keras import layers

model = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(10, activation="softmax")])
model.compile(  # error: GL501
    optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
)

inputs = keras.Input((20,))
outputs = layers.Activation("softmax")(layers.Dense(10)(inputs))
functional = keras.Model(inputs, outputs)
functional.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True))  # error: GL501
```

```python bad
import tensorflow as tf
from tensorflow.keras import layers

model = tf.keras.Sequential()
model.add(layers.Dense(64, activation="relu"))
model.add(layers.Dense(10))
model.add(layers.Softmax())
model.compile(  # error: GL501
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
```

```python good
import keras
from keras import layers

model = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")

logits = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(10)])
logits.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
```

A head that was replaced says what the classifier gives:

```python bad
import torch
from torch import nn
from torchvision import models

model = models.resnet18(weights="DEFAULT")
model.fc = nn.Sequential(nn.Linear(512, 5), nn.Softmax(dim=1))
model = model.to("cuda")
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.fc.parameters())
for images, labels in batches:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)  # error: GL501
    loss.backward()
    optimizer.step()
```

```python good
import torch
from torch import nn
from torchvision import models

model = models.resnet18(weights="DEFAULT")
model.fc = nn.Linear(512, 5)
model = model.to("cuda")
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters())
for images, labels in batches:
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
```

## How to fix
Feed the loss the logits, and apply softmax only where probabilities are read. With Keras keep the softmax and leave out `from_logits=True`.

## When it is fine
Softmax on a branch of inference, in an attention, in a policy, for a metric or for the targets:

```python good
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(20, 1)
        self.body = nn.Linear(20, 5)

    def forward(self, x):
        weights = torch.softmax(self.score(x), dim=1)
        logits = self.body((weights * x).sum(1))
        if not self.training:
            return torch.softmax(logits, dim=-1)
        return logits

    def predict(self, x):
        return torch.softmax(self(x), dim=-1)


class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(20, 5)

    def forward(self, x):
        logits = self.body(x)
        return logits, torch.softmax(logits, dim=-1)


model, both, teacher = Net(), Both(), nn.Linear(20, 5)
optimizer = torch.optim.Adam([*model.parameters(), *both.parameters()], lr=1e-3)

for x, y in loader:
    logits, chances = both(x[:, 0])
    loss = F.cross_entropy(model(x), y) + F.cross_entropy(logits, y)
    loss = loss + F.cross_entropy(logits, torch.softmax(teacher(x[:, 0]), dim=-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

A loss that is only printed, `from_logits` from a variable, a loss of one's own with the same name, and log-probabilities for the negative log-likelihood:

```python good
import tensorflow as tf
from tensorflow import keras


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(10)

    def call(self, x, training=False):
        x = self.dense(x)
        if not training:
            x = tf.nn.softmax(x)
        return x


def cost(outputs, labels):
    return tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=outputs)
    )


model = Net()
optimizer = keras.optimizers.Adam(1e-3)

for x, y in dataset:
    with tf.GradientTape() as tape:
        loss = cost(model(x, training=True), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    print("loss", cost(model(x), y))
```

```python good
import keras
import torch
from torch import nn


class CrossEntropyLoss(nn.Module):
    def forward(self, probabilities, labels):
        return -probabilities.gather(1, labels[:, None]).clamp(min=1e-7).mean()


def build(from_logits):
    model = keras.Sequential([keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=from_logits))
    return model


body = nn.Linear(20, 5)
optimizer = torch.optim.SGD(body.parameters(), lr=0.1)
own, nll = CrossEntropyLoss(), nn.NLLLoss()
for x, y in loader:
    loss = own(torch.softmax(body(x), 1), y) + nll(torch.log_softmax(body(x), 1), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

## References
- PyTorch documentation, `torch.nn.CrossEntropyLoss`: "the input is expected to contain the unnormalized logits".
- Keras documentation, `keras.losses.CategoricalCrossentropy`, argument `from_logits`.
- Measured in `tests/oracles/test_gl501_softmax_before_cross_entropy.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, LossCall, Severity, report, rule


@rule("GL501", "error", symptoms={"not-learning": 0.8, "vanishing-gradients": 0.4})
def check(loss: LossCall) -> Iterator[Finding]:
    """Report a cross-entropy on logits that is given probabilities."""
    if loss.kind != "cross-entropy" or loss.expects != "logits":
        return
    name = loss.name.rpartition(".")[2]
    softmax = loss.certainly("softmax")
    if softmax is not None:
        repaired = loss.repaired and softmax.direct
        effect = (
            "TensorFlow's backend takes it back and warns, torch and JAX apply it twice"
            if repaired
            else "softmax is applied twice, which flattens the loss and its gradients"
        )
        remedy = (
            "leave out `from_logits=True`"
            if loss.repaired
            else "feed it the logits, and apply softmax only where probabilities are read"
        )
        yield report(
            loss.apply,
            f"`{name}` expects logits and gets the output of a softmax: {effect}",
            help=remedy,
            notes=[(softmax.apply, "softmax is applied here")] if softmax.apply else [],
            severity=Severity.WARNING if repaired else None,
        )
    redundant = loss.certainly("log_softmax")
    if redundant is not None:
        yield report(
            loss.apply,
            f"`{name}` applies log-softmax itself, so the one before it changes nothing",
            help="leave out the log-softmax, or use the negative log-likelihood loss",
            notes=[(redundant.apply, "log-softmax is applied here")] if redundant.apply else [],
            severity=Severity.INFO,
        )
