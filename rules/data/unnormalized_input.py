"""# Inputs reach the network unscaled.

## What it does

Follows the data of a training program from where it is read to the first weights, and reports
pixels that arrive there as 0 to 255: images of `keras.datasets`, arrays of cv2, PIL or imageio,
`decode_jpeg` and its kin, `image_dataset_from_directory`, `ImageDataGenerator` with no `rescale`,
transforms that convert without scaling, and `dataset.data`, which goes around the transform. An
array that a scaler was fitted on and that is fed as it was is reported too. Columns of a table that
nothing scales are pointed out as advice (info): their values may be small already.

## Why it is a risk

The gradient of the first weights is the error times the input, so inputs of 255 make it 255 times
larger than the initialisation and the usual learning rates are made for (LeCun et al. 1998, section
4.3). The first steps throw the weights far away: units saturate or die, and the loss stalls, swings
or becomes NaN. Measured on series of prices around 300: an LSTM's predictions are constant
(deviation 0.0025 where the targets have 8), with a plain RNN 0.00001, with a GRU 0.00016, and SGD
stays at the variance of the targets; an RNN with ReLU goes to NaN. Clipping does not help: it
bounds the step, not the input.

## Example

```python bad
from keras.datasets import mnist
from keras.layers import Dense, Flatten
from keras.models import Sequential

(x_train, y_train), (x_test, y_test) = mnist.load_data()

model = Sequential()
model.add(Flatten(input_shape=(28, 28)))
model.add(Dense(512, activation="relu"))
model.add(Dense(10, activation="softmax"))
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=5, batch_size=128)  # error: GL301
```

The data comes through a helper in another file, a cast is not a scaling:

```python bad
# file: data.py
from tensorflow.keras.datasets import cifar10
from tensorflow.keras.utils import to_categorical


def load():
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    x_train = x_train.astype("float32")
    x_test = x_test.astype("float32")
    return (x_train, to_categorical(y_train)), (x_test, to_categorical(y_test))
# file: train.py
import tensorflow as tf

from data import load

(images, labels), validation = load()
inputs = tf.keras.Input(shape=(32, 32, 3))
x = tf.keras.layers.Conv2D(32, 3, activation="relu")(inputs)
x = tf.keras.layers.GlobalAveragePooling2D()(x)
model = tf.keras.Model(inputs, tf.keras.layers.Dense(10, activation="softmax")(x))
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(images, labels, validation_data=validation, epochs=10)  # error: GL301
```

Files that are read one by one into a list:

```python bad
import glob

import cv2
import keras
import numpy as np

images, labels = [], []
for label, folder in enumerate(["cats", "dogs"]):
    for path in glob.glob(f"photos/{folder}/*.jpg"):
        image = cv2.imread(path)
        image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        images.append(cv2.resize(image, (64, 64)))
        labels.append(label)
x = np.array(images)
y = np.array(labels)

model = keras.Sequential(
    [
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(), loss="binary_crossentropy")
model.fit(x, y, epochs=20)  # error: GL301
```

A `tf.data` pipeline whose function decodes and resizes:

```python bad
import tensorflow as tf


def load(path, label):
    image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
    image = tf.image.resize(image, (160, 160))
    return image, label


files = tf.data.Dataset.from_tensor_slices((["a.jpg", "b.jpg"], [0, 1]))
dataset = files.shuffle(1000).map(load, num_parallel_calls=tf.data.AUTOTUNE).batch(32).prefetch(2)

model = tf.keras.Sequential(
    [tf.keras.layers.Conv2D(32, 3), tf.keras.layers.Flatten(), tf.keras.layers.Dense(2)]
)
model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(dataset, epochs=5)  # error: GL301
```

```python bad
import keras

train = keras.utils.image_dataset_from_directory("photos/train", image_size=(180, 180))
model = keras.Sequential(
    [
        keras.layers.RandomFlip("horizontal"),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(5, activation="softmax"),
    ]
)
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy")
model.fit(train, epochs=10)  # error: GL301
```

```python bad
from keras.layers import Conv2D, Dense, Flatten
from keras.models import Sequential
from keras.preprocessing.image import ImageDataGenerator

generator = ImageDataGenerator(rotation_range=20, horizontal_flip=True)
batches = generator.flow_from_directory("photos/train", target_size=(64, 64), class_mode="binary")

model = Sequential()
model.add(Conv2D(32, (3, 3), activation="relu", input_shape=(64, 64, 3)))
model.add(Flatten())
model.add(Dense(1, activation="sigmoid"))
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit_generator(batches, steps_per_epoch=100, epochs=10)  # error: GL301
```

A model of its own class, and a loop of its own:

```python bad
import tensorflow as tf


class Classifier(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.flatten = tf.keras.layers.Flatten()
        self.hidden = tf.keras.layers.Dense(128, activation="relu")
        self.out = tf.keras.layers.Dense(10)

    def call(self, x):
        return self.out(self.hidden(self.flatten(x)))


(x, y), _ = tf.keras.datasets.fashion_mnist.load_data()
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)

compiled = Classifier()
compiled.compile(optimizer="adam", loss=loss_fn)
compiled.fit(x, y, epochs=3)  # error: GL301

model = Classifier()
optimizer = tf.keras.optimizers.Adam()
for images, labels in tf.data.Dataset.from_tensor_slices((x, y)).batch(64):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(tf.cast(images, tf.float32)))
    gradients = tape.gradient(loss, model.trainable_variables)  # error: GL301
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

`dataset.data` is what is stored: the transform never sees it.

```python bad
# file: pairs.py
import random

from torch.utils.data import Dataset
from torchvision import datasets


class Pairs(Dataset):
    def __init__(self, root):
        self.dataset = datasets.MNIST(root, train=True, download=True)
        self.images = self.dataset.data.unsqueeze(1).clone()
        self.labels = self.dataset.targets

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        other = random.randrange(len(self))
        same = float(self.labels[index] == self.labels[other])
        return self.images[index].float(), self.images[other].float(), same
# file: train.py
import torch
from torch import nn
from torch.utils.data import DataLoader

from pairs import Pairs


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Flatten())
        self.head = nn.Linear(2 * 16 * 26 * 26, 1)

    def forward(self, left, right):
        both = torch.cat([self.features(left), self.features(right)], dim=1)
        return self.head(both).squeeze(1)


loader = DataLoader(Pairs("data"), batch_size=64, shuffle=True)
model = Siamese()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.BCEWithLogitsLoss()
for step, (left, right, same) in enumerate(loader):
    optimizer.zero_grad()
    loss = criterion(model(left, right), same.float())
    loss.backward()  # error: GL301
    optimizer.step()
```

```python bad
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets
from torchvision.transforms import v2

transform = v2.Compose([v2.ToImage(), v2.RandomCrop(28), v2.ToDtype(torch.float32)])
train_set = datasets.CIFAR10("data", train=True, transform=transform)
loader = DataLoader(train_set, batch_size=128, shuffle=True)
model = nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(10):
    for images, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()  # error: GL301
        optimizer.step()
```

Lightning:

```python bad
import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Classifier(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))

    def training_step(self, batch, batch_idx):
        images, labels = batch
        return nn.functional.cross_entropy(self.net(images.float()), labels)

    def train_dataloader(self):
        data = datasets.MNIST("data", train=True, transform=transforms.PILToTensor())
        return DataLoader(data, batch_size=64, shuffle=True)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)


trainer = L.Trainer(max_epochs=5)
trainer.fit(Classifier())  # error: GL301
```

skorch:

```python bad
import numpy as np
import torch
from skorch import NeuralNetClassifier
from sklearn.datasets import fetch_openml
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 100)
        self.out = nn.Linear(100, 10)

    def forward(self, x):
        return torch.softmax(self.out(torch.relu(self.hidden(x))), dim=-1)


x, y = fetch_openml("mnist_784", return_X_y=True, as_frame=False)
net = NeuralNetClassifier(Net, max_epochs=10, lr=0.1)
net.fit(x.astype(np.float32), y.astype(np.int64))  # error: GL301
```

A scaler whose output goes nowhere:

```python bad
import keras
import numpy as np
from sklearn.preprocessing import StandardScaler

x_train, y_train = np.load("x.npy"), np.load("y.npy")
scaler = StandardScaler()
scaler.fit_transform(x_train)

model = keras.Sequential([keras.layers.Dense(64, activation="relu"), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x_train, y_train, epochs=50)  # error: GL301
```

Columns of a table are advice only:

```python bad
import pandas as pd
from keras.layers import Dense
from keras.models import Sequential

frame = pd.read_csv("houses.csv").dropna()
features = frame[["area", "rooms", "year"]].values
model = Sequential([Dense(32, activation="relu"), Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(features, frame["price"].values, epochs=100)  # info: GL301
```

Scaled in one way or another, in place, in two steps, after the model was compiled, by a helper:

```python good
import numpy as np
from keras.datasets import cifar10, fashion_mnist, mnist
from keras.layers import Dense, Flatten
from keras.models import Sequential


def network():
    model = Sequential([Flatten(), Dense(64, activation="relu"), Dense(10, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def normalize(images):
    images = images.astype("float32")
    return (images - images.mean()) / images.std()


def normalize_in_place(images):
    images /= 255.0


model = network()
(x, y), (x_test, y_test) = mnist.load_data()
x = x.astype("float32")
x /= 255
model.fit(x, y)

(x, y), _ = fashion_mnist.load_data()
x = x.reshape(-1, 784)
x = x * (1.0 / 255)
network().fit(x, y)

(x, y), _ = cifar10.load_data()
network().fit(normalize(x), y)
network().fit(np.divide(x, 255), y)
network().fit((x - 127.5) / 127.5, y)
network().fit(x / x.max(), y)
pixels = x.astype("float32")
normalize_in_place(pixels)
network().fit(pixels, y)

stacked = np.zeros((50000, 32, 32, 3))
for index in range(50000):
    stacked[index] = x[index] / 255.0
network().fit(stacked, y)

whole = x.astype("float32")
whole[:] = whole / 255
network().fit(whole, y)
```

Scaled inside the network: a `Rescaling` layer, an adapted `Normalization`, a batch normalization
that comes first, a `Lambda`, a network that rescales itself:

```python good
import keras
from keras import layers

(x, y), _ = keras.datasets.cifar10.load_data()

adapted = layers.Normalization()
adapted.adapt(x)
firsts = [
    layers.Rescaling(1.0 / 127.5, offset=-1),
    adapted,
    layers.BatchNormalization(),
    layers.Lambda(lambda images: images / 255.0),
    keras.applications.EfficientNetB0(include_top=False, weights=None, input_shape=(32, 32, 3)),
]
for first in firsts:
    model = keras.Sequential([first, layers.Conv2D(16, 3), layers.Flatten(), layers.Dense(10)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x, y)

inputs = keras.Input((32, 32, 3))
scaled = keras.layers.Rescaling(1.0 / 255)(inputs)
outputs = layers.Dense(10)(layers.Flatten()(layers.Conv2D(8, 3)(scaled)))
model = keras.Model(inputs, outputs)
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x, y)
```

Scaled in the pipeline:

```python good
import tensorflow as tf
from tensorflow.keras.preprocessing.image import ImageDataGenerator


def converted(path, label):
    image = tf.io.decode_png(tf.io.read_file(path), channels=3)
    return tf.image.convert_image_dtype(image, tf.float32), label


def standardized(path, label):
    image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
    return tf.image.per_image_standardization(tf.image.resize(image, (64, 64))), label


def network():
    layers = [tf.keras.layers.Conv2D(8, 3), tf.keras.layers.Flatten(), tf.keras.layers.Dense(2)]
    model = tf.keras.Sequential(layers)
    model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


files = tf.data.Dataset.from_tensor_slices((["a.png", "b.png"], [0, 1]))
network().fit(files.map(converted).batch(2))
network().fit(files.map(standardized).batch(2))

folder = tf.keras.utils.image_dataset_from_directory("photos")
rescale = tf.keras.layers.Rescaling(1.0 / 255)
network().fit(folder.map(lambda image, label: (rescale(image), label)))

network().fit(ImageDataGenerator(rescale=1.0 / 255).flow_from_directory("photos"))
network().fit(ImageDataGenerator(samplewise_center=True).flow_from_directory("photos"))
network().fit(
    ImageDataGenerator(
        preprocessing_function=tf.keras.applications.xception.preprocess_input
    ).flow_from_directory("photos")
)
```

Scaled by a transform, in the `Dataset` of another file, or in `forward`:

```python good
# file: photos.py
import cv2
import torch
from torch.utils.data import Dataset


class Photos(Dataset):
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        image = cv2.imread(self.paths[index])
        image = torch.from_numpy(image).permute(2, 0, 1).float() / 255.0
        return image, 0
# file: train.py
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
from torchvision.transforms import v2

from photos import Photos


class Net(nn.Module):
    def __init__(self, scale=False):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.LazyLinear(10))

    def forward(self, x):
        return self.features(x)


class Scaling(Net):
    def forward(self, x):
        return super().forward(x.float().div(255))


def fit(model, loader):
    optimizer = torch.optim.Adam(model.parameters())
    for images, labels in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()


composed = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
fit(Net(), DataLoader(datasets.CIFAR10("data", transform=transforms.ToTensor()), batch_size=8))
fit(Net(), DataLoader(datasets.CIFAR10("data", transform=composed), batch_size=8))
fit(Net(), DataLoader(Photos(["a.jpg", "b.jpg"]), batch_size=2))
fit(Scaling(), DataLoader(datasets.SVHN("data", transform=transforms.PILToTensor()), batch_size=8))
```

Values whose range cannot be known: an option decides, a library does the loading, token ids:

```python good
import argparse

import keras
import numpy as np
from albumentations import Compose, Normalize
from skimage.io import imread
from skimage.transform import resize

parser = argparse.ArgumentParser()
parser.add_argument("--normalize", action="store_true")
args = parser.parse_args()

(x, y), _ = keras.datasets.mnist.load_data()
if args.normalize:
    x = x / 255.0
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y)

photos = np.array([resize(imread(f"{n}.jpg"), (28, 28)) for n in range(1000)])
model.fit(photos, y[:1000])

augment = Compose([Normalize()])
model.fit(np.stack([augment(image=image)["image"] for image in x]), y)

(tokens, labels), _ = keras.datasets.imdb.load_data(num_words=10000)
reviews = keras.utils.pad_sequences(tokens, maxlen=200)
text = keras.Sequential()
text.add(keras.layers.Embedding(10000, 32))
text.add(keras.layers.LSTM(32))
text.add(keras.layers.Dense(1))
text.compile("adam", "binary_crossentropy")
text.fit(reviews, labels)
```

Scaled columns:

```python good
import pandas as pd
from keras.layers import Dense, LSTM
from keras.models import Sequential
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler

frame = pd.read_csv("prices.csv")
features = MinMaxScaler().fit_transform(frame[["open", "close"]].values)
model = Sequential([LSTM(32), Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(features.reshape(-1, 10, 2), frame["next"].values[::10])

x_train, x_test, y_train, y_test = train_test_split(frame.values, frame["next"])
scaler = StandardScaler().fit(x_train)
dense = Sequential([Dense(16), Dense(1)])
dense.compile(optimizer="adam", loss="mse")
dense.fit(scaler.transform(x_train), y_train)

returns = frame["close"].pct_change().dropna()
dense.fit(returns.values, frame["next"].values[1:])
```

## How to fix

Bring the values to about 1 where they are loaded (`x.astype("float32") / 255`), in the pipeline
(`ToTensor()`, `v2.ToDtype(torch.float32, scale=True)`, `ImageDataGenerator(rescale=1 / 255)`) or in
the network (`Rescaling(1 / 255)`), and do the same at inference. Fit scalers of tables on the
training part and feed what `transform` returns.

## When it is fine

Token ids that go into an embedding, binary masks, labels; networks that scale inside in a way the
linter cannot see. Whatever is unknown on the way from the file to the weights silences the rule. A
batch normalization as the first layer is accepted as scaling.

## References

- Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, "Efficient BackProp", 1998, section 4.3.
- [torchvision: transforming and augmenting images](https://docs.pytorch.org/vision/stable/transforms.html)
  (dtype and expected value range).
- [keras.layers.Rescaling](https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/).
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Feed, Finding, Severity, report, rule, spell


@rule("GL301", "warning", symptoms={"not-learning": 0.6, "loss-diverges": 0.6, "loss-nan": 0.5})
def check(feed: Feed) -> Iterator[Finding]:
    """Report raw pixel values, or raw columns of a table, that are trained on."""
    if not feed.raw:
        return
    what = f"`{feed.what}`" if feed.what else "the input"
    if feed.kind == "scaler":
        yield report(
            feed.call,
            f"{what} is fed as it was before the scaler: nothing uses what "
            f"`{spell(feed.source)}` returns",
            help="feed what the scaler's `transform` or `fit_transform` returns",
            notes=[(feed.source, "the scaler is fitted here")],
        )
        return
    if feed.kind == "table":
        yield report(
            feed.call,
            f"{what} comes from a table and reaches the network with its columns unscaled",
            help="scale the columns, e.g. with `StandardScaler` fitted on the training part",
            notes=[(feed.source, "read here")],
            severity=Severity.INFO,
        )
        return
    yield report(
        feed.call,
        f"{what} holds raw image values up to {feed.reach:g} and reaches the network unscaled",
        help="scale it to about 1 first, e.g. `x.astype('float32') / 255`, or with a `Rescaling` "
        "layer or transform",
        notes=[(feed.source, "the values come from here")],
    )
