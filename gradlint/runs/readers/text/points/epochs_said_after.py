"""Batches whose epoch is said by the line behind them -> rows that have that epoch.

`train 52/52 | loss 2.7`, `val 12/12 | loss 1.3` and then `Epoch 1/100 | ...`: each pass takes the
epoch of the line before it, and the first one has none.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gradlint.runs.readers.text.line.words import is_evaluated
from gradlint.runs.readers.text.points.pending_points import NONE, Form, Ints, Marks, Series


def take_epochs_said_after(all_series: Iterable[Series], marks: Marks) -> None:
    """Correct the epochs of such rows.

    The first pass of the training has to be without an epoch, and each pass has to end where an
    epoch is said, but for one that was broken off: a lower epoch follows it. Else nothing is
    changed. Without ranks only, as headers are counted for each.
    """
    every = list(all_series)
    counted = [one for one in every if one.form is Form.ANONYMOUS]
    trained = [one for one in counted if not is_evaluated(one.tag)]
    if not trained or any(one.rank for one in every):
        return
    if any(marks.epoch[one.rows[0]] != NONE for one in trained):
        return
    if (np.diff(marks.step[_rows_of(trained)]) > 0).all():
        return  # one pass, or a counter of passes
    rows = _rows_of(counted)
    # Headers are numbered in the order of the rows: the first row behind the next header has it.
    behind = np.searchsorted(marks.header, marks.header[rows], side="right")
    ended = behind < len(marks.header)
    before = marks.epoch[rows]
    said = np.where(ended, marks.epoch[np.where(ended, behind, 0)], before + 1)
    for row in _begun_anew(_rows_of(trained), marks):
        broken = (rows < row) & (marks.header[rows] == marks.header[row])
        if (before[broken] < said[broken]).any():
            return
        said[broken] = before[broken] + 1
    if (said >= 0).all():
        marks.epoch[rows] = said


def _rows_of(several: Iterable[Series]) -> Ints:
    return np.unique(np.concatenate([np.frombuffer(one.rows, np.intc) for one in several]))


def _begun_anew(rows: Ints, marks: Marks) -> Ints:
    """The rows that begin a pass over the same batches without an epoch since the one before."""
    here, ahead = rows[:-1], rows[1:]
    falls = marks.step[ahead] < marks.step[here]
    same = marks.header[ahead] == marks.header[here]
    same &= marks.total[ahead] == marks.total[here]
    begun: Ints = ahead[falls & same]
    return begun
