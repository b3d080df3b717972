"""A table of rows -> the series of a run, with their steps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gradlint.runs.readers.json.naming import EARLIEST, LATEST, WALL_KEYS, counter_of
from gradlint.runs.readers.json.steps import axis_of
from gradlint.runs.readers.json.table import Table
from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.run import NULL_SERIES, Values


def add_rows(
    builder: RunBuilder, table: Table, prefix: str = "", names: Mapping[str, str] | None = None
) -> None:
    """Add all series of a table to a run, those in `names` under another name.

    The column that gives the steps is not a series itself.
    """
    shown = dict(names or {})
    axis = axis_of(table)
    builder.counter = builder.counter or counter_of(max(axis.used, default=""))
    walls = _walls(table)
    lines = np.frombuffer(table.lines, np.int64)
    numbered = bool(lines.any())
    nulls = [
        prefix + printable(shown.get(tag, tag)) for tag in table.tags() if table.turns_null(tag)
    ]
    if nulls:
        known = builder.metadata.get(NULL_SERIES)
        builder.metadata[NULL_SERIES] = "\n".join([known, *nulls] if known else nulls)
    for tag in table.tags():
        rows, values = table.points(tag)
        if tag in axis.used:
            continue
        steps, kind = axis.steps[rows], axis.kind
        if axis.epochs is not None and kind == "step" and not axis.known[rows].any():
            epochs = axis.epochs[rows]
            if (epochs >= 0).all():
                steps, kind = epochs, "epoch"
        builder.add(
            prefix + printable(shown.get(tag, tag)),
            steps,
            values,
            walls=None if walls is None else walls[rows],
            records=lines[rows] if numbered else None,
            axis=kind,
        )
        table.drop(tag)
    for key, text in table.texts().items():
        builder.metadata.setdefault(prefix + printable(key), printable(text))


def printable(text: str) -> str:
    """A text without half characters, which JSON can spell but no output can encode."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _walls(table: Table) -> Values | None:
    """Seconds since 1970 of each row, float64, shape (rows,); None if no column has them."""
    for key in WALL_KEYS:
        if key in table.columns:
            walls = table.dense(key)
            there = walls[~np.isnan(walls)]
            if len(there) and bool(((there > EARLIEST) & (there < LATEST)).all()):
                return walls
    return None
