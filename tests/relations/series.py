"""Runs of a few plain series, for what is said of curves side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradlint.runs.roles.assignment import assign_roles
from gradlint.runs.run import Curve, Run


def curve(
    tag: str, values: Sequence[float], *, steps: Sequence[int] | None = None, axis: str = "step"
) -> Curve:
    """A series with a value at each step from 0, unless `steps` are given."""
    at = np.arange(len(values)) if steps is None else np.array(steps)
    return Curve(tag, at.astype(np.int64), np.array(values, np.float64), axis=axis)


def run_of(*curves: Curve) -> Run:
    """The run of these series, with their roles."""
    run = Run("run", "run", "csv", {it.tag: it for it in curves})
    assign_roles(run)
    return run
