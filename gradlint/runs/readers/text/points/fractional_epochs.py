"""Series some of whose lines had a whole epoch and others a fraction -> series of one form each."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gradlint.runs.readers.text.points.pending_points import Form, Series


def settled(all_series: Iterable[Series]) -> list[Series]:
    """The series, once the whole log tells what an epoch on their lines was.

    Of `epoch 0.5`, `epoch 1` and `epoch 1.5`, the middle one alone could be a step: a series with
    such lines is counted in its points, in the order of its lines. An epoch that was whole on every
    line is what these lines are placed by, and no series.
    """
    found = list(all_series)
    torn = {(one.rank, one.tag) for one in found if one.form is Form.FRACTION}
    counted = {(one.rank, one.tag) for one in found if one.form is Form.ORDINAL}
    torn |= {(one.rank, one.tag) for one in found if one.clock} & counted
    forms = (Form.EPOCH, Form.ORDINAL, Form.FRACTION)
    parts: dict[tuple[int, str], list[Series]] = {}
    whole: list[Series] = []
    for one in found:
        key = one.rank, one.tag
        if key not in torn or one.form not in forms:
            whole.append(one)
        else:
            if key not in parts:
                whole.append(Series(one.tag, Form.ORDINAL, one.rank))
            parts.setdefault(key, []).append(one)
    for one in whole:
        if one.form is Form.ORDINAL and not one.values:
            _join(one, parts[one.rank, one.tag])
    return [one for one in whole if not (one.clock and _is_whole(one))]


def _join(series: Series, parts: Iterable[Series]) -> None:
    """Fill a series with the points of its parts, in the order of their rows."""
    found = list(parts)
    rows = np.concatenate([np.frombuffer(part.rows, np.intc) for part in found])
    values = np.concatenate([np.frombuffer(part.values, np.float64) for part in found])
    order = np.argsort(rows, kind="stable")
    series.rows.frombytes(rows[order].tobytes())
    series.values.frombytes(values[order].tobytes())
    series.strong = any(part.strong for part in found)
    series.bar = any(part.bar for part in found)
    series.clock = any(part.clock for part in found)


def _is_whole(series: Series) -> bool:
    values = np.frombuffer(series.values, np.float64)
    return bool((values == np.floor(values)).all())
