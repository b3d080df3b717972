"""Records that were printed without a line end between them -> one text each."""

from __future__ import annotations

from collections.abc import Sequence

from gradlint.runs.readers.text.line.keys import key_of
from gradlint.runs.readers.text.line.words import mark_of

_FEWEST = 3
"""Records of a line; a mark that stands there twice may be that of the best epoch."""


def records_in(parts: Sequence[str]) -> list[str]:
    """The records of a line that `SPLIT` made into `parts`; none if it is a single one.

    Each begins with the same words, which say where the training is, right behind the last value
    of the one before: `epoch: 1, loss: 2.3epoch: 2, loss: 2.2epoch: 3, loss: 2.1`.
    """
    first = parts[0].strip()
    if not first or len(parts) < 2 * _FEWEST:
        return []
    begins = [at for at in range(0, len(parts) - 1, 2) if parts[at].strip() == first]
    if len(begins) < _FEWEST or mark_of(key_of(parts[0])[0]) is None:
        return []
    ends = [*begins[1:], len(parts)]
    return ["".join(parts[begin:end]) for begin, end in zip(begins, ends, strict=True)]
