"""What is printed before the first step -> a point of the series that it is the first of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from gradlint.runs.readers.text.line.words import is_evaluated, measures
from gradlint.runs.readers.text.points.pending_points import NONE, Form, Ints, Marks, Series


def join_headings(all_series: Iterable[Series], marks: Marks) -> None:
    """Make one series, counted by its lines, of what is printed above each run (`>>> lr=0.1`).

    The line above the first run inherits no epoch, those above the others that of the run before
    them. Without ranks only, as headers are counted for each.
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


def prepend_measured_before(all_series: Sequence[Series], marks: Marks) -> None:
    """Give an evaluation the value that was printed before the training's first step.

    That step is one interval before the first, but never negative. A single value is no series;
    what the training itself prints before it begins is a setting.
    """
    steps = np.unique(marks.step[marks.step != NONE])[:2].tolist()
    if not steps:
        return
    before = max(2 * steps[0] - steps[-1], 0)
    single = {
        (one.rank, one.tag): one
        for one in all_series
        if one.form is Form.ROW and len(one.values) == 1
    }
    for series in all_series:
        if series.form is Form.INHERITED and is_evaluated(series.tag) and measures(series.tag):
            first = single.get((series.rank, series.tag))
            if (
                first is not None
                and (marks.step[np.frombuffer(series.rows, np.intc)] != NONE).all()
            ):
                series.rows.insert(0, first.rows[0])
                series.values.insert(0, first.values[0])
                marks.step[first.rows[0]] = before
