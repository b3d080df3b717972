"""The numbers that were found on a line -> its metrics, each with the name of its series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gradlint.runs.kinds import Kind
from gradlint.runs.readers.text.line.layouts import Metric
from gradlint.runs.readers.text.line.numbers import Units
from gradlint.runs.readers.text.line.tokens import Token
from gradlint.runs.readers.text.line.words import (
    LED,
    SPLIT_LAST,
    is_evaluated,
    is_split,
    measures,
    split_in,
)
from gradlint.runs.roles.names import role_of

_MOST_OF_A_KEY = 3
"""Times that one key stands on a line: train, validation and test; a line with more lists them."""

_SCORED = frozenset((Kind.LOSS, Kind.SCORE, Kind.ERROR))
"""What is measured on a split, unlike learning rates and times."""


@dataclass(slots=True)
class Found:
    """A number with a key."""

    token: Token
    key: str
    firm: bool
    section: str
    best: bool = False
    divisor: int = -1
    mean: int = -1


def named(found: Sequence[Found], units: Units, firm: bool) -> list[Metric]:
    """The metrics of a line; none of one that lists the same many times.

    `firm`: whether what stands on the line is believed at first sight, where its key says that it
    is measured.
    """
    times = Counter(one.key for one in found)
    if max(times.values(), default=0) > _MOST_OF_A_KEY:
        return []
    metrics, seen = [], set()
    nearest = shared = ""
    splits = {split_in(one.key) for one in found} - {""}
    # Of `val Loss: 0.4 Acc: 0.8`, the accuracy is that of the validation, too.
    leading = len(splits) == 1 and LED.match(found[0].key) is not None
    for one in found:
        if shared and is_split(one.key.lower()):
            # Of `loss train: 3.7, val: 3.6`, the second is a loss, too.
            one.key = f"{shared} {one.key}"
        own = split_in(one.key)
        last = SPLIT_LAST.search(one.key) if own else None
        shared = one.key[: last.start()] if last else ""
        nearest = own or nearest
        # Of `train loss 1 acc 2, val loss 3 acc 4`, each `acc` is that of the loss before it.
        near = times[one.key] > 1 or (leading and role_of(one.key).kind in _SCORED)
        section = one.section or (nearest if near else "")
        tag = one.key if own or not section else f"{section}/{one.key}"
        tag = f"best {tag}" if one.best and not tag.lower().startswith("best") else tag
        if tag in seen:
            continue
        seen.add(tag)
        factor = units.factor(tag, one.token.unit)
        strong = firm and (one.firm or measures(one.key))
        # Of `loss 0.5 (0.6)`, an evaluation's value is the mean, and not the last batch's.
        index = one.mean if one.mean >= 0 and is_evaluated(tag) else one.token.index
        metrics.append(Metric(index, tag, one.divisor, factor, strong))
    return metrics
