"""Which columns of a table say when its rows were logged: their steps and their times of day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.tables.columns import Column, Table
from gradlint.runs.roles.translations import word_in_english
from gradlint.runs.roles.words import IDENTIFIERS
from gradlint.runs.run import UNNAMED, Steps, Values

_STEPS = (
    "global_step",
    "trainer/global_step",
    "_step",
    "step",
    "steps",
    "total_timesteps",
    "timesteps_total",
    "num_env_steps",
    "env_steps",
    "total_env_steps",
    "timesteps",
    "timestep",
    "total_steps",
    "num_timesteps",
    "iteration",
    "iterations",
    "iter",
    "iters",
    "training_iteration",
    "num_updates",
    "n_updates",
    "nupdates",
    "updates",
    "update",
    "frames",
    "frame",
    "it",
)
"""Names of columns that count the whole run, best first: what the optimizer does before what the
environment or the logger does. `time/total_timesteps` is known by its last part."""

_STEP_WORDS = re.compile(
    r"(?:(?:global|total|num|n|train|training|opt|optimizer|current|cur|env|agent|update)_)+"
    r"(?:steps?|iters?|iterations?|updates?|timesteps?|frames?|batch(?:es)?)"
)
"""Other names that say the same, such as `train_step`."""

_BATCHES = ("batch", "batches", "batch_idx", "minibatch")
_EPOCHS = ("epoch", "epochs", "_epoch", "num_epochs", "n_epochs", "epoch_num", "ep")
_ROUNDS = (
    "episode", "episodes", "num_episodes", "n_episodes", "round", "rounds", "generation",
    "trial", "episode_num",
)  # fmt: skip

_SHORT_EPOCHS = ("e",)
"""What may be the axis of a table that has no other, where it counts its rows."""

_THINGS = IDENTIFIERS | frozenset(
    "class classes label labels layer head rank cluster topic bin position year month day hour "
    "degree depth k lag threshold category channel feature question no nr run seed rep".split()
)
"""What a first column may number instead: each row is another thing, and not another time."""

_FEWEST_NUMBERED = 10
"""Rows from which on a column that numbers them is an axis: as many show a trend."""

_INTEGRAL = 0.99
"""Share of a step column that has to be whole numbers: one broken cell in a hundred is a broken
cell, more is another kind of column."""

_COVERED = 0.5
"""Share of the rows in which a step column has to be filled."""

_FALLS = 0.1
"""Share of the transitions that may go down, other than to where the column began (a second run in
the same file): a resumed run goes down once, a random column half of the time."""

_CONSTANT = 8
"""Rows from which on a column that never changes counts nothing."""

_EXACT = 2.0**62
"""Steps are clamped here, so that differences stay within int64."""


@dataclass(frozen=True, slots=True)
class StepColumn:
    """The column that was chosen.

    Attributes:
        name: None where the rows themselves are counted.
        axis: `step`, `epoch` or `row`.
        steps: of each row, int64, shape (rows,).
    """

    name: str | None
    axis: str
    steps: Steps


def find_steps(columns: Mapping[str, Column], rows: int, *, ordered: bool = True) -> StepColumn:
    """The step of each row: of a column that counts steps, else of one that counts epochs or
    episodes, else the row's ordinal from 0.

    A row whose step is blank has the last one before it (the first row the first one after it).
    Where rows are not `ordered`, as those of several series one after the other, steps may fall.
    """
    ranked = _ranked(columns)
    epochs = [column for _, _, axis, column in ranked if axis == "epoch"]
    for _, name, axis, column in ranked:
        if _counts(column, rows, ordered) and not (
            axis == "step" and _within(column, epochs, rows)
        ):
            return StepColumn(name, axis, _filled(column, rows))
    first = next(iter(columns), None) if ordered else None
    if first is not None and not ranked and _numbers_rows(first, columns[first], rows):
        axis = "epoch" if first.strip().lower() in _SHORT_EPOCHS else "step"
        return StepColumn(first, axis, _filled(columns[first], rows))
    return StepColumn(None, "row", np.arange(rows, dtype=np.int64))


def _numbers_rows(name: str, column: Column, rows: int) -> bool:
    """Whether a first column has nothing but 0, 1, 2 ... or 1, 2, 3 ..., and is not of things."""
    words = set(re.findall(r"[^\W\d_]+", name.lower()))
    if not words or name.startswith((UNNAMED, "Unnamed")) or words & _THINGS:
        return False
    values = column.values()
    if not _FEWEST_NUMBERED <= len(values) == rows or not column.complete:
        return False
    return values[0] in (0.0, 1.0) and bool((np.diff(values) == 1.0).all())


def rank(name: str) -> tuple[int, int, str] | None:
    """(tier, place in it, axis) of a name that says it counts steps; None for others."""
    if " - " in name:  # the metric of one run in an exported chart
        return None
    name = re.sub(r"[\s-]+", "_", name.strip().lower().lstrip("%@"))
    name = word_in_english(name)
    last = name.rsplit("/", 1)[-1]
    for tier, (known, axis) in enumerate(
        ((_STEPS, "step"), (_BATCHES, "step"), (_EPOCHS, "epoch"), (_ROUNDS, "step"))
    ):
        for candidate in (name, last):
            if candidate in known:
                return 2 * tier, known.index(candidate), axis
    return (1, 0, "step") if _STEP_WORDS.fullmatch(last) else None


def _ranked(columns: Mapping[str, Column]) -> list[tuple[tuple[int, int], str, str, Column]]:
    found = []
    for name, column in columns.items():
        ranked = rank(name)
        if ranked is not None and len(column):
            found.append((ranked[:2], name, ranked[2], column))
    return sorted(found, key=lambda item: item[0])


def _counts(column: Column, rows: int, ordered: bool) -> bool:
    """Whether the column holds whole numbers that, if they are ordered, mostly do not go down.

    They may go down throughout, where the newest row is the first.
    """
    values = column.values()
    finite = np.isfinite(values)
    if not finite.all():
        values = values[finite]
    if len(values) < _COVERED * rows or not len(values):
        return False
    whole = values == np.rint(values)
    if np.count_nonzero(whole) < _INTEGRAL * len(values):
        return False
    if not whole.all():
        values = values[whole]
    if len(values) >= _CONSTANT and (values == values[0]).all():
        return False
    if not ordered:
        return True
    down = values[1:] < values[:-1]
    falls = np.count_nonzero(down & (values[1:] != values[0]))
    return bool(falls <= 1 + _FALLS * len(values) or (values[1:] <= values[:-1]).all())


def _within(column: Column, epochs: list[Column], rows: int) -> bool:
    """Whether the column counts within an epoch: it falls where the epoch goes up."""
    falls = np.flatnonzero(np.diff(_filled(column, rows)) < 0)
    if not len(falls):
        return False
    return any(
        np.count_nonzero(np.diff(_filled(epoch, rows))[falls] > 0) * 2 > len(falls)
        for epoch in epochs
    )


def _filled(column: Column, rows: int) -> Steps:
    """The column as a step for each row, int64, shape (rows,)."""
    values: Values = column.values()
    usable: NDArray[np.bool_] = np.isfinite(values) & (values == np.rint(values))
    if column.complete and len(values) == rows and usable.all():
        return np.clip(values, -_EXACT, _EXACT).astype(np.int64)
    steps = np.clip(values[usable], -_EXACT, _EXACT).astype(np.int64)
    if not len(steps):
        return np.zeros(rows, np.int64)
    latest = np.searchsorted(column.rows()[usable], np.arange(rows), side="right") - 1
    return steps[np.maximum(latest, 0)]


_TIMES = frozenset({"_timestamp", "timestamp", "timestamps", "wall_time", "walltime", "time"})

EARLIEST, LATEST = 1e9, 1e10
"""Seconds since 1970 that are a time of day (2001 to 2286); less is a duration."""

MILLISECONDS = 1000.0


def find_times(table: Table) -> tuple[str, Values] | None:
    """The column of the times at which rows were logged, and the seconds since 1970 of each row.

    Those are float64, shape (rows,), NaN where there is none. None if no column of a fitting name
    holds nothing but times, in seconds or milliseconds.
    """
    for name, column in table.columns.items():
        if re.sub(r"[\s-]+", "_", name.strip().lower()) in _TIMES and len(column):
            for unit in (1.0, MILLISECONDS):
                seconds = column.values() / unit
                if ((seconds >= EARLIEST) & (seconds < LATEST)).all():
                    return name, _placed(column, seconds, table.rows)
    return None


def _placed(column: Column, seconds: Values, rows: int) -> Values:
    placed = np.full(rows, np.nan)
    placed[column.rows()] = seconds
    return placed
