"""# Inputs are scaled twice

## What it does

Reports pixels that were brought to about 1 and are then scaled down again on the way to the first
weights: `/ 255` twice, `/ 255` before a `Rescaling` layer, before `preprocess_input`, after
`ToTensor`, or before a network of `keras.applications` that rescales its input itself
(EfficientNet, EfficientNetV2, ConvNeXt, MobileNetV3).

## Why it is a risk

Nothing fails, but the images that reach the network are nearly constant: pixels of 0 to 255 that
are divided twice span 0.004, and `preprocess_input` moves pixels of 0 to 1 to -1.0 to -0.99 (mode
`tf`; 0.5 becomes -0.996), to about -103 (mode `caffe`) or to about -2.1 (mode `torch`). A
pretrained network then sees only black images, and a new one learns from differences in the third
digit, with gradients of the first layer that are hundreds of times too small (LeCun et al. 1998,
section 4.3). Loss and accuracy stay near their start.

## Example

```python bad
from keras import Sequential
from keras.applications.mobilenet_v2 import MobileNetV2, preprocess_input
from keras.datasets import cifar10
from keras.layers import Dense, GlobalAveragePooling2D

(x_train, y_train), _ = cifar10.load_data()
x_train = x_train.astype("float32") / 255.0
x_train = preprocess_input(x_train)

base = MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3))
model = Sequential([base, GlobalAveragePooling2D(), Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=5)  # warning: GL303
```

```python bad
import tensorflow as tf

(images, labels), _ = tf.keras.datasets.fashion_mnist.load_data()
images = images / 255.0

model = tf.keras.Sequential(
    [
        tf.keras.layers.Rescaling(1.0 / 255),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(128, activation="relu"),
        tf.keras.layers.Dense(10),
    ]
)
model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(images, labels, epochs=5)  # warning: GL303
```

One scaling, wherever it is:

```python good
from keras import Sequential
from keras.applications.mobilenet_v2 import MobileNetV2, preprocess_input
from keras.datasets import cifar10
from keras.layers import Dense, GlobalAveragePooling2D

(x_train, y_train), _ = cifar10.load_data()
x_train = preprocess_input(x_train.astype("float32"))

base = MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3))
model = Sequential([base, GlobalAveragePooling2D(), Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=5)
```

From 0..255 to 0..1, and from there to mean 0 and deviation 1, is one normalization in two steps:

```python good
from keras.datasets import mnist
from keras.layers import Dense, Flatten
from keras.models import Sequential

(x, y), _ = mnist.load_data()
x = x / 255.0
x = (x - 0.1307) / 0.3081

model = Sequential([Flatten(), Dense(64, activation="relu"), Dense(10, activation="softmax")])
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
model.fit(x, y)
```

## How to fix

Remove one of the two. Keep the one that belongs to the network: its own `preprocess_input`, or the
scaling inside it; for a network trained from scratch keep the one that also runs at inference, such
as a `Rescaling` layer.

## When it is fine

Values that are multiplied back in between (`Rescaling(255.0)`) and networks built with
`include_preprocessing=False` are not reported; nor is anything that the linter cannot follow to
both operations.

## References

- Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, "Efficient BackProp", 1998, section 4.3
- [keras.applications: EfficientNet](https://keras.io/api/applications/efficientnet/) ("EfficientNet
  models expect their inputs to be float tensors of pixels with values in the [0-255] range")
-
  [torchvision.transforms.ToTensor](https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ToTensor.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Feed, Finding, report, rule, spell


@rule("GL303", "warning", symptoms={"not-learning": 0.8, "constant-output": 0.4})
def check(feed: Feed) -> Iterator[Finding]:
    """Report pixels that are scaled to about 1 and then scaled again."""
    if feed.doubled is None:
        return
    what = f"`{feed.what}`" if feed.what else "the input"
    if feed.network is not None:
        name = feed.network.fn.rpartition(".")[2]
        yield report(
            feed.call,
            f"{what} is scaled twice: it is brought to 0..{feed.reach:.3g} and `{name}` divides "
            "its input by 255 itself",
            help=f"feed pixels of 0 to 255 to `{name}`, or build it with "
            "`include_preprocessing=False` where it has that option",
            notes=[(feed.doubled, "scaled here"), (feed.network, "this network scales again")],
        )
        return
    notes = [(feed.doubled, "scaled again here")]
    if feed.first is not None:
        notes.insert(0, (feed.first, "scaled here"))
    yield report(
        feed.call,
        f"{what} is scaled twice: `{spell(feed.doubled, 'the second step')}` scales values that "
        "were already brought to about 1",
        help="remove one of the two; what is left of the images is nearly constant",
        notes=notes,
    )
