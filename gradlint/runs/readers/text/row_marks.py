"""What the rows of a text log say of where the training is, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(slots=True)
class Marks:
    """The rows' columns as arrays; int64, shape (rows,)."""

    record: Ints
    epoch: Ints
    step: Ints
    total: Ints
    header: Ints
