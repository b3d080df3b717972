"""What every log format becomes: runs, each with its curves, messages and reading problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gradlint.finding import Skip
from gradlint.runs.kinds import UNKNOWN, Role
from gradlint.runs.rounding import rounding

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]

Steps = NDArray[np.int64]
Values = NDArray[np.float64]

_T = TypeVar("_T")

TRACEBACK = "traceback"
"""The kind of a message that is an exception which was printed."""

TEXT_COLUMNS = "text columns"
"""The entry of a run's metadata that names the columns of its table that hold no numbers."""

BLANK_COLUMNS = "blank columns"
"""The entry of a run's metadata that names the columns of its table without a single cell, one a
line."""

NULL_SERIES = "null series"
"""The entry of a run's metadata that names the series of its JSON rows that had a number before a
`null`, one a line."""

UNNAMED = "column_"
"""What a column without a heading is called, before its number."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of a log that could not be read; the rest was.

    Attributes:
        path: the file, as the user gave it or relative to the working directory.
        message: lower-case, no full stop, the first clause stands alone.
        line: the line at which it was noticed, from 1; None where the format has no lines.
        offset: the byte at which it was noticed, from 0.
        lost: bytes that were skipped over.
        help: what to do about it, an imperative.
        partial: a tail that is not written yet, which is normal for a run that is going on.
        rest_read: metrics were read from the rest of the file.
    """

    path: str
    message: str
    line: int | None = None
    offset: int | None = None
    lost: int = 0
    help: str = ""
    partial: bool = False
    rest_read: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A line in which the program itself speaks of trouble, such as `Loss is NaN`.

    `kind` is the entry of the vocabulary that it matched (`runs.text.messages`); `step` is the one
    that it names, or that was last printed before it; None if there is none.
    """

    kind: str
    text: str
    line: int
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """A place where steps go backwards.

    Attributes:
        line: the record of the log at which it happens (line number or row), None if unknown.
        before: the last step before it.
        after: the first step after it.
        appended: True where a second run begins, False where the run resumed from a checkpoint.
        dropped: points that the resumed run logged again, and which were therefore left out.
        axis: what the steps count.
    """

    line: int | None
    before: int
    after: int
    appended: bool
    dropped: int = 0
    axis: str = "step"


@dataclass(eq=False)
class Curve:
    """One series of a run, in the order in which it was logged.

    Attributes:
        tag: the name of the series as the log has it.
        steps: int64, shape (n,): the log's own steps; what they count is the run's `axis`.
        values: float64, shape (n,): NaN and infinities as they were logged. A blank is not a point.
        walls: float64, shape (n,), seconds since the epoch; None where the log has no times.
        records: int64, shape (n,): line of the file (from 1; of the first line for multi-line
            records); None for binary formats. Series of one record share its number, which tells
            which blanks are peculiar.
        role: what the series measures; `UNKNOWN` until the whole run is read.
        axis: what its steps count: `step`, `epoch`, or `row` where the log numbers nothing.
    """

    tag: str
    steps: Steps
    values: Values
    walls: Values | None = None
    records: Steps | None = None
    axis: str = "step"
    role: Role = UNKNOWN
    _measured: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def finite(self) -> NDArray[np.bool_]:
        """Which values are neither NaN nor infinite; bool, shape (n,)."""
        return np.isfinite(self.values)

    @cached_property
    def points(self) -> NDArray[np.intp]:
        """The points with finite values, one for each step: their indices, intp, shape (m,).

        Where most steps have several values, these are running means or the progress of one
        measurement, and the last of a step stands.
        """
        points: NDArray[np.intp] = np.flatnonzero(self.finite)
        if len(points) > 2:
            steps = self.steps if len(points) == len(self.steps) else self.steps[points]
            last = np.append(steps[1:] != steps[:-1], True)
            if 2 < np.count_nonzero(last) < len(points) / 2:
                points = points[last]
        return points

    @cached_property
    def level(self) -> Values:
        """The values of `points`; float64, shape (m,)."""
        return self.values if len(self.points) == len(self.values) else self.values[self.points]

    @cached_property
    def rounding(self) -> Values:
        """How far each value may be from the one that was printed; float64, shape (n,)."""
        return rounding(self.values)

    @property
    def digits(self) -> float:
        """Significant digits of the middle value; 0 without a finite one other than 0."""
        known = self.finite & (self.values != 0)
        if not known.any():
            return 0.0
        return float(np.median(np.log10(np.abs(self.values[known]) / self.rounding[known])))

    def measured(self, measure: Callable[[Values], _T]) -> _T:
        """`measure` of the finite values, computed once however many rules ask for it."""
        if measure not in self._measured:
            self._measured[measure] = measure(self.level)
        result: _T = self._measured[measure]
        return result

    def step(self, point: int) -> int:
        """The step of the `point`-th finite value."""
        return int(self.steps[self.points[point]])

    def line(self, index: int) -> int | None:
        """The line of the file that point `index` stands on."""
        return None if self.records is None else int(self.records[index])


@dataclass(eq=False)
class Run:
    """One training run, from one file or several.

    Attributes:
        name: what tells it from the other runs of a reading; for a file in a directory of runs its
            path below that directory.
        path: the file, or the directory where several files make up the run; shown to the user.
        format: the reader's name for the layout: `csv`, `tfevents`, `jsonl`, ...
        curves: by tag, in order of first appearance.
        messages: trouble that the program spoke of itself, in order.
        restarts: where steps went backwards.
        metadata: hyper-parameters and texts that the log carries.
        counter: what its steps are called there (`episode`), in lower case; "" if that is unknown.
        files: the files that it was read from, where they are several.
        told: by tag, the files that have the series: first the one that it was read from. Empty for
            a run that no other file tells, too.
        part: from 1; above 1 for a second run that was appended to the same log.
    """

    name: str
    path: str
    format: str
    curves: dict[str, Curve]
    messages: tuple[Message, ...] = ()
    restarts: tuple[Restart, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    counter: str = ""
    files: tuple[str, ...] = ()
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    part: int = 1
    _measured: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def measured(self, measure: Callable[[Run], _T]) -> _T:
        """`measure` of the run, computed once however many rules ask for it.

        Not before the roles of its curves are known.
        """
        if measure not in self._measured:
            self._measured[measure] = measure(self)
        result: _T = self._measured[measure]
        return result

    @property
    def sources(self) -> tuple[str, ...]:
        """The files that it was read from."""
        return self.files or (self.path,)

    def of(self, *kinds: str, parts: bool = False) -> list[Curve]:
        """The curves of these kinds, wholes only unless `parts` of wholes are wanted too."""
        return [
            curve
            for curve in self.curves.values()
            if curve.role.kind in kinds and (parts or not curve.role.component)
        ]

    @property
    def points(self) -> int:
        """Points of all curves."""
        return sum(map(len, self.curves.values()))

    @property
    def axis(self) -> str:
        """What most of its points are counted by: `step`, `epoch` or `row`."""
        weights: dict[str, int] = {}
        for curve in self.curves.values():
            weights[curve.axis] = weights.get(curve.axis, 0) + len(curve)
        return max(weights, key=lambda axis: weights[axis], default="step")

    def to_pandas(self, axis: str | None = None) -> pd.DataFrame:
        """The curves that count `axis` (by default what most points are counted by) as a table.

        One column a curve, the index holds the steps in rising order; a step that a curve logs
        several times takes several rows. Cells are NaN where a curve has no point.
        """
        from gradlint.runs.data_frame import data_frame

        axis = axis or self.axis
        curves = [curve for curve in self.curves.values() if curve.axis == axis]
        return data_frame({curve.tag: (curve.steps, curve.values) for curve in curves}, axis)


@dataclass
class Reading:
    """What was made of one file, or of one group of files.

    Attributes:
        runs: in the order of the log.
        problems: what could not be read.
        skipped: the files that hold no training log, and why.
        files: how many files it was made of.
        certain: whether it is known to be a training log, whatever its series are called.
    """

    runs: list[Run] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    files: int = 1
    certain: bool = True

    @property
    def name(self) -> str:
        """What it was made of, for people who wait."""
        paths = [run.path for run in self.runs] + [problem.path for problem in self.problems]
        return paths[0] if paths else ""
