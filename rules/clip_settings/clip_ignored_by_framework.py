"""# The trainer refuses or undoes the clip

## What it does

Reports a Lightning trainer with `gradient_clip_val` for a module that optimizes manually or whose
`configure_gradient_clipping` is empty, and a clip inside `training_step` of a module that Lightning
optimizes.

## Why it is a risk

Under manual optimization Lightning raises `MisconfigurationException` when it is told to clip.
Under automatic optimization `training_step` runs before the backward pass: the gradients have been
cleared, a clip in it finds nothing, and the step is unclipped.

## Example

```python bad
import pytorch_lightning as pl
import torch
from torch import nn


class Automatic(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 1)

    def training_step(self, batch, index):
        loss = self.layer(batch).mean()
        nn.utils.clip_grad_norm_(self.parameters(), 1.0)
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


pl.Trainer().fit(Automatic(), loader)  # error: GL212
```

```python bad
import lightning as L
import torch
from torch import nn


class Undone(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 1)

    def training_step(self, batch, index):
        return self.layer(batch).mean()

    def configure_gradient_clipping(self, optimizer, gradient_clip_val, gradient_clip_algorithm):
        pass

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


L.Trainer(gradient_clip_val=1.0).fit(Undone(), loader)  # error: GL212
```

```python good
import lightning as L
import torch
from torch import nn


class Automatic(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 1)

    def training_step(self, batch, index):
        return self.layer(batch).mean()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


L.Trainer(gradient_clip_val=1.0).fit(Automatic(), loader)
```

## How to fix

Under manual optimization call `self.clip_gradients(optimizer, gradient_clip_val=...)` after
`manual_backward`; under automatic optimization give `gradient_clip_val` to the trainer.

## When it is fine

A value of 0 or `None` asks for nothing. A module that optimizes manually clips by itself:

```python good
import lightning as L
import torch
from torch import nn


class Manual(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.layer = nn.Linear(4, 1)

    def training_step(self, batch, index):
        optimizer = self.optimizers()
        optimizer.zero_grad()
        self.manual_backward(self.layer(batch).mean())
        self.clip_gradients(optimizer, gradient_clip_val=1.0, gradient_clip_algorithm="norm")
        optimizer.step()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


L.Trainer(max_epochs=3).fit(Manual(), loader)
```

## References

- Lightning documentation, *Manual optimization* and *Gradient clipping*
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Const, Finding, TrainerRun, report, rule


@rule("GL212", "error", symptoms={"gradient-explosion": 0.7})
def check(run: TrainerRun) -> Iterator[Finding]:
    """Report a clip that is refused, or that runs where there is nothing to clip."""
    asked = isinstance(run.clip, Const) and bool(run.clip.value) and not run.clip.default
    if run.manual and asked and run.clip is not None:
        yield report(
            run,
            "the trainer is told to clip a module that optimizes manually, which raises",
            help="clip in the module: `self.clip_gradients(optimizer, gradient_clip_val=...)`",
            notes=[(run.clip, "the trainer's clip is set here")],
        )
    elif asked and run.undone is not None:
        yield report(
            run,
            "the module overrides `configure_gradient_clipping` with an empty method, which "
            "undoes the trainer's clip",
            help="delete the method, or call `self.clip_gradients` in it",
        )
    if not run.manual and run.early_clip is not None:
        yield report(
            run,
            "the module clips before the backward pass, when there is nothing to clip",
            help="give `gradient_clip_val` to the trainer, or clip in `on_before_optimizer_step`",
            notes=[(run.early_clip, "this clip finds no gradients")],
        )
    if run.without_bound is not None and run.clip is None:
        yield report(
            run,
            "the module calls `clip_gradients` without a threshold, and the trainer has none: "
            "nothing is clipped",
            help="pass `gradient_clip_val` in that call",
            notes=[(run.without_bound, "this call does nothing")],
        )
    if run.algorithm is not None and not run.manual:
        yield report(
            run,
            "the trainer is told how to clip but not at which value: without "
            "`gradient_clip_val` it clips nothing",
            help="give `gradient_clip_val` to the trainer as well",
            notes=[(run.trainer, "this trainer does not clip")],
        )
