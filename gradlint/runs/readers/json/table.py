"""Rows of JSON objects -> columns of numbers, nested objects flattened, in the rows' order."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np

from gradlint.runs.readers.json.long_form import find_long_form
from gradlint.runs.readers.json.naming import counts, place_of
from gradlint.runs.readers.json.values import number
from gradlint.runs.readers.protocol import MOST_SERIES
from gradlint.runs.readers.row_splits import SPLITS, may_name_split, split_named
from gradlint.runs.run import Steps, Values

MOST_NESTED = 16
"""Objects within objects that are flattened; the deepest public log seen has 5."""

MOST_PARTS = 16
"""Numbers of a list that are kept as one series each (`lr/0`, one for each parameter group);
longer lists are vectors or histograms, not scalars."""

MOST_TEXTS = 100
"""Texts kept as metadata; the widest configuration line seen has about 60."""

TEXT_ROWS = 100
"""Rows from which texts are kept: configuration stands at the beginning of a log."""

LONGEST_TEXT = 500
"""Characters kept of one such text."""

MOST_SHAPES = 100
"""Sets of keys that are told apart; public logs have up to 8."""

FEW = 16
"""Rows of one shape below which Python loops are faster than numpy arrays."""

_STATISTICS = frozenset(["num", "mean", "std", "min", "max", "count", "n", "sum", "median", "var"])
"""What an object that stands for one scalar, such as StyleGAN's, may hold beside its mean."""

_EVALUATIONS = {f"{mode}/" for mode in SPLITS.values()} - {"train/"}
"""What the tags of rows begin with whose mode says that they are not of training."""


class Column:
    """The points of one tag: which row each stands in, and its value."""

    __slots__ = ("first", "rows", "values")

    def __init__(self) -> None:
        self.rows = array("q")
        self.values = array("d")
        self.first = (1 << 62, 0)


class _TooManyError(Exception):
    """A batch brought more tags than may be kept."""


