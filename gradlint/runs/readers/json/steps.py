"""The columns of a table -> the step of each row, and what the steps count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.json.naming import (
    EPOCH_KEYS,
    ROUND_KEYS,
    STEP_KEYS,
    counter_of,
    counts,
    measures,
    plain,
)
from gradlint.runs.readers.json.table import Table
from gradlint.runs.run import Steps, Values

REPEATS = 0.25
"""Share of points with the epoch of the point before above which epochs are not steps, because rows
are logged within the epoch: with one row an epoch there are none, with two it is a half."""


@dataclass
class Axis:
    """The step of each row.

    Attributes:
        steps: int64, shape (rows,).
        kind: `step`, `epoch` or `row`.
        known: bool, shape (rows,): False where the step is that of the row before.
        epochs: int64, shape (rows,), the epoch of each row, -1 where it has none; None if the
            table has no whole epochs.
        used: the tags that are the steps, and so are not series themselves.
    """

    steps: Steps
    kind: str
    known: NDArray[np.bool_]
    epochs: Steps | None
    used: frozenset[str]


def axis_of(table: Table) -> Axis:
    """The steps of a table's rows: a counter's, else epochs or episodes, else the ordinals."""
    epoch_tag, epoch = _epoch(table)
    whole = None if epoch is None else _whole(epoch)
    counters = _counters(table)
    if counters:
        return _by_counter(table, counters, epoch, whole)
    ordinals = np.arange(table.count, dtype=np.int64)
    if epoch is not None and whole is not None and not _repeats(table, epoch):
        known = ~np.isnan(epoch)
        return Axis(_filled(epoch, known), "epoch", known, whole, frozenset([epoch_tag]))
    for tag in filter(_is_round, table.tags()):
        rounds = table.dense(tag)
        known = ~np.isnan(rounds)
        if _goes_on(rounds[known]) and not _repeats(table, rounds):
            return Axis(_filled(rounds, known), "step", known, None, frozenset([tag]))
    everywhere = np.ones(table.count, np.bool_)
    return Axis(ordinals, "row", everywhere, None, frozenset())


def _is_round(tag: str) -> bool:
    return plain(tag) in ROUND_KEYS


def _goes_on(values: Values) -> bool:
    """Whether whole numbers rise, and never fall but to where they began: a second run does."""
    if not len(values) or not _integral(values):
        return False
    falls = values[1:][np.diff(values) < 0]
    return bool(values.max() > values[0] and (falls == values[0]).all())


def _epoch(table: Table) -> tuple[str, Values | None]:
    named = {tag: counter_of(tag) for tag in table.tags()}
    tags = [tag for name in EPOCH_KEYS for tag in named if named[tag] == name]
    tags.sort(key=lambda tag: plain(tag) != named[tag])
    return (tags[0], table.dense(tags[0])) if tags else ("", None)


def _whole(epoch: Values) -> Steps | None:
    """Epochs as int64, -1 where there is none; None if they are fractions or not numbers."""
    there = epoch[~np.isnan(epoch)]
    if not len(there) or not _integral(there):
        return None
    return np.where(np.isnan(epoch), -1, epoch).astype(np.int64)


def _integral(values: Values) -> bool:
    return bool((np.isfinite(values) & (values == np.floor(values)) & (abs(values) < 2**62)).all())


def _counters(table: Table) -> list[tuple[str, Values]]:
    """The usable step columns, the one to prefer first."""
    found: list[tuple[bool, int, int, str, Values]] = []
    for tag in table.columns:
        name = counter_of(tag)
        if name not in STEP_KEYS:
            continue
        dense = table.dense(tag)
        dense[~np.isfinite(dense)] = np.nan
        there = dense[~np.isnan(dense)]
        if not len(there) or not _integral(there):
            continue
        if len(there) > 2 and bool((there == there[0]).all()):
            # `"step": 1` in every row is a setting, or a logger that was given no step.
            continue
        within = name != plain(tag)
        found.append((within, -len(there), STEP_KEYS.index(name), tag, dense))
    found.sort(key=lambda item: item[:4])
    return [(tag, dense) for *_, tag, dense in found]


def _by_counter(
    table: Table,
    counters: list[tuple[str, Values]],
    epoch: Values | None,
    whole: Steps | None,
) -> Axis:
    tag, steps = counters[0]
    used = frozenset([tag])
    if epoch is not None and whole is not None:
        _without_epoch_steps(steps, epoch)
        inner = _within_epochs(table, steps, epoch)
        if inner is not None:
            steps, used = inner, frozenset()
    if tag in used:
        _without_loader_steps(table, steps)
    known = ~np.isnan(steps)
    for _, values in counters[1:]:
        extra = ~np.isnan(values) & ~known
        if extra.any() and _continues(steps, known, values, extra):
            steps = np.where(extra, values, steps)
            known |= extra
    return Axis(_filled(steps, known), "step", known, whole, used)


def _without_epoch_steps(steps: Values, epoch: Values) -> None:
    """Correct rows in which `step` counts epochs, as in mmengine's validation rows.

    They are the rows without an epoch, and all of them have as step the epoch of the row before;
    they are given the step of that row.
    """
    bare = np.isnan(epoch) & ~np.isnan(steps)
    if not bare.any() or bare.all():
        return
    before = _carried(epoch)
    ahead = _carried(np.where(bare, np.nan, steps))
    at = bare & ~np.isnan(before)
    if (at == bare).all() and (steps[bare] == before[bare]).all() and (ahead > steps)[bare].any():
        steps[bare] = ahead[bare]


def _without_loader_steps(table: Table, steps: Values) -> None:
    """Correct evaluation rows whose step counts the batches of another loader.

    Old open-mmlab logs `{"mode": "val", "iter": 500}` after every evaluation: less than the step of
    training, or the same each time. They are given the training step before.
    """
    rows = np.sort(np.frombuffer(table.evaluations, np.int64))
    training = steps.copy()
    training[rows] = np.nan
    if not len(rows) or np.isnan(training).all():
        return
    own, before = steps[rows], _carried(training)[rows]
    same = len(rows) > 1 and bool((own == own[0]).all())
    wrong = ~np.isnan(before) & ((own < before) | same)
    steps[rows[wrong]] = before[wrong]


def _within_epochs(table: Table, steps: Values, epoch: Values) -> Values | None:
    """Steps that begin anew in each epoch -> steps that go on; None if they do not begin anew.

    The length of an epoch is not logged, so the largest iteration seen stands for it: the step is
    at most one logging interval an epoch too small. Other rows than those of training count the
    iterations of another loader, so they have the end of their epoch.
    """
    training = _main_rows(table)
    main = training & ~np.isnan(steps) & ~np.isnan(epoch)
    if main.sum() < 2:
        return None
    rises = np.diff(epoch[main]) > 0
    falls = np.diff(steps[main]) < 0
    if not (rises & falls).any() or (rises & ~falls).any():
        return None
    length = steps[main].max()
    begun = (epoch - epoch[main].min()) * length
    return np.where(np.isnan(epoch), np.nan, begun + np.where(training, steps, length))


def _main_rows(table: Table) -> NDArray[np.bool_]:
    """The rows of the measure that is logged most often: those of training."""
    main = np.zeros(table.count, np.bool_)
    sizes = [(len(table.columns[tag].rows), tag) for tag in _measures(table)]
    if sizes:
        most = max(size for size, _ in sizes)
        main[table.points(next(tag for size, tag in sizes if size == most))[0]] = True
    return main


def _measures(table: Table) -> list[str]:
    """The tags that are named as losses and the like; all but the counters if there are none."""
    tags = [tag for tag in table.tags() if not counts(tag)]
    return [tag for tag in tags if measures(tag)] or tags


def _continues(
    steps: Values, known: NDArray[np.bool_], values: Values, extra: NDArray[np.bool_]
) -> bool:
    """Whether a second counter fits between the steps that are known."""
    before = _carried(steps)
    after = _carried(steps[::-1])[::-1]
    low = np.where(np.isnan(before), -np.inf, before)
    high = np.where(np.isnan(after), np.inf, after)
    return bool(((values >= low) & (values <= high))[extra].all())


def _carried(values: Values) -> Values:
    """Each NaN replaced by the value before it; NaN where there is none."""
    at = np.where(np.isnan(values), -1, np.arange(len(values)))
    last = np.maximum.accumulate(at)
    return np.where(last < 0, np.nan, values[last])


def _filled(values: Values, known: NDArray[np.bool_]) -> Steps:
    """Steps as int64; a row without one has that of the row before, the first ones the next."""
    carried = _carried(np.where(known, values, np.nan))
    missing = np.isnan(carried)
    if missing.any():
        ahead = np.flatnonzero(known)
        carried[missing] = values[ahead[0]] if len(ahead) else 0
    return carried.astype(np.int64)


def _repeats(table: Table, epoch: Values) -> bool:
    """Whether epochs hold several rows of the same measure."""
    points = repeats = 0
    for tag in _measures(table):
        rows, _ = table.points(tag)
        points += len(rows)
        repeats += int((np.diff(epoch[rows]) == 0).sum())
    return repeats > REPEATS * points
