"""What is printed above each run of a log (`>>> lr=0.1`) -> one series, counted by its lines.

The line above the first run inherits no epoch, those above the others that of the run before them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gradlint.runs.readers.text.pending_points import NONE, Form, Series
from gradlint.runs.readers.text.row_marks import Ints, Marks


def join_headings(all_series: Iterable[Series], marks: Marks) -> None:
    """Give such a series its first point, and take from its rows what they inherit.

    Without ranks only, as headers are counted for each.
    """
    every = list(all_series)
    if any(one.rank for one in every):
        return
    first = {one.tag: one for one in every if one.form is Form.ROW and len(one.values) == 1}
    for series in every:
        above = first.get(series.tag) if series.form is Form.INHERITED else None
        if above is None or not _begin_runs(np.frombuffer(series.rows, np.intc), marks):
            continue
        series.form = Form.ROW
        series.rows.insert(0, above.rows.pop())
        series.values.insert(0, above.values.pop())


def _begin_runs(rows: Ints, marks: Marks) -> bool:
    """Whether behind each of the rows, and what else inherits the same, the log falls back."""
    behind = np.searchsorted(marks.header, marks.header[rows], side="right")
    if (behind == len(marks.header)).any():
        return False
    here, ahead = marks.epoch[rows], marks.epoch[behind]
    if (here == NONE).any():
        here, ahead = marks.step[rows], marks.step[behind]
    return bool((ahead != NONE).all() and (ahead < here).all())
