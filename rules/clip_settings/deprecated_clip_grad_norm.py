"""# The deprecated name of `clip_grad_norm_` is used

## What it does

Reports `torch.nn.utils.clip_grad_norm` without the underscore.

## Why it is a risk

It still clips, with a `FutureWarning` at each call, and is due to be removed.

## Example

```python bad
import torch

torch.nn.utils.clip_grad_norm(model.parameters(), 1.0)  # info: GL214
```

```python bad
from torch.nn.utils import clip_grad_norm

clip_grad_norm(model.parameters(), max_norm=5.0)  # info: GL214
```

```python good
import torch

torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
```

## How to fix

Add the underscore.

## When it is fine

A function of the project may have the same name:

```python good
def clip_grad_norm(parameters, limit):
    return limit


clip_grad_norm([], 1.0)  # a function of the project, with torch nowhere in it
```

## References

- PyTorch documentation, `torch.nn.utils.clip_grad_norm_`
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Clip, Finding, report, rule


@rule("GL214", "info")
def check(clip: Clip) -> Iterator[Finding]:
    """Report the name without the underscore."""
    if clip.deprecated:
        yield report(
            clip,
            "`clip_grad_norm` is the deprecated name of `clip_grad_norm_`",
            help="add the underscore",
        )
