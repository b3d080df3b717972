"""Regular blocks of a table -> columns: the fast paths.

They take only blocks of which it is certain that the careful path would read the same; the other
blocks are left to that. Up to some size a block is split in one go; above it pandas' C parser pays.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.tables.columns import Column
from gradlint.runs.run import Values

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

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
        self._waiting: Callable[[], None] | None = None

    def read(self, data: bytes, lines: range, columns: Sequence[Column], first: int) -> bool:
        """Take the rows of `data`, which ends with a newline.

        `lines` are the numbers of its lines, `first` the row (from 0) of the first. False, and
        nothing taken, where the careful path has to read the block. What is taken is appended at
        the latest by `settle`: pandas parses a block while the next one is read and checked.
        """
        self._seen += len(data)
        ends = None
        if len(columns) >= 2 and self._is_numeric(data, len(lines)):
            ends = self._ends(data, len(lines), len(columns))
        parsing = None
        if ends is not None and self._seen >= self._worth and self._load():
            parsing = _parser().submit(self._parsed, self._with_points(data))
        self.settle()
        if ends is None:
            return False
        if parsing is None:
            self._split(data, lines, columns, first)
        else:
            self._waiting = partial(self._append, parsing, ends, data, lines, columns, first)
        return True

    def settle(self) -> None:
        """Append the block that is being parsed, if there is one."""
        if self._waiting is not None:
            self._waiting()
            self._waiting = None

    def _append(
        self,
        parsing: Future[list[Values] | None],
        ends: NDArray[np.int64],
        data: bytes,
        lines: range,
        columns: Sequence[Column],
        first: int,
    ) -> None:
        found = parsing.result()
        if found is None or (len(found[0]), len(found)) != ends.shape:
            self._split(data, lines, columns, first)
            return
        returns = b"\r" in data
        for at, (column, values) in enumerate(zip(columns, found, strict=True)):
            present = None
            if np.isnan(values).any():
                blank = _blanks(ends, at, returns)
                present = ~blank if blank.any() else None
            column.extend_array(first, values, present)

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

    def _with_points(self, data: bytes) -> bytes:
        """`data` with decimal points."""
        return data.replace(b",", b".") if self._decimal_comma else data

    def _split(self, data: bytes, lines: range, columns: Sequence[Column], first: int) -> None:
        """Append by splitting, which needs no import and also finds text, such as `1-2`."""
        delimiter = self._delimiter.decode()
        text = self._with_points(data).decode("ascii").replace("\r", "").removesuffix("\n")
        cells = text.replace("\n", delimiter).split(delimiter)
        for at, column in enumerate(columns):
            column.extend(first, cells[at :: len(columns)], lines, plain=True)

    def _parsed(self, data: bytes) -> list[Values] | None:
        """The columns of the block as pandas reads them, each float64, shape (rows,)."""
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
        return [frame[name].to_numpy() for name in frame]

    def _load(self) -> bool:
        """Import pandas, and find out how it parses numbers exactly."""
        if self._options is None:
            self._options = {}
            try:
                self._pandas = importlib.import_module("pandas")
            except ImportError:
                return False
            probed = self._parsed(b"".join(b"%s%s0\n" % (p, self._delimiter) for p in _PROBES))
            if probed is None or probed[0].tolist() != list(map(float, _PROBES)):
                # The default of older versions errs in the last digit.
                self._options = {"float_precision": "round_trip"}
        return self._pandas is not None


@cache
def _parser() -> Executor:
    """The thread that runs pandas' parser, which mostly needs no lock of the interpreter.

    Its import takes 4 ms, which most tables can do without.
    """
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(1)


def _blanks(ends: NDArray[np.int64], at: int, returns: bool) -> NDArray[np.bool_]:
    """Which cells of the column `at` have nothing in them; bool, shape (rows,)."""
    before = ends[:, at - 1] if at else np.concatenate(([-1], ends[:-1, -1]))
    last = at == ends.shape[1] - 1
    blank: NDArray[np.bool_] = ends[:, at] - before == (2 if returns and last else 1)
    return blank
