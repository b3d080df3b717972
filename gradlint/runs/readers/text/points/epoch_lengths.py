"""Positions within epochs -> steps over all epochs, each of which has batches of its own number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradlint.runs.readers.text.points.pending_points import NONE, Ints, Marks

LONGEST_EPOCH = 2**31 - 1
"""Batches of an epoch, so that the product of two such numbers fits into int64."""

_MOST_EPOCHS = 2**31 - 1
"""Epochs, for the same reason."""

_FARTHEST = 2**62
"""Steps are clamped here, so that their sums and differences stay within int64."""


@dataclass(frozen=True, slots=True)
class Epochs:
    """The passes over the data of one rank, in the order of the log.

    An epoch that is begun again, by a run that was resumed or appended, has several passes. The
    columns are int64, shape (passes,).

    Attributes:
        rows: the row with which each begins.
        numbers: its epoch.
        begins: the steps before that epoch.
        lengths: the batches of it.
        first: the number of the first epoch, 0 or 1.
        counted: whether the log has no epochs, and the passes were counted.
    """

    rows: Ints
    numbers: Ints
    begins: Ints
    lengths: Ints
    first: int
    counted: bool

    def joined(self, rows: Ints, epoch: Ints, at: Ints) -> Ints:
        """The step over all epochs of each position `at`; an unknown epoch counts as the first."""
        here = self._passes(rows, epoch)
        known = np.clip(np.where(epoch == NONE, self.first, epoch), 0, _MOST_EPOCHS)
        begins = self.begins[here] + (known - self.numbers[here]) * self.lengths[here]
        return np.clip(begins, 0, _FARTHEST) + np.clip(at, -_FARTHEST, _FARTHEST)

    def lengths_at(self, rows: Ints, epoch: Ints) -> Ints:
        """The batches of the epoch that each row is of; int64, shape (rows,)."""
        return self.lengths[self._passes(rows, epoch)]

    def _passes(self, rows: Ints, epoch: Ints) -> Ints:
        """Which pass each row is of, or comes after."""
        if self.counted:
            found = np.searchsorted(self.numbers, epoch, side="right")
        else:
            found = np.searchsorted(self.rows, rows, side="right")
        return np.maximum(found - 1, 0)


def epochs_of(marks: Marks, rows: Ints, first: int) -> Epochs:
    """The passes that `rows` tell of, which are those of the training, in their order."""
    step, total = marks.step[rows], marks.total[rows]
    epoch = np.clip(marks.epoch[rows], NONE, _MOST_EPOCHS)
    counted = bool((epoch == NONE).any())
    epoch = passes_counted(marks, rows) if counted else np.maximum(epoch, 0)
    printed = total > 0
    other, onwards = np.diff(total) != 0, np.diff(step) > 0
    cut = (np.diff(epoch) != 0) | (other & ~onwards)
    cut |= (np.diff(step) < 0) & ~printed[1:]
    # A total that is corrected while the steps of an epoch rise was a guess, as all of them may be.
    guessed = bool((other & onwards & ~cut).any())
    at = np.flatnonzero(np.append(True, cut))
    numbers = epoch[at]
    if printed.all() and not guessed:
        tops = np.maximum.reduceat(np.maximum(step, total), at)
        lengths = np.clip(tops, 1, LONGEST_EPOCH)
    else:
        lengths = _lengths_by_run(marks, rows, at, numbers)
    begins = _begins(numbers.tolist(), lengths.tolist(), 0 if counted else first)
    return Epochs(rows[at], numbers, begins, lengths, first, counted)


def passes_counted(marks: Marks, rows: Ints) -> Ints:
    """The number, from 0, of the pass that each row is of, as positions that begin anew tell."""
    at = marks.step[rows]
    again = np.diff(at) < 0
    same = np.diff(at) == 0
    again |= same & (at[1:] >= length_of(marks, rows)) & (np.diff(marks.record[rows]) > 0)
    return np.concatenate(([0], np.cumsum(again)))


def length_of(marks: Marks, rows: Ints) -> int:
    """Batches of an epoch: as printed, or else as the largest that was seen tells.

    A loader may give more than its length says (`i=843/530`).
    """
    total = int(marks.total[rows].max(initial=0))
    if total > 0:
        return min(max(total, int(marks.step[rows].max())), LONGEST_EPOCH)
    at = np.unique(marks.step[rows])
    if not len(at):
        return 1
    # From 0 in steps of 100 up to 900 there are 1,000; from 300 in steps of 300 up to 600, 600.
    after = int(np.diff(at).min(initial=2**31)) if at[0] == 0 and len(at) > 1 else int(at[0] == 0)
    return min(max(int(at[-1]) + after, 1), LONGEST_EPOCH)


def _lengths_by_run(marks: Marks, rows: Ints, at: Ints, numbers: Ints) -> Ints:
    """The length of each pass where none is printed for certain: that of its run's longest.

    A run that was appended begins again with the epoch and the step of the one before it.
    """
    begun = marks.step[rows[at]]
    runs = [0]
    for one in np.flatnonzero(np.diff(numbers) <= 0) + 1:
        since = runs[-1]
        fell = numbers[one] < numbers[one - 1] or begun[one] <= begun[since]
        if fell and numbers[one] <= numbers[since]:
            runs.append(int(one))
    lengths = np.empty(len(at), np.int64)
    for since, until in zip(runs, [*runs[1:], len(at)], strict=True):
        end = at[until] if until < len(at) else len(rows)
        lengths[since:until] = length_of(marks, rows[at[since] : end])
    return lengths


def _begins(numbers: list[int], lengths: list[int], first: int) -> Ints:
    """The steps before the epoch of each pass.

    An epoch has the batches of the pass that the next one begins with, if it has such a pass, too:
    others may follow in each epoch, and a run that was resumed may have other batches than before.
    """
    begins: list[int] = []
    known: dict[int, int] = {}
    former, batches = None, {0}
    for number, length in zip(numbers, lengths, strict=True):
        if former is not None and number > former:
            gone = length if length in batches else max(batches)
            known[number] = known[former] + (number - former) * gone
        elif number not in known:
            known[number] = (number - first) * length
        if number != former:
            batches = set()
        batches.add(length)
        former = number
        known[number] = min(max(known[number], 0), _FARTHEST)
        begins.append(known[number])
    return np.array(begins, np.int64)
