"""Tables of several runs: the export of a chart, the list of a project's runs, and rows of which a
column says which run they are of (`epoch,fold,loss`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.tables.columns import MOST_GROUPS, Column
from gradlint.runs.run import Steps

_BOUNDS = ("__MIN", "__MAX")

_WORDS = frozenset(
    "fold folds seed run trial experiment exp replica replicate repeat repetition rep worker rank "
    "agent client node gpu device process proc job member variant config model optimizer "
    "algorithm algo method".split()
)
"""Last words of the names of such columns. Rows alone cannot tell: the batches of each epoch are
numbered as folds are."""

_NUMBERED = frozenset("id idx index number num no name".split())
"""What may stand behind them: `run_id`."""

_FEWEST_ROWS = 2
"""Rows of each run: a table of final results has one."""

Rows = NDArray[np.bool_]


def is_chart(names: Collection[str], step: str | None) -> bool:
    """Whether the columns are the runs of a chart, each named `run - metric`."""
    others = [name for name in names if name != step]
    bounded = [name for name in others if name.endswith(_BOUNDS)]
    plain = [name for name in others if not name.endswith(_BOUNDS)]
    return (
        bool(plain) and all(" - " in name for name in plain) and (bool(bounded) or step == "Step")
    )


def run_and_metric(name: str) -> tuple[str, str] | None:
    """The run and the metric of a column; None for the bounds of the line that was drawn."""
    if name.endswith(_BOUNDS):
        return None
    run, _, metric = name.rpartition(" - ")
    return run, metric


def is_list_of_runs(columns: Mapping[str, Column]) -> bool:
    """Whether each row is a run: its name, its state, and the last values of its metrics."""
    return all(name in columns and columns[name].texts for name in ("Name", "State"))


def may_tell_runs_apart(name: str) -> bool:
    """Whether a column is named as what may say which run its rows are of.

    >>> may_tell_runs_apart("Seed"), may_tell_runs_apart("run_id"), may_tell_runs_apart("seeds/s")
    (True, True, False)
    """
    words = re.findall(r"[a-z]+", name.lower())
    while len(words) > 1 and words[-1] in _NUMBERED:
        words.pop()
    return bool(words) and words[-1] in _WORDS


def runs_apart(
    columns: Mapping[str, Column], steps: Steps
) -> tuple[tuple[str, ...], dict[str, Rows]]:
    """The columns that tell runs apart, and the rows of each run, by what they say of it.

    Several such columns tell together where they can. The rows are bool, shape (rows,). Nothing,
    unless each run has the same `steps` as the others (one may end earlier), in their order.
    """
    codes: dict[str, tuple[Steps, list[str]]] = {}
    for name, column in columns.items():
        values = _values(column, len(steps)) if may_tell_runs_apart(name) else None
        if values is not None and 1 < len(values[1]) <= MOST_GROUPS:
            codes[name] = values
    for names in dict.fromkeys(chain([tuple(codes)], ((name,) for name in codes))):
        found = dict(_labelled([codes[name] for name in names], names))
        if _same_steps([steps[rows] for rows in found.values()]):
            return names, found
    return (), {}


def _values(column: Column, count: int) -> tuple[Steps, list[str]] | None:
    """Which value each row has, int64, shape (rows,), and the values; None for other columns."""
    if column.texts:
        codes = np.full(count, -1, np.int64)
        for code, rows in enumerate(column.groups.values()):
            codes[np.frombuffer(rows, np.int64)] = code
        return (codes, list(column.groups)) if (codes >= 0).all() else None
    numbers = column.values()
    if len(numbers) != count or not (numbers == np.rint(numbers)).all():
        return None
    known, codes = np.unique(numbers, return_inverse=True)
    return codes.astype(np.int64), [f"{value:.0f}" for value in known]


def _labelled(
    codes: Sequence[tuple[Steps, list[str]]], names: Sequence[str]
) -> Iterator[tuple[str, Rows]]:
    """The rows of each combination of values, as `fold=1, seed=0`; none if too many."""
    if not codes:
        return
    each = np.stack([code for code, _ in codes], axis=1)
    combined, of_row = np.unique(each, axis=0, return_inverse=True)
    if len(combined) > MOST_GROUPS:
        return
    for number, values in enumerate(combined):
        told = zip(names, codes, values, strict=True)
        label = ", ".join(f"{name}={texts[at]}" for name, (_, texts), at in told)
        yield label, of_row.reshape(-1) == number


def _same_steps(each: Sequence[Steps]) -> bool:
    """Whether several runs count the same steps, of which some may have the first part only."""
    if len(each) < 2 or min(map(len, each)) < _FEWEST_ROWS:
        return False
    longest = max(each, key=len)
    return bool(
        longest[0] < longest[-1]
        and (np.diff(longest) >= 0).all()
        and all((longest[: len(steps)] == steps).all() for steps in each)
    )
