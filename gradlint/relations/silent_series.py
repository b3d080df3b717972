"""Series that fall silent: NaN or blank to their end, while others go on.

pandas writes NaN as a blank, and some programs leave out a loss that is NaN: nothing says NaN there
but the silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gradlint.finding import Severity
from gradlint.relations.overflows import overflows
from gradlint.runs.kinds import Kind
from gradlint.runs.roles.names import role_of, words_of
from gradlint.runs.run import BLANK_COLUMNS, NULL_SERIES, UNNAMED, Curve, Run

VITAL = (Kind.LOSS, Kind.GRADIENT_NORM, Kind.WEIGHT)
"""A NaN here is a NaN in what is trained."""

_TELLING = (Kind.SCORE, Kind.ERROR, Kind.RETURN, Kind.AGENT, Kind.OTHER)
"""A NaN here may tell of the weights, or of a division by zero in the evaluation alone."""

JUDGED = (*_TELLING, Kind.LEARNING_RATE, Kind.LOSS_SCALE, Kind.SCHEDULE)
"""What is vital no more than that, and what a program sets."""

SCORED = (Kind.SCORE, Kind.ERROR)
"""What a row has if an evaluation came to its end."""

_SHOW_TRAINING = (*SCORED, Kind.LEARNING_RATE)
"""What goes on only while training does."""

_PASSES = frozenset("iter iters iteration iterations step steps batch batches updates".split())
_NOT_FINITE = frozenset("nan nans nonfinite".split())

SILENT_ROWS = 3
"""Rows without a value, at least, that make a series one that has stopped: one may be the last row
of a run that ended in the middle, two its summary."""

SCALED_ROWS = 10
"""The same under loss scaling, where the loss of a step that is skipped is not printed."""

LONGEST_HOLE = 3
"""Times its longest hole before that a series has to be silent to have stopped."""

MOSTLY = 0.5
"""Share of NaN in what comes after the first, at least, that is no exception any more."""

MOST_PATTERNS = 10
"""Sets of rows, of the longest series, that a silent one is compared with; a table has one for each
kind of row, which are two or three."""

MOST_ENDS = 20
"""Places at which series fall silent that are looked into."""


@dataclass(frozen=True, slots=True)
class SilentSeries:
    """A series that is blank from some row on, or in all of them, to the end of the log.

    Attributes:
        curve: the series.
        beside: one that goes on, in the rows that it stood in before.
        rows: how many of them are without it.
        severity: how certain it is that the blanks are NaN.
    """

    curve: Curve
    beside: Curve
    rows: int
    severity: Severity


def is_mostly_silent(curve: Curve) -> bool:
    """Whether most of what a column without a heading holds is NaN, once it has begun."""
    bad = ~curve.finite
    if not curve.tag.startswith(UNNAMED) or np.count_nonzero(bad) < SILENT_ROWS:
        return False
    return float(np.mean(bad[np.argmax(bad) :])) >= MOSTLY


def takes_turns(run: Run, curve: Curve, bad: NDArray[np.intp]) -> bool:
    """Whether a series is NaN only in rows of others, which never stand in a row of its own.

    A table that is filled up with NaN has such rows: of the validation, of another phase.
    """
    rows, own = _rows_of(curve, bad), _rows_of(curve, np.flatnonzero(curve.finite))
    if not len(own):
        return False
    told = np.zeros(len(rows), np.bool_)
    for other in run.of(Kind.LOSS, Kind.SCORE, Kind.ERROR, parts=True):
        if other is not curve and (other.records is None) == (curve.records is None):
            theirs = _rows_of(other, np.flatnonzero(other.finite))
            if len(theirs) and not np.isin(theirs, own).any():
                told |= np.isin(rows, theirs)
    return bool(told.all())


def _rows_of(curve: Curve, points: NDArray[np.intp]) -> NDArray[np.int64]:
    return (curve.steps if curve.records is None else curve.records)[points]


def falls_silent(curve: Curve) -> bool:
    """Whether a series that had values is NaN to its end, and for longer than ever before."""
    good = curve.points
    if not len(good):
        return False
    tail = len(curve) - 1 - int(good[-1])
    longest = int(np.diff(good).max(initial=1)) - 1
    return tail >= SILENT_ROWS and tail > LONGEST_HOLE * longest


_BESIDE = (
    Kind.CLOCK,
    Kind.SYSTEM,
    Kind.LEARNING_RATE,
    Kind.LOSS_SCALE,
    Kind.SCHEDULE,
    Kind.IGNORE,
)
"""Series that tell how a run went on, and not what came of it."""


def is_objective_lost(run: Run, curve: Curve) -> bool:
    """Whether a series is not finite to its end, or never was, and nothing that is measured is.

    Then it is what is optimised, or tells of it: no name says what is.
    """
    if run.of(*VITAL):
        return False
    lost = falls_silent(curve) or not len(curve.points)
    return lost and run.axis != "row" and not any(map(_still_measures, run.curves.values()))


def _still_measures(curve: Curve) -> bool:
    """Whether a series tells what came of the run at its end."""
    return curve.role.kind not in _BESIDE and bool(curve.finite[-1:].any())


def nan_counters(run: Run) -> Iterator[tuple[Curve, int]]:
    """The counts of steps that were NaN, and the first point at which each has grown from 0."""
    for curve in run.curves.values():
        words = set(words_of(curve.tag))
        if words & _NOT_FINITE and words & _PASSES and len(curve) and curve.values[0] == 0:
            grown = np.flatnonzero(curve.values > 0)
            if len(grown):
                yield curve, int(grown[0])


def is_in_order(run: Run, curve: Curve) -> bool:
    """Whether what comes later in a series that nobody knows came later in training.

    A table without steps may be sorted by any of its columns, NaN at its end; one without headings
    is what a program printed as it went on.
    """
    printed = run.format == "text" or curve.tag.startswith(UNNAMED)
    return curve.axis != "row" or printed or bool(run.of(*VITAL, Kind.LEARNING_RATE))


def silent_series(run: Run) -> Iterator[SilentSeries]:
    """Losses and gradient norms whose cells turn blank while those of their row go on.

    One for each kind and split.
    """
    yield from _never_written(run)
    least = SCALED_ROWS if run.measured(overflows).scaled else SILENT_ROWS
    curves = [it for it in run.of(Kind.LOSS, Kind.GRADIENT_NORM) if len(it) >= SILENT_ROWS]
    beside = _patterns(run) if curves else []
    done: set[tuple[str, str]] = set()
    judged: dict[tuple[int, bool], Severity | None] = {}
    for curve in curves:
        key = (curve.role.kind, curve.role.split)
        if key in done or curve.records is None:
            continue
        for other in beside:
            rows = _rows_since(curve, other)
            if rows < least:
                continue
            ended = int(curve.records[-1]), _shows_training(run, curve, other, rows)
            if ended not in judged:
                if len(judged) >= MOST_ENDS:
                    return
                judged[ended] = _severity(run, curve, ended[1])
            severity = judged[ended] if curve.finite[-1] else Severity.ERROR
            if severity is not None:
                done.add(key)
                yield SilentSeries(curve, other, rows, severity)
                break


def _never_written(run: Run) -> Iterator[SilentSeries]:
    """Losses that have a column and not one cell, beside a score that was taken on the same data.

    Other losses of the run have cells: the program does write them.
    """
    blanks = run.metadata.get(BLANK_COLUMNS)
    if not blanks or not any(len(it) >= SILENT_ROWS for it in run.of(Kind.LOSS)):
        return
    for tag in blanks.split("\n"):
        role = role_of(tag)
        if role.kind is not Kind.LOSS or role.component or not role.split:
            continue
        for beside in run.of(*SCORED):
            if beside.role.split == role.split and len(beside) >= SILENT_ROWS:
                values = np.full(len(beside), np.nan)
                curve = replace(beside, tag=tag, values=values, role=role)
                yield SilentSeries(curve, beside, len(beside), Severity.WARNING)
                break


def _patterns(run: Run) -> list[Curve]:
    """One series for each set of rows, and each kind that shows training; the longest first."""
    found: dict[tuple[int, int, int, Kind | None], Curve] = {}
    for curve in run.curves.values():
        if curve.records is not None and len(curve):
            ends = int(curve.records[0]), int(curve.records[-1]), len(curve)
            kind = curve.role.kind
            found.setdefault((*ends, kind if kind in _SHOW_TRAINING else None), curve)
    return sorted(found.values(), key=len, reverse=True)[:MOST_PATTERNS]


def _rows_since(curve: Curve, other: Curve) -> int:
    """How many of the rows of `other` come after `curve` fell silent; 0 if it did not."""
    mine, rows = curve.records, other.records
    if mine is None or rows is None or len(rows) <= len(mine) or rows[-1] <= mine[-1]:
        return 0
    at = np.minimum(np.searchsorted(rows, mine), len(rows) - 1)
    if not np.array_equal(rows[at], mine):
        return 0
    steps = np.diff(at)
    hole = max(int(at[0]), int(steps.max(initial=1)) - 1)
    since = len(rows) - 1 - int(at[-1])
    usual = int(np.median(steps)) == 1
    return since if usual and since > LONGEST_HOLE * hole else 0


def _shows_training(run: Run, curve: Curve, beside: Curve, rows: int) -> bool:
    """Whether a series that goes on for some rows without `curve` shows that training does.

    A score does, and for ten rows and more the learning rate; a clock goes on in an evaluation as
    well. In JSON a record need not have all that others have, so more of them are asked for, unless
    it says `null`.
    """
    if beside.role.kind in SCORED:
        blank = run.format == "csv" or curve.tag in run.metadata.get(NULL_SERIES, "").split("\n")
        return blank or rows >= SCALED_ROWS
    return beside.role.kind is Kind.LEARNING_RATE and rows >= SCALED_ROWS


def _severity(run: Run, curve: Curve, certain: bool) -> Severity | None:
    """How certain it is that a NaN was written as a blank; None if it may mean something else.

    `certain`: whether what goes on in its rows shows that the training does.
    """
    assert curve.records is not None
    end = int(curve.records[-1])
    alone = True
    for it in run.curves.values():
        if it.records is None or it.role.kind not in (*VITAL, *JUDGED):
            continue
        if it.role.kind is Kind.LOSS and int(it.records[0]) > end:
            return None  # another phase, with a loss of its own
        if it.role.kind is Kind.LOSS and not it.role.component and int(it.records[-1]) > end:
            alone = False
    if any(_turns_at(it, end) or _none_skipped(it, end) for it in run.curves.values()):
        return Severity.ERROR
    if any(it.records is not None and it.records[at] > end for it, at in nan_counters(run)):
        return Severity.ERROR
    return Severity.WARNING if alone and certain else None


def _turns_at(curve: Curve, record: int) -> bool:
    """Whether a series that tells of the weights is not finite at a record or after it."""
    if curve.records is None or curve.role.kind not in (*VITAL, *_TELLING):
        return False
    return not curve.finite[np.searchsorted(curve.records, record) :].all()


def _none_skipped(curve: Curve, record: int) -> bool:
    """Whether no iteration was skipped after a record, by the log's own count (Megatron-LM).

    Such logs leave out the loss of iterations that are skipped, and of those whose loss is NaN.
    """
    if curve.records is None or "skipped iterations" not in curve.tag:
        return False
    after = curve.values[np.searchsorted(curve.records, record) :]
    return len(after) > 1 and bool((after[1:] == 0).all())
