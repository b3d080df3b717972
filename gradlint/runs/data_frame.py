"""A run -> a pandas DataFrame; pandas is imported only here and only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gradlint.runs.run import Curve, Run, Steps

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]


def to_frame(run: Run, axis: str | None = None) -> pd.DataFrame:
    """The curves of `run` that count `axis`, as columns of a DataFrame.

    The index holds the steps in rising order and is named after the axis; by default it is the axis
    with the most points. A step that a curve logs k times takes k rows. Where a curve has no point,
    the cell is NaN.
    """
    import pandas as pd

    axis = axis or run.axis
    columns = [_column(curve) for curve in run.curves.values() if curve.axis == axis]
    if not columns:
        return pd.DataFrame(index=pd.Index([], dtype=np.int64, name=axis))
    frame = pd.concat(columns, axis="columns", join="outer").sort_index()
    frame.index = pd.Index(frame.index.get_level_values(0), name=axis)
    return frame


def _column(curve: Curve) -> pd.Series[float]:
    import pandas as pd

    order = np.argsort(curve.steps, kind="stable")
    steps = curve.steps[order]
    index = pd.MultiIndex.from_arrays([steps, _times_before(steps)])
    return pd.Series(curve.values[order], index=index, name=curve.tag)


def _times_before(steps: Steps) -> Steps:
    """How often each of the sorted steps stood before; int64, shape (n,)."""
    places = np.arange(len(steps), dtype=np.int64)
    begins = np.concatenate(([True], steps[1:] != steps[:-1])) if len(steps) else places > 0
    return places - np.maximum.accumulate(np.where(begins, places, 0))
