"""Values that stand for "not measured here" -> points that are not there, as of a blank cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Run

_MEASURED = (Kind.LOSS, Kind.SCORE, Kind.ERROR)


def regular_distance(points: NDArray[np.intp]) -> int:
    """The distance in rows, 2 or more, at which `points`, ascending indices, lie; 0 if at none.

    The first and the last measurement may be extra ones.
    """
    if not len(points):
        return 0
    between = np.diff(points)
    usual = int(between.max(initial=1))
    regular = np.count_nonzero(between == usual) + (points[0] + 1 == usual)
    return usual if usual >= 2 and regular >= 2 and (between[1:-1] == usual).all() else 0


def drop_placeholders(run: Run) -> None:
    """Leave out the placeholders of `run`, the roles of whose series are known.

    Programs that validate every few rows fill the rows between with -1 or 0, or the value that the
    variable began with.
    """
    for tag, curve in run.curves.items():
        if curve.role.held_out and curve.role.kind in _MEASURED:
            run.curves[tag] = _without_placeholders(curve)


def _without_placeholders(curve: Curve) -> Curve:
    """The series without a lowest value, 0 or below, between measurements at one distance."""
    if not len(curve.points) or not (low := curve.level.min()) <= 0.0:
        return curve
    measured = np.flatnonzero(curve.values != low)
    if len(curve) - (measured[-1] if len(measured) else -1) > regular_distance(measured):
        return curve
    return replace(
        curve,
        steps=curve.steps[measured],
        values=curve.values[measured],
        walls=None if curve.walls is None else curve.walls[measured],
        records=None if curve.records is None else curve.records[measured],
    )
