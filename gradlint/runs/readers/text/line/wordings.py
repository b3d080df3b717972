"""What ESPnet and wenet print in words of their own -> the words of the others."""

from __future__ import annotations

import re

_REWRITTEN = (
    # ESPnet: `3epoch:train:101-200batch: `, `3epoch results: [train] `
    (re.compile(r"(?<![\w/])(\d+)epoch:(\w{1,20}):\d+-(\d+)batch:"), r"epoch \1 batch \3 [\2]"),
    (re.compile(r"(?<![\w/])(\d+)epoch results:"), r"epoch \1"),
    # wenet: `TRAIN Batch 3/100 loss` has the epoch before the stroke, and the batch behind it.
    (re.compile(r"\bTRAIN Batch (\d+)/(\d+) (?=loss|acc)"), r"[train] epoch \1 batch \2 "),
    (re.compile(r"\bCV Batch (\d+)/(\d+) (?=loss|acc)"), r"[valid] epoch \1 batch \2 "),
    (re.compile(r"\bEpoch (\d+) CV info cv_(?=loss|acc)"), r"epoch \1 [valid] "),
    (re.compile(r"\bEpoch (\d+) TRAIN info (?=lr)"), r"epoch \1 "),
)


def in_common_words(line: str) -> str:
    """`line` as others would print it."""
    if "epoch:" in line or "epoch r" in line or " Batch " in line or " info " in line:
        for pattern, words in _REWRITTEN:
            line, count = pattern.subn(words, line, count=1)
            if count:
                break
    return line
