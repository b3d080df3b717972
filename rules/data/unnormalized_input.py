"""# Inputs reach the network unscaled

## What it does

Follows the data of a training program from where it is read to the first weights, and reports
pixels that arrive there as 0 to 255: images of `keras.datasets`, arrays of cv2, PIL or imageio,
`decode_jpeg` and similar functions, `image_dataset_from_directory`, `ImageDataGenerator` without
`rescale`, transforms that convert without scaling, and `dataset.data`, which bypasses the
transform. It also reports an array that a scaler was fitted on and that is fed unchanged. Columns
of a table that nothing scales are advice (info): their values may be small already.

## Why it is a risk

The gradient of the first weights is the error times the input, so inputs of 255 make it 255 times
larger than the initialisation and the usual learning rates are made for (LeCun et al. 1998, section
4.3). The first steps throw the weights far away: units saturate or die, and the loss stalls, swings
or becomes NaN. Measured on series of prices around 300: an LSTM's predictions are constant
(deviation 0.0025 where the targets have 8; a plain RNN's 0.00001, a GRU's 0.00016), and with SGD
the loss stays at the variance of the targets; an RNN with ReLU becomes NaN. Clipping does not help:
it bounds the step, not the input.

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
model.fit(x_train, y_train, epochs=5, batch_size=128)  # warning: GL301
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
model.fit(train, epochs=10)  # warning: GL301
```

```python good
from keras.datasets import mnist
from keras.layers import Dense, Flatten
from keras.models import Sequential

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train.astype("float32") / 255

model = Sequential([Flatten(), Dense(512, activation="relu"), Dense(10, activation="softmax")])
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=5, batch_size=128)
```

```python good
import keras

train = keras.utils.image_dataset_from_directory("photos/train", image_size=(180, 180))
model = keras.Sequential(
    [keras.layers.Rescaling(1.0 / 255), keras.layers.Flatten(), keras.layers.Dense(5)]
)
model.compile("rmsprop", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(train, epochs=10)
```

## How to fix

Bring the values to about 1 where they are loaded (`x.astype("float32") / 255`), in the pipeline
(`ToTensor()`, `v2.ToDtype(torch.float32, scale=True)`, `ImageDataGenerator(rescale=1 / 255)`) or in
the network (`Rescaling(1 / 255)`), and do the same at inference. Fit scalers of tables on the
training data and feed what `transform` returns.

## When it is fine

Token ids that go into an embedding, binary masks, labels; networks that scale their input in a way
the linter cannot see. Anything unknown on the way from the file to the weights silences the rule. A
batch normalization as the first layer is accepted as scaling.

## References

- Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, "Efficient BackProp", 1998, section 4.3
- [torchvision: transforming and augmenting
  images](https://docs.pytorch.org/vision/stable/transforms.html) (dtype and expected value range)
-
  [keras.layers.Rescaling](https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/)
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
            f"{what} is fed unscaled: nothing uses what `{spell(feed.source)}` returns",
            help="feed what the scaler's `transform` or `fit_transform` returns",
            notes=[(feed.source, "the scaler is fitted here")],
        )
        return
    if feed.kind == "table":
        yield report(
            feed.call,
            f"{what} comes from a table and reaches the network with its columns unscaled",
            help="scale the columns, e.g. with `StandardScaler` fitted on the training data",
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
