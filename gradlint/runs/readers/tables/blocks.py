"""Regular blocks of a table -> columns: the fast paths.

They take only blocks of which it is certain that the careful path would read the same; the other
blocks are left to that. Up to some size a block is split in one go; above it pandas' C parser pays.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.tables.columns import Column
from gradlint.runs.run import Values

WORTH = 24 << 20
"""Bytes of a table from which on pandas pays: its import takes 0.25 s, the time in which 24 MB are
split and converted."""

PATIENCE = 8 << 20
"""Bytes that are read before pandas is imported for a table of unknown size."""

_NUMERIC = b"0123456789.+-eE\r\n"
_NEWLINE = 10

_WORDS = frozenset(b"nNaAiIfFtTyY")
"""Letters of `nan`, `inf` and `infinity`; pandas refuses whatever else can be made of them."""

_NANS = ["", "nan", "NaN", "NAN", "-nan", "-NaN", "-NAN", "+nan", "+NaN", "Nan"]
"""What pandas shall read as NaN; which of them are blanks is seen by their length."""

_PROBES = [repr(2**0.5 * 3.0**power).encode() for power in range(-300, 300, 3)]
"""Numbers of 16 and 17 digits: fast but inexact parsers fail on some of any 200."""


class BlockReader:
    """Appends regular blocks of one dialect to columns."""

    def __init__(self, delimiter: str, decimal_comma: bool, worth: int = PATIENCE) -> None:
        self._delimiter = delimiter.encode()
        self._decimal_comma = decimal_comma
        self._worth = worth
        self._seen = 0
        self._options: dict[str, Any] | None = None
        self._pandas: Any = None

    def read(self, data: bytes, lines: range, columns: Sequence[Column], first: int) -> bool:
        """Append the rows of `data`, which ends with a newline.

        `lines` are the numbers of its lines, `first` the row (from 0) of the first. False, and
        nothing appended, where the careful path has to read the block.
        """
        self._seen += len(data)
        if len(columns) < 2 or not self._is_numeric(data, len(lines)):
            return False
        ends = self._ends(data, len(lines), len(columns))
        if ends is None:
            return False
        if self._decimal_comma:
            data = data.replace(b",", b".")
        values = self._parsed(data) if self._seen >= self._worth and self._load() else None
        if values is None or values.shape != ends.shape:
            self._split(data, lines, columns, first)
            return True
        blank = _blanks(values, ends, b"\r" in data)
        for at, column in enumerate(columns):
            present = None if blank is None or not blank[:, at].any() else ~blank[:, at]
            column.extend_array(first, values[:, at], present)
        return True

    def _is_numeric(self, data: bytes, newlines: int) -> bool:
        """Whether there are only numbers, `nan`, `inf` and blanks, and one kind of line end."""
        allowed = _NUMERIC + self._delimiter + (b"," if self._decimal_comma else b"")
        if not _WORDS.issuperset(data.translate(None, allowed)):
            return False
        if b"\r" not in data:
            return True
        return data.count(b"\r") == newlines == data.count(b"\r\n")

    def _ends(self, data: bytes, rows: int, width: int) -> NDArray[np.int64] | None:
        """Where each cell ends, shape (rows, width), or None if rows are not all that wide."""
        content = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero((content == self._delimiter[0]) | (content == _NEWLINE))
        if len(ends) != rows * width:
            return None
        table = ends.reshape(rows, width)
        return table if (content[table[:, -1]] == _NEWLINE).all() else None

    def _split(self, data: bytes, lines: range, columns: Sequence[Column], first: int) -> None:
        """Append by splitting, which needs no import and also finds text, such as `1-2`."""
        delimiter = self._delimiter.decode()
        text = data.decode("ascii").replace("\r", "").removesuffix("\n")
        cells = text.replace("\n", delimiter).split(delimiter)
        for at, column in enumerate(columns):
            column.extend(first, cells[at :: len(columns)], lines, plain=True)

    def _parsed(self, data: bytes) -> Values | None:
        """The block as pandas reads it, float64, shape (rows, columns)."""
        try:
            frame = self._pandas.read_csv(
                io.BytesIO(data),
                sep=self._delimiter.decode(),
                header=None,
                dtype=np.float64,
                na_values=_NANS,
                keep_default_na=False,
                skip_blank_lines=False,
                engine="c",
                **self._options or {},
            )
        except (ValueError, OverflowError):
            return None
        values: Values = frame.to_numpy()
        return values

    def _load(self) -> bool:
        """Import pandas, and find out how it parses numbers exactly."""
        if self._options is None:
            self._options = {}
            try:
                self._pandas = importlib.import_module("pandas")
            except ImportError:
                return False
            probed = self._parsed(b"".join(b"%s%s0\n" % (p, self._delimiter) for p in _PROBES))
            if probed is None or probed[:, 0].tolist() != list(map(float, _PROBES)):
                # The default of older versions errs in the last digit.
                self._options = {"float_precision": "round_trip"}
        return self._pandas is not None


def _blanks(values: Values, ends: NDArray[np.int64], returns: bool) -> NDArray[np.bool_] | None:
    """Which cells have nothing in them, shape as `values`; None if there is none."""
    if not np.isnan(values).any():
        return None
    lengths = np.diff(ends.ravel(), prepend=-1).reshape(ends.shape) - 1
    if returns:
        lengths[:, -1] -= 1
    blank: NDArray[np.bool_] = lengths == 0
    return blank if blank.any() else None