class Table:
    """Rows of objects, stored by column.

    `columns` is in no particular order; `tags()` is. `lines` has the line of each row,
    `evaluations` the rows whose mode says that they are not of training, in no particular order.
    `names` are the texts called `name` of its first rows, where all of those have one.
    `nulls` has the last row in which a tag's value was `null`, of tags that may be series.
    `left_out` are tags that were one too many, `deep` counts values nested too deep to be read.
    """

    def __init__(self) -> None:
        self.count = 0
        self.columns: dict[str, Column] = {}
        self.lines = array("q")
        self._texts: dict[str, tuple[int, int, str]] = {}
        self.evaluations = array("q")
        self.nulls: dict[str, int] = {}
        self.names: list[str] = []
        self.left_out: set[str] = set()
        self.deep = 0
        self._shapes: dict[tuple[str, ...], int] = {}
        self._full = False
        self._place = 0

    def add(self, rows: list[dict[str, Any]], lines: Steps) -> None:
        """Append rows; `lines`, int64, shape (n,): the line of each, from 1."""
        if not rows:
            return
        first = self.count
        if first == len(self.names) < MOST_PARTS:
            for name in (row.get("name") for row in rows[: MOST_PARTS - first]):
                if type(name) is not str:
                    break
                self.names.append(name)
        index = np.arange(first, first + len(rows), dtype=np.int64)
        sizes = {} if self._full else {t: len(c.rows) for t, c in self.columns.items()}
        before = (self.deep, dict(self._texts), len(self.evaluations))
        try:
            self._spread(rows, index, "", 0)
        except _TooManyError:
            # Which tags are kept must not depend on how the rows came in batches.
            self._roll_back(sizes)
            self.deep, self._texts, evaluated = before
            del self.evaluations[evaluated:]
            self._full = True
            for at, row in enumerate(rows):
                self._spread([row], index[at : at + 1], "", 0)
        self.count += len(rows)
        self.lines.frombytes(np.ascontiguousarray(lines, np.int64).tobytes())

    def tags(self) -> list[str]:
        """The tags in the order in which they first appeared."""
        return sorted(self.columns, key=lambda tag: self.columns[tag].first)

    def shapes(self) -> dict[tuple[str, ...], int]:
        """The sets of keys that rows have, and the first row of each; the first hundred or so."""
        return self._shapes

    def turns_null(self, tag: str) -> bool:
        """Whether a tag that had a number is `null` in a later row."""
        return self.nulls.get(tag, -1) > self.columns[tag].first[0]

    def drop(self, tag: str) -> None:
        """Let go of a tag's points, which were taken out."""
        del self.columns[tag]

    def texts(self) -> dict[str, str]:
        """The first text of each key that has texts, in order."""
        kept = sorted(self._texts.items(), key=lambda item: item[1][:2])[:MOST_TEXTS]
        return {tag: text for tag, (_, _, text) in kept}

    def points(self, tag: str) -> tuple[Steps, Values]:
        """Rows and values of a tag's points, int64 and float64, shape (n,), in file order."""
        column = self.columns[tag]
        rows = np.frombuffer(column.rows, np.int64)
        values = np.frombuffer(column.values, np.float64)
        if len(rows) > 1 and bool((np.diff(rows) < 0).any()):
            order = np.argsort(rows, kind="stable")
            return rows[order], values[order]
        return rows, values

    def dense(self, tag: str) -> Values:
        """A tag's value in every row, float64, shape (count,); NaN where it is absent."""
        full = np.full(self.count, np.nan)
        rows, values = self.points(tag)
        full[rows] = values
        return full

    def _roll_back(self, sizes: dict[str, int]) -> None:
        for tag in list(self.columns):
            column = self.columns[tag]
            if tag not in sizes:
                del self.columns[tag]
            else:
                del column.rows[sizes[tag] :]
                del column.values[sizes[tag] :]

    def _spread(self, rows: list[dict[str, Any]], index: Steps, prefix: str, depth: int) -> None:
        if depth > MOST_NESTED:
            self.deep += len(rows)
            return
        for shape, some, places in _by_shape(rows, index):
            if depth:
                self._columns(shape, some, places, prefix, depth)
            else:
                self._rows(shape, some, places)

    def _rows(self, shape: tuple[str, ...], rows: list[dict[str, Any]], index: Steps) -> None:
        """Rows of the file itself that have the same keys."""
        if len(self._shapes) < MOST_SHAPES:
            self._shapes.setdefault(shape, int(index[0]))
        long = find_long_form(shape)
        if long is None:
            self._wide_rows(shape, rows, index)
            return
        for wide, some, places in _by_shape(list(map(long.wide, rows)), index):
            self._wide_rows(wide, some, places)

    def _wide_rows(self, shape: tuple[str, ...], rows: list[dict[str, Any]], index: Steps) -> None:
        """Rows with a key for each series."""
        for prefix, some, places in _by_mode(shape, rows, index):
            if prefix in _EVALUATIONS:
                self.evaluations.frombytes(places.tobytes())
            self._place = 0
            self._columns(shape, some, places, prefix, 0)

    def _columns(
        self,
        shape: tuple[str, ...],
        rows: list[dict[str, Any]],
        index: Steps,
        prefix: str,
        depth: int,
    ) -> None:
        for key, column in zip(shape, zip(*map(dict.values, rows), strict=True), strict=True):
            # Counters are common to training and validation rows; a key `eval` speaks for itself.
            bare = not prefix or (depth == 0 and (counts(key) or split_named(key) is not None))
            self._column(key if bare else prefix + key, column, index, depth)

    def _column(self, tag: str, column: tuple[Any, ...], index: Steps, depth: int) -> None:
        self._place += 1
        if len(column) > FEW:
            kinds = set(map(type, column))
            if kinds <= {float, int}:
                try:
                    self._store(tag, index, np.array(column, np.float64))
                except OverflowError:
                    pass
                else:
                    return
        rows: list[int] = []
        values: list[float] = []
        objects: list[int] = []
        null = -1
        for at, value in enumerate(column):
            kind = type(value)
            if kind is dict or kind is list:
                objects.append(at)
                continue
            found = value if kind is float else number(value)
            if found is not None:
                rows.append(at)
                values.append(found)
            elif value is None:
                null = at
            elif kind is str and (place := place_of(tag, value)) is not None:
                rows.append(at)
                values.append(place)
            elif kind is str and not (split_named(value) and may_name_split(tag)):
                self._text(tag, int(index[at]), value)
        if rows:
            self._store(tag, index[rows], np.array(values, np.float64))
        if null >= 0 and (tag in self.nulls or len(self.nulls) < MOST_SERIES):
            self.nulls[tag] = max(int(index[null]), self.nulls.get(tag, -1))
        if objects:
            self._nested(tag, [column[at] for at in objects], index[objects], depth)

    def _nested(self, tag: str, values: list[Any], index: Steps, depth: int) -> None:
        """Objects and short lists below a key; a list counts as an object with numbers as keys."""
        below: list[dict[str, Any]] = []
        places: list[int] = []
        for at, value in enumerate(values):
            if type(value) is list:
                if len(value) > MOST_PARTS or not all(map(_is_scalar, value)):
                    continue
                below.append({str(part): item for part, item in enumerate(value)})
                places.append(at)
            elif "mean" in value and _STATISTICS.issuperset(value):
                mean = number(value["mean"])
                if mean is not None:
                    self._store(tag, index[at : at + 1], np.array([mean]))
                below.append({key: item for key, item in value.items() if key != "mean"})
                places.append(at)
            elif "_type" not in value:
                # `_type` marks the media and histograms of wandb.
                below.append(value)
                places.append(at)
        if below:
            self._spread(below, index[places], tag + "/", depth + 1)

    def _store(self, tag: str, index: Steps, values: Values) -> None:
        column = self.columns.get(tag)
        if column is None:
            if len(self.columns) >= MOST_SERIES:
                if not self._full:
                    raise _TooManyError
                if len(self.left_out) < MOST_SERIES:
                    self.left_out.add(tag)
                return
            column = self.columns[tag] = Column()
        column.first = min(column.first, (int(index[0]), self._place))
        column.rows.frombytes(index.tobytes())
        column.values.frombytes(values.tobytes())

    def _text(self, tag: str, row: int, text: str) -> None:
        if row < TEXT_ROWS and (tag not in self._texts or row < self._texts[tag][0]):
            self._texts[tag] = (row, self._place, text[:LONGEST_TEXT])


