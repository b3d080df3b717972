"""# A normalization has no statistics

## What it does

Reports a `Normalization` layer in a trained model that was never given statistics, neither by
`adapt` nor by `mean` and `variance`, and an `ImageDataGenerator` with `featurewise_center`,
`featurewise_std_normalization` or `zca_whitening` whose `fit` is never called.

## Why it is a risk

Both then do nothing, although the code reads as if the inputs were normalized. Measured with Keras
3.15: an unadapted `Normalization` layer returns `[10, 20]` for `[10, 20]` without a warning; a
generator with `featurewise_center=True` that was not fit gives pixels up to 255 and one warning at
the first batch. Unscaled inputs make the gradients of the first layer larger by the same factor
(LeCun et al. 1998, section 4.3): training stalls, oscillates or ends in NaN.

## Example

```python bad
import keras
import numpy as np

features = np.load("features.npy")
prices = np.load("prices.npy")

normalizer = keras.layers.Normalization(axis=-1)  # warning: GL304 "passes its input"
hidden = keras.layers.Dense(64, activation="relu")
model = keras.Sequential([normalizer, hidden, keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(features, prices, epochs=20)
```

```python bad
from keras.datasets import cifar10
from keras.layers import Conv2D, Dense, Flatten
from keras.models import Sequential
from keras.preprocessing.image import ImageDataGenerator

(x_train, y_train), _ = cifar10.load_data()
datagen = ImageDataGenerator(  # warning: GL304 "its `fit` is never called"
    featurewise_center=True, featurewise_std_normalization=True, horizontal_flip=True
)

model = Sequential()
model.add(Conv2D(32, (3, 3), activation="relu", input_shape=(32, 32, 3)))
model.add(Flatten())
model.add(Dense(10, activation="softmax"))
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
model.fit_generator(datagen.flow(x_train, y_train, batch_size=32), epochs=10)
```

Adapted before training, here in a helper, or with statistics that are given:

```python good
import keras
import numpy as np


def adapted(layer, values):
    layer.adapt(values)
    return layer


features = np.load("features.npy")
prices = np.load("prices.npy")
normalizer = adapted(keras.layers.Normalization(axis=-1), features)
hidden = keras.layers.Dense(64, activation="relu")
model = keras.Sequential([normalizer, hidden, keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(features, prices, epochs=20)
```

```python good
import keras
import numpy as np

x, y = np.load("x.npy"), np.load("y.npy")
model = keras.Sequential(
    [
        keras.layers.Normalization(mean=x.mean(axis=0), variance=x.var(axis=0)),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer="adam", loss="mse")
model.fit(x, y)
```

## How to fix

Call `layer.adapt(x_train)` before the model is built or fit, or `generator.fit(x_train)` before its
`flow`. Use only the training data. Where the statistics are known, give `mean` and `variance`.

## When it is fine

Where a saved model brings the statistics along: `load_weights`, `set_weights`, `load_model` and
checkpoints in the same program silence the rule. So does any unknown call that gets the layer.

```python good
import keras
import numpy as np

x, y = np.load("x.npy"), np.load("y.npy")
model = keras.Sequential([keras.Input((8,)), keras.layers.Normalization(), keras.layers.Dense(1)])
model.load_weights("pretrained.weights.h5")
model.compile(optimizer="adam", loss="mse")
model.fit(x, y)
```

## References

-
  [keras.layers.Normalization](https://keras.io/api/layers/preprocessing_layers/numerical/normalization/)
-
  [ImageDataGenerator.fit](https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/image/ImageDataGenerator#fit)
- Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, "Efficient BackProp", 1998, section 4.3
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, Unfitted, report, rule


@rule("GL304", "warning", symptoms={"not-learning": 0.5, "loss-diverges": 0.5, "loss-nan": 0.3})
def check(unfitted: Unfitted) -> Iterator[Finding]:
    """Report a normalization whose statistics are never computed."""
    name = unfitted.made.fn.rpartition(".")[2]
    if unfitted.kind == "layer":
        message = (
            f"`{name}` passes its input through: neither `adapt` nor `mean` and `variance` gave "
            "it statistics"
        )
        help = "call its `adapt` on the training data before `fit`"
    else:
        message = (
            f"`{name}` leaves the images as they are: it should standardise by statistics of "
            "the data set, but its `fit` is never called"
        )
        help = "call its `fit` on the training images before `flow`"
    yield report(
        unfitted.made, message, help=help, notes=[(unfitted.use, "the network is trained here")]
    )
