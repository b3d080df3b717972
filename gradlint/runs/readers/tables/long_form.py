"""Tables whose rows say what they are of: of which series, in long form, or of which split."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradlint.runs.readers.row_splits import may_name_split, split_named
from gradlint.runs.readers.tables.columns import Column, Table
from gradlint.runs.readers.tables.steps import rank
from gradlint.runs.roles.names import role_of

_NAMES = frozenset("metric metrics metricname key tag name series scalar".split())
_VALUES = frozenset("value values metricvalue".split())
_RUNS = frozenset("run runid runname runhash runuuid experimentkey".split())
_CONTEXTS = frozenset("runcontext context metriccontext split subset phase stage mode".split())
"""The names of the columns, without what is not a letter."""

_APART = "\0"
"""Between a run and a series in the name of a column; no text of a table has it."""


@dataclass(frozen=True, slots=True)
class LongForm:
    """Where the cells of a row stand; None for what it has not."""

    name: int
    value: int
    run: int | None
    context: int | None

    def column(self, cells: Sequence[str]) -> str | None:
        """The name of the column that the value of a row belongs to; None if it names none."""
        name = cells[self.name].strip()
        if not name:
            return None
        context = "" if self.context is None else _context(cells[self.context])
        if context and not role_of(name).split:
            name = f"{context}/{name}"
        run = "" if self.run is None else cells[self.run].strip()
        return f"{run}{_APART}{name}"


def find_long_form(header: Sequence[str]) -> LongForm | None:
    """The long form of a table with this header; None if it has not, or counts nothing."""
    letters = [re.sub(r"[^a-z]", "", name.lower()) for name in header]
    name, value, run, context = (
        next((at for at, word in enumerate(letters) if word in words), None)
        for words in (_NAMES, _VALUES, _RUNS, _CONTEXTS)
    )
    if name is None or value is None or not any(map(rank, header)):
        return None
    return LongForm(name, value, run, context)


def run_and_series(column: str) -> tuple[str, str] | None:
    """The run and the series of a column; None for one that is no series but counts rows."""
    run, mark, name = column.rpartition(_APART)
    return (run, name) if mark else None


def by_split(table: Table, series: dict[str, Column]) -> dict[str, Column]:
    """The series, each split into those of training and of validation where a column tells these.

    `epoch,phase,loss` with rows of `train` and `val` has two losses. A name that has a split
    already (`val_loss`) stays. The column has to name a split in every row.
    """
    for name, column in table.columns.items():
        splits = list(map(split_named, column.groups))
        if splits and all(splits) and column.texts == table.rows and may_name_split(name):
            break
    else:
        return series
    found: dict[str, Column] = {}
    for split in dict.fromkeys(splits):
        chosen = np.zeros(table.rows, np.bool_)
        for text, rows in column.groups.items():
            if split_named(text) == split:
                chosen[np.frombuffer(rows, np.int64)] = True
        for tag, whole in series.items():
            part = whole.within(chosen)
            if role_of(tag).split:
                found[tag] = whole
            elif len(part):
                found[f"{split}/{tag}"] = part
    return found


def _context(cell: str) -> str:
    """`train`, also where it is a JSON object such as `{"subset": "train"}`."""
    cell = cell.strip()
    if not cell.startswith("{"):
        return cell
    try:
        facts = json.loads(cell.replace("'", '"'))
    except (ValueError, RecursionError):
        return ""
    return "/".join(str(value) for value in facts.values())