def _by_mode(
    shape: tuple[str, ...], rows: list[dict[str, Any]], index: Steps
) -> Iterator[tuple[str, list[dict[str, Any]], Steps]]:
    """What the tags of rows begin with by their mode; the rows, and where they stand."""
    # The trainer's last row: averages over the whole run, and its duration.
    unnamed = "summary/" if "train_runtime" in shape and "loss" not in shape else ""
    modes = [key for key in shape if may_name_split(key)]
    if not modes:
        yield unnamed, rows, index
        return
    groups: dict[str, list[int]] = {}
    known: dict[str, str] = {}
    for at, row in enumerate(rows):
        prefix = ""
        for mode in modes:
            text = row[mode]
            if type(text) is str:
                if text not in known:
                    named = split_named(text)
                    known[text] = f"{named}/" if named else ""
                prefix = known[text]
                if prefix:
                    break
        groups.setdefault(prefix or unnamed, []).append(at)
    for prefix, places in groups.items():
        yield prefix, [rows[at] for at in places], index[places]


def _by_shape(
    rows: list[dict[str, Any]], index: Steps
) -> Iterator[tuple[tuple[str, ...], list[dict[str, Any]], Steps]]:
    """The keys of rows, in their order; the rows that have them, and where they stand."""
    shapes = list(map(tuple, rows))
    if shapes.count(shapes[0]) == len(shapes):
        yield shapes[0], rows, index
        return
    groups: dict[tuple[str, ...], list[int]] = {}
    for at, shape in enumerate(shapes):
        groups.setdefault(shape, []).append(at)
    for shape, places in groups.items():
        yield shape, [rows[at] for at in places], index[places]


def _is_scalar(value: Any) -> bool:
    kind = type(value)
    return kind is float or kind is int or kind is str or value is None
