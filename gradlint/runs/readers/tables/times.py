"""Which column of a table holds the time of day at which a row was logged."""

from __future__ import annotations

import re

import numpy as np

from gradlint.runs.readers.tables.columns import Column, Table
from gradlint.runs.run import Values

_TIMES = frozenset({"_timestamp", "timestamp", "timestamps", "wall_time", "walltime", "time"})

_EARLIEST, _LATEST = 1e9, 1e10
"""Seconds since 1970 that are a time of day (2001 to 2286); less is a duration."""

_MILLISECONDS = 1000.0


def find_times(table: Table) -> Values | None:
    """Seconds since the epoch of each row, float64, shape (rows,), NaN where there is none.

    None if no column of a fitting name holds nothing but times, in seconds or milliseconds.
    """
    for name, column in table.columns.items():
        if re.sub(r"[\s-]+", "_", name.strip().lower()) in _TIMES and len(column):
            for unit in (1.0, _MILLISECONDS):
                seconds = column.values() / unit
                if ((seconds >= _EARLIEST) & (seconds < _LATEST)).all():
                    return _placed(column, seconds, table.rows)
    return None


def _placed(column: Column, seconds: Values, rows: int) -> Values:
    placed = np.full(rows, np.nan)
    placed[column.rows()] = seconds
    return placed
