"""# A conversion to float leaves pixels at 0 to 255

## What it does

Reports `v2.ToDtype(torch.float32)` without `scale=True` between `ToImage` or `PILToTensor` and a
`Normalize` whose means are at most 1, and `convert_image_dtype` of values that are already floating
point while they still span 0 to 255.

## Why it is a risk

`ToDtype` casts and does not scale unless it is told to, so `Normalize` with means and deviations
for 0..1 turns a white pixel into 509 instead of 1 (measured with torchvision 0.28, mean 0.5 and std
0.5). `convert_image_dtype` scales integers only: floats are taken to be in 0..1 and are left
unchanged (measured with TensorFlow 2.21: 255.0 stays 255.0). The network trains on inputs that are
hundreds of times larger than its initialisation is made for, and the code looks as if they were
normalized.

## Example

```python bad
import torch
from torchvision.transforms import v2

train_transform = v2.Compose(
    [
        v2.ToImage(),
        v2.RandomHorizontalFlip(),
        v2.ToDtype(torch.float32),  # error: GL306
        v2.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ]
)
```

A cast before the conversion defeats its scaling:

```python bad
import tensorflow as tf


def load(path, label):
    image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
    image = tf.cast(image, tf.float32)
    image = tf.image.convert_image_dtype(image, tf.float32)  # error: GL306
    return tf.image.resize(image, (128, 128)), label


paths = tf.data.Dataset.list_files("photos/*/*.jpg")
```

Scaled by the conversion:

```python good
import torch
from torchvision.transforms import v2

train_transform = v2.Compose(
    [
        v2.ToImage(),
        v2.RandomHorizontalFlip(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ]
)
```

Integers are scaled, and floats may have been divided before:

```python good
import tensorflow as tf


def load(path, label):
    image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
    image = tf.image.convert_image_dtype(image, tf.float32)
    return tf.image.resize(image, (128, 128)), label


def load_scaled(path, label):
    image = tf.io.decode_png(tf.io.read_file(path))
    image = tf.cast(image, tf.float32) / 255.0
    return tf.image.convert_image_dtype(image, tf.float32), label
```

## How to fix

Write `v2.ToDtype(torch.float32, scale=True)`; in TensorFlow convert before any cast or resize, or
divide by 255.

## When it is fine

Where the normalization that follows has means for 0..255, or the images are floats of 0..1 from the
start. Means above 1 and steps that are not known silence the rule.

## References

-
  [torchvision.transforms.v2.ToDtype](https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.ToDtype.html)
  (`scale` is False by default)
-
  [tf.image.convert_image_dtype](https://www.tensorflow.org/api_docs/python/tf/image/convert_image_dtype)
  ("images that are represented using floating point values are expected to have values in the range
  [0,1)")
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradlint.sdk.source import Edit, Finding, Fix, UnscaledConversion, report, rule, spell


@rule("GL306", "error", symptoms={"not-learning": 0.6, "loss-diverges": 0.6, "loss-nan": 0.4})
def check(conversion: UnscaledConversion) -> Iterator[Finding]:
    """Report a cast to floating point that should bring pixels to 0..1 and does not."""
    name = conversion.call.fn.rpartition(".")[2]
    if conversion.expects is None:
        yield report(
            conversion,
            f"`{name}` is given floating point values up to 255, which it takes to be 0..1 and "
            "does not scale",
            help="convert the integers, before any cast or resize, or divide by 255",
        )
        return
    yield report(
        conversion,
        f"`{spell(conversion)}` casts and does not scale: the normalization after it gets 0 to 255",
        help=f"add `scale=True` to `{name}`",
        notes=[(conversion.expects, "expects values of 0 to 1")],
        fix=_scaling(conversion),
    )


def _scaling(conversion: UnscaledConversion) -> Fix | None:
    """The call with `scale=True`."""
    node, module = conversion.node, conversion.module
    if not isinstance(node, ast.Call) or module is None:
        return None
    for keyword in node.keywords:
        if keyword.arg == "scale":
            return Fix("set `scale=True`", (Edit(module.span(keyword.value), "True"),), safe=True)
    if len(node.args) > 1:
        return Fix("set `scale=True`", (Edit(module.span(node.args[1]), "True"),), safe=True)
    last = node.args[0] if node.args else node.keywords[0].value
    edit = Edit(module.span(last), f"{ast.unparse(last)}, scale=True")
    return Fix("add `scale=True`", (edit,), safe=True)
