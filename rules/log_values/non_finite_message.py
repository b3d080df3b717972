"""# The program itself reports NaN or overflow

## What it does

Reports lines of a text log in which the program itself says that a loss, a gradient or a tensor is
not finite (error), that it skipped a batch for that reason (warning), or that it ended with an
exception about such a number (warning); and overflows of loss scaling that are the last thing in
the log, 10 or more in a row, or 3 where they have taken the scale down to 1 (error). Each kind of
message gives one finding, with the first line and the number of occurrences.

## Why it is a risk

Frameworks check what the log does not show: single tensors, single batches between two lines of the
log, gradients that are not logged at all. Keras, fairseq, Megatron-LM and torch stop a run with
such a line, and the metrics before it may all look healthy. Each overflow of dynamic loss scaling
halves the scale; ten in a row take it from 65,536 to 64, where gradients that are merely large
would have fitted long before.

## Example

```text bad
Epoch 1/3
 - 2s - loss: 41.2210 - mae: 4.1127 - val_loss: 39.9011 - val_mae: 4.0021
Epoch 2/3
Batch 17: Invalid loss, terminating training
# error: TL103:
```

Anomaly detection names the operation:

```text bad
step 1 loss 0.6931
step 2 loss 0.6544
Traceback (most recent call last):
  File "train.py", line 31, in <module>
    loss.backward()
RuntimeError: Function 'LogBackward0' returned nan values in its 0th output.
# error: TL103: 2
```

Batches that are left out keep a run alive, but they have a cause:

```text bad
step 100 loss 2.4113
step 150: found nan gradients, skipping batch
step 200 loss 2.2078
step 230: found nan gradients, skipping batch
step 300 loss 2.1540
# warning: TL103: 150-230
```

```text good
step 100 loss 2.4113
step 200 loss 2.2078
step 300 loss 2.1540
training finished without nan or inf
```

```text good
checking the data: found 0 rows with missing values
step 100 loss 2.4113
step 200 loss 2.2078
WARNING: the number of workers is larger than the number of cores
step 300 loss 2.1540
```

## How to fix

Look at the last values before the line. If the gradient norm grew, clip it and lower the learning
rate; if the values were healthy up to the line, look at the batch, and guard logarithms, divisions
and roots. A traceback of `set_detect_anomaly(True)` holds a second traceback, of the forward pass,
that names the line of the program. If overflows do not end, train in bfloat16, or find the layer
whose activations exceed 65,504.

## When it is fine

Loss scaling that is finding its scale:

```text good
Epoch: 0 Step: 0 Loss: 6.9312 Gradient norm: inf
Skipped batch, new scale: 32768.0
Epoch: 0 Step: 1 Loss: 6.9288 Gradient norm: inf
Skipped batch, new scale: 16384.0
Epoch: 0 Step: 2 Loss: 6.9301 Gradient norm: 1.8125
Epoch: 0 Step: 3 Loss: 6.8874 Gradient norm: 1.7741
Epoch: 0 Step: 4 Loss: 6.8410 Gradient norm: 1.6902
```

## References

- Keras, *TerminateOnNaN*: https://keras.io/api/callbacks/terminate_on_nan/
- PyTorch, *Anomaly detection*: https://pytorch.org/docs/stable/autograd.html#anomaly-detection
- PyTorch, `clip_grad_norm_` (`error_if_nonfinite`):
  https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
- fairseq, `DynamicLossScaler`:
  https://github.com/facebookresearch/fairseq/blob/main/fairseq/optim/dynamic_loss_scaler.py
- Micikevicius et al. 2018, *Mixed Precision Training*: https://arxiv.org/abs/1710.03740
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gradlint.sdk.logs import TRACEBACK, Finding, Message, Run, Severity, Window, on_line, rule

CERTAIN = ("nan-loss", "nan-gradient", "nan-tensor", "overflow-floor")
"""Messages that say it outright: a number is not finite, or the loss scale is at its end."""

OVERFLOW = "overflow"
"""What dynamic loss scaling says when it skips a step; it does so in healthy runs."""

LASTING = 10
"""Overflows in a row at the end that are not how a scale is found: each halves it, so ten take it
from the usual 65,536 to 64."""

FLOOR = 1.0
"""Scale that scales nothing. Steps that overflow at it overflow at any."""

LASTING_AT_FLOOR = 3
"""The same of overflows that have taken the scale to its floor or below."""

_ABOUT_NUMBERS = re.compile(
    r"\bnans?\b|\binf(?:inity|inite)?\b|non-?finite|not finite|FloatingPointError"
    r"|found invalid values|\b(?:numerical|float\w{0,9}|exp\w{0,9}) (?:over|under)flow|math range error",
    re.IGNORECASE,
)
"""The last line of a traceback that a value which is not finite explains. `found invalid values` is
how torch.distributions rejects NaN parameters."""

_SKIPPED = re.compile(r"\bskip|\bignor", re.IGNORECASE)

_LAST_NUMBER = re.compile(r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\W*$", re.IGNORECASE)


@rule("TL103", "error", symptoms={"loss-nan": 1.0})
def check(run: Run) -> Iterator[Finding]:
    """Report the first message of each kind that is certain, and overflows that do not end."""
    seen: dict[tuple[str, bool], list[Message]] = {}
    lines = {it.line for it in run.messages if it.kind != TRACEBACK}
    for message in run.messages:
        if message.kind in CERTAIN:
            key = message.kind, bool(_SKIPPED.search(message.text))
            seen.setdefault(key, []).append(message)
        elif message.kind == TRACEBACK and message.line not in lines:
            if _ABOUT_NUMBERS.search(message.text):
                seen.setdefault((TRACEBACK, True), []).append(message)
    for (_, mild), messages in seen.items():
        yield _reported(run, messages, Severity.WARNING if mild else Severity.ERROR)
    overflows = [it for it in run.messages if it.kind == OVERFLOW]
    if overflows and _is_last_word(run, overflows[-1]):
        row = _row(run, overflows)
        if len(row) >= (LASTING_AT_FLOOR if row[-1].at_floor else LASTING):
            yield _endless(run, row)


def _reported(run: Run, messages: Sequence[Message], severity: Severity) -> Finding:
    first = messages[0]
    times = f" ({len(messages)} times)" if len(messages) > 1 else ""
    return Finding(
        span=on_line(first.line),
        message=f"the log says `{first.text}`{times}",
        help="look at the values right before this line, clip gradients, and check the data",
        severity=severity,
        window=Window(
            start=first.step,
            end=messages[-1].step,
            axis=run.axis,
            evidence={"messages": len(messages)},
        ),
    )


@dataclass(frozen=True, slots=True)
class Overflow:
    """A step that was skipped: its message and the new scale, if it says one."""

    message: Message
    scale: float | None

    @property
    def at_floor(self) -> bool:
        """Whether the scale cannot come down to anything that would help."""
        return self.scale is not None and self.scale <= FLOOR


def _row(run: Run, messages: Sequence[Message]) -> list[Overflow]:
    """The overflows at the end between which the scale never rose, one for each step."""
    row: list[Overflow] = []
    for message in reversed(messages):
        found = _LAST_NUMBER.search(message.text)
        this = Overflow(message, float(found.group(1)) if found else None)
        if not row:
            row.append(this)
        elif _is_copy(this, row[-1]):
            row[-1] = this
        elif _follows(this, row[-1], run.axis):
            row.append(this)
        else:
            break
    return row[::-1]


def _is_copy(one: Overflow, later: Overflow) -> bool:
    """Whether two ranks said the same thing; at its floor the scale is the same at every step."""
    between = later.message.line - one.message.line > 1
    if one.at_floor and between:
        return False
    return one.scale == later.scale and one.message.step == later.message.step


def _follows(one: Overflow, later: Overflow, axis: str) -> bool:
    """Whether nothing but overflows can have been between two of them."""
    if one.scale is not None and later.scale is not None and later.scale < one.scale:
        return True
    if one.at_floor and later.at_floor:
        return True
    before, after = one.message.step, later.message.step
    return axis == "step" and before is not None and after is not None and after - before == 1


def _is_last_word(run: Run, message: Message) -> bool:
    """Whether the log ends with the message, give or take one record."""
    for curve in run.curves.values():
        if curve.records is not None and np.count_nonzero(curve.records > message.line) > 1:
            return False
    return True


def _endless(run: Run, row: Sequence[Overflow]) -> Finding:
    first, last = row[0].message, row[-1].message
    return Finding(
        span=on_line(first.line),
        message=f"{len(row)} steps in a row overflow until the log ends; the last line is "
        f"`{last.text}`",
        help="the gradients are not finite at any scale: restart from an earlier checkpoint, "
        "and look for NaN in the data and the weights",
        severity=Severity.ERROR,
        window=Window(
            start=first.step, end=last.step, axis=run.axis, evidence={"overflows": len(row)}
        ),
    )
