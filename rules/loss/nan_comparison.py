"""# A comparison with NaN is never true, so that the guard never fires

## What it does

Reports `x == nan` and `x != nan`, `x is nan` and `x is not nan`, and a NaN in the display of `x in
(nan, 0)`, where NaN is `float("nan")` or the constant of a library: `math.nan`, `np.nan`,
`torch.nan`, `jnp.nan`.

## Why it is a risk

NaN is unequal to everything, itself included (IEEE 754): `==` is false and `!=` true whatever the
loss is. Identity is no better: it asks for one object, and a NaN that was computed is another. A
guard that is written so lets every NaN pass. Training goes on with weights that are all NaN, and the
line that was to stop it looks as if it had been taken care of.

## Example

```python bad
import torch

for x, y in loader:
    loss = criterion(model(x), y)
    if loss == float("nan"):  # error: GL510
        raise RuntimeError("the loss is NaN")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

```python bad
import numpy as np
from tensorflow import keras


class Guard(keras.callbacks.Callback):
    def on_batch_end(self, batch, logs):
        if logs["loss"] is np.nan:  # error: GL510 "that very object"
            self.model.stop_training = True
```

```python good
import torch

for x, y in loader:
    loss = criterion(model(x), y)
    if torch.isnan(loss):
        raise RuntimeError("the loss is NaN")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

```python good
import numpy as np
from tensorflow import keras


class Guard(keras.callbacks.Callback):
    def on_batch_end(self, batch, logs):
        if np.isnan(logs["loss"]):
            self.model.stop_training = True
```

## How to fix

Ask `math.isnan(x)` for a number, `torch.isnan(x)`, `np.isnan(x)`, `tf.math.is_nan(x)` or
`jnp.isnan(x)` for an array. `not math.isfinite(x)` sees infinities as well, of which NaN is made a
step later.

## When it is fine

`x != x` is true for NaN alone. A text is compared as a text, and a name that may hold anything is
not taken for NaN because it holds one here.

```python good
import numpy as np
import torch


def diverged(loss, name, missing=np.nan):
    return loss != loss or str(loss) == "nan" or loss == missing


table = table.replace(np.nan, 0.0)
padded = np.full((8, 8), fill_value=np.nan)
```

## References

- Python documentation, `math.isnan` and `math.nan`: "not equal to anything, including another NaN"
- Measured in `tests/oracles/test_gl510_nan_comparison.py`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, NanComparison, report, rule, spell

_SAYS = {
    "==": "is never true, for NaN neither",
    "!=": "is always true, for NaN too",
    "is": "asks for that very object, which no computed NaN is",
    "is not": "asks for that very object, which no computed NaN is",
    "in": "finds that very object alone, which no computed NaN is",
    "not in": "finds that very object alone, which no computed NaN is",
}


@rule("GL510", "error", symptoms={"loss-nan": 0.2})
def check(comparison: NanComparison) -> Iterator[Finding]:
    """Report a test for NaN by equality, identity or membership."""
    yield report(
        comparison,
        f"`{spell(comparison)}` {_SAYS[comparison.operator]}",
        help="ask `math.isnan(x)` of a number, or `isnan(x)` of the library of an array",
    )
