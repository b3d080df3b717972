"""Series -> a pandas DataFrame; pandas is imported only here and only when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]

Steps = NDArray[np.int64]
Values = NDArray[np.float64]


def data_frame(series: Mapping[str, tuple[Steps, Values]], axis: str) -> pd.DataFrame:
    """Series, by name, as the columns of a table whose index is named `axis`.

    The index holds the steps in rising order. A step that a series has k times takes k rows. Where
    a series has no point, the cell is NaN.

    Args:
        series: steps, int64, shape (n,), and values, float64, shape (n,), of each.
        axis: what the steps count.
    """
    import pandas as pd

    columns = [_column(name, *points) for name, points in series.items()]
    if not columns:
        return pd.DataFrame(index=pd.Index([], dtype=np.int64, name=axis))
    frame = pd.concat(columns, axis="columns", join="outer").sort_index()
    frame.index = pd.Index(frame.index.get_level_values(0), name=axis)
    return frame


def _column(name: str, steps: Steps, values: Values) -> pd.Series[float]:
    import pandas as pd

    order = np.argsort(steps, kind="stable")
    index = pd.MultiIndex.from_arrays([steps[order], _times_before(steps[order])])
    return pd.Series(values[order], index=index, name=name)


def _times_before(steps: Steps) -> Steps:
    """How often each of the sorted steps stood before; int64, shape (n,)."""
    places = np.arange(len(steps), dtype=np.int64)
    begins = np.concatenate(([True], steps[1:] != steps[:-1])) if len(steps) else places > 0
    return places - np.maximum.accumulate(np.where(begins, places, 0))
