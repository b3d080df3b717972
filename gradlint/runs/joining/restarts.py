"""A run whose steps go backwards -> the runs that it consists of, each with rising steps.

Three things look alike. A second run that was appended to the same log begins again near the first
step: it becomes a run of its own. A run that resumed from a checkpoint goes back part of the way:
what it logs again supersedes what it had logged. Points that are merely late, because several
processes write one log, are put in their place. Readers know nothing of this; the rules rely on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.joining.step_falls import DISORDER, Fall, cadence, falls_of, positions
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve, Message, Restart, Run

_DENSE = 0.5
"""Share of the densest curve's points that a curve needs to speak for the whole run. A final
evaluation of the best checkpoint, logged at that checkpoint's step, is not a restart."""


_TABLES = frozenset(("csv", "json", "jsonl"))
"""Formats whose rows may have been sorted."""

_NEWEST_FIRST = 2
"""Falls of the steps of a series, where none rises, that tell a table sorted the other way: two
restarts in a row, each after a single record, are less likely."""

_PARTS_OF_AN_EPOCH = 10_000
"""Steps that a fractional epoch is counted in: Transformers prints at most four decimals."""

_MOST_EPOCHS = 1e9
"""Epochs above which they are something else; the steps must fit into int64."""


@dataclass(slots=True)
class _Event:
    """Falls of several curves that are one event: all of them can have happened at `until`."""

    until: float
    falls: list[Fall] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)


def separated(run: Run) -> list[Run]:
    """The runs that `run` consists of; `[run]` itself if its steps rise, as they nearly always do.

    No point is lost but those which a resumed run logged again (a non-finite one only if the
    resumed run got past its step) and copies of one point that several ranks wrote.
    """
    run = _oldest_first(run)
    counted = _by_epochs(run)
    if counted is not None:
        parts = separated(counted)
        cut = len(parts) > 1 or parts[0].restarts
        epochs = {tag for tag, curve in run.curves.items() if curve.axis == "epoch"}
        return [_in_rows(part, epochs) for part in parts] if cut else [run]
    falls: list[Fall] = []
    unsteady: set[str] = set()
    for curve in run.curves.values():
        found = falls_of(curve)
        falls += found.falls
        if found.countless:
            unsteady.add(curve.tag)
    events, others = _events(run, falls)
    unsteady |= others
    if not _counts(run):
        unsteady |= {curve.tag for curve in run.curves.values() if curve.axis == "step"}
    parts = _Parts(run, events).runs() if events else [run]
    return [_ordered(part, unsteady) for part in parts]


def _oldest_first(run: Run) -> Run:
    """A table whose steps fall throughout, which is sorted the other way, in order of its steps.

    A program that prints as it goes on counts upwards, or counts what remains.
    """
    each = [it.steps for it in run.curves.values() if it.axis != "row" and len(it) > 1]
    if run.format not in _TABLES or any(steps[0] < steps[-1] for steps in each):
        return run
    ways = [np.diff(steps) for steps in each]
    falls = max((int(np.count_nonzero(way)) for way in ways), default=0)
    if falls < _NEWEST_FIRST or any((way > 0).any() for way in ways):
        return run
    turned = {curve.tag: _taken(curve, slice(None, None, -1)) for curve in run.curves.values()}
    return replace(run, curves=turned)


def _by_epochs(run: Run) -> Run | None:
    """A run that numbers nothing but epochs, with these as steps; None if they never fall.

    `{'loss': 2.97, 'epoch': 0.01}` counts only there, in fractions; what is printed at the end of
    an epoch may be numbered by it.
    """
    curves = run.curves.values()
    clock = next((it for it in curves if it.role.metric == "epoch" and len(it) > 1), None)
    if clock is None or clock.records is None or clock.axis != "row":
        return None
    if any(it.axis == "step" for it in curves):
        return None
    if not clock.finite.all() or not (np.diff(clock.values) < 0).any():
        return None
    epochs = np.clip(clock.values, 0.0, _MOST_EPOCHS) * _PARTS_OF_AN_EPOCH
    steps = np.rint(epochs).astype(np.int64)
    counted = dict(run.curves)
    for curve in curves:
        if curve.axis == "epoch":
            whole = np.clip(curve.steps, 0, int(_MOST_EPOCHS)) * _PARTS_OF_AN_EPOCH
            counted[curve.tag] = replace(curve, steps=whole)
        elif curve.records is not None:
            at = np.minimum(np.searchsorted(clock.records, curve.records), len(clock) - 1)
            if (clock.records[at] == curve.records).all():
                counted[curve.tag] = replace(curve, steps=steps[at], axis="epoch")
    return replace(run, curves=counted)


def _in_rows(run: Run, epochs: Set[str]) -> Run:
    """The run that was counted by its epochs, with each series numbered by its rows again.

    Those that were numbered by their `epochs` are so again, too.
    """
    curves: dict[str, Curve] = {}
    for tag, curve in run.curves.items():
        if tag in epochs:
            steps, axis = curve.steps // _PARTS_OF_AN_EPOCH, "epoch"
        else:
            steps, axis = np.arange(len(curve), dtype=np.int64), "row"
        curves[tag] = replace(curve, steps=steps, axis=axis)
    restarts = tuple(
        replace(
            restart,
            before=restart.before // _PARTS_OF_AN_EPOCH,
            after=restart.after // _PARTS_OF_AN_EPOCH,
        )
        for restart in run.restarts
    )
    return replace(run, curves=curves, restarts=restarts)


def _counts(run: Run) -> bool:
    """Whether the log counts at all; if not, all points of a curve are at the same step."""
    long = [curve.steps for curve in run.curves.values() if len(curve) > 1]
    return not long or any(steps.min() < steps.max() for steps in long)


def _events(run: Run, falls: Iterable[Fall]) -> tuple[list[_Event], set[str]]:
    """The restarts of the run in order, and the curves that fall for themselves.

    The falls that are one event are put together; only what concerns the run is a restart of it.
    """
    together = _together(falls)
    sizes = [len(c) for c in run.curves.values() if c.role.kind is not Kind.CLOCK]
    dense = [c for c in run.curves.values() if len(c) >= _DENSE * max(sizes, default=0)]
    epochs = [curve for curve in dense if curve.role.metric == "epoch"]
    restarts: list[_Event] = []
    alone: Counter[str] = Counter()
    for event in together:
        if not _concerns_run(event, dense):
            alone.update(event.tags)
        elif _within_epoch(epochs, event):
            alone.update(dict.fromkeys(event.tags, DISORDER + 1))
        else:
            restarts.append(event)
    return restarts, {tag for tag, count in alone.items() if count > DISORDER}


def _together(falls: Iterable[Fall]) -> list[_Event]:
    events: list[_Event] = []
    for fall in sorted(falls, key=lambda fall: (fall.until, fall.index)):
        last = events[-1] if events else None
        # Falls come by their end, so those that overlap have the first one's end in common. Within
        # one line, their order tells.
        apart = last is None or (fall.since >= last.until and fall.since < fall.until)
        if last is None or apart or fall.tag in last.tags:
            last = _Event(fall.until)
            events.append(last)
        last.falls.append(fall)
        last.tags.add(fall.tag)
    return events


def _concerns_run(event: _Event, dense: Sequence[Curve]) -> bool:
    """Whether it is the training that goes back: its loss, if there is one, or what is dense."""
    axes = {fall.axis for fall in event.falls}
    trained = {curve.tag for curve in dense if curve.axis in axes and _is_training_loss(curve)}
    return bool(event.tags & (trained or {curve.tag for curve in dense}))


def _is_training_loss(curve: Curve) -> bool:
    return curve.role.kind is Kind.LOSS and curve.role.trained_on


def _within_epoch(epochs: Sequence[Curve], event: _Event) -> bool:
    """Whether the steps are counted anew in every epoch: the epochs go on where they fall."""
    for curve in epochs:
        where = positions(curve)
        at = int(np.searchsorted(where, event.until))
        if 0 < at < len(curve) and curve.values[at] > curve.values[at - 1]:
            return True
    return False


class _Parts:
    """Cuts all curves of a run at its restarts."""

    def __init__(self, run: Run, events: Sequence[_Event]) -> None:
        self._run = run
        self._events = events
        fell = {tag for event in events for tag in event.tags}
        first = min(float(positions(run.curves[tag])[0]) for tag in fell)
        self._cuts = {tag: _cuts(curve, events, first) for tag, curve in run.curves.items()}
        self._kept = {tag: np.ones(len(curve), bool) for tag, curve in run.curves.items()}

    def runs(self) -> list[Run]:
        """One run for each part; part 2 begins where the first appended run does."""
        found: list[Run] = []
        first = 0
        restarts: list[Restart] = []
        for number, event in enumerate(self._events, 1):
            fall = self._primary(event)
            if self._begins_anew(fall, first, number):
                found.append(self._part(first, number, restarts, len(found) + 1))
                first, restarts = number, [self._restart(fall, appended=True)]
            else:
                dropped = self._supersede(fall, first, number)
                restarts.append(self._restart(fall, appended=False, dropped=dropped))
        found.append(self._part(first, len(self._events) + 1, restarts, len(found) + 1))
        return found

    def _primary(self, event: _Event) -> Fall:
        """The fall that stands for the event: of the curve with the most points."""
        return max(event.falls, key=lambda fall: len(self._run.curves[fall.tag]))

    def _begins_anew(self, fall: Fall, first: int, number: int) -> bool:
        """Whether the steps fall back to where the part began, give or take one record.

        A run that logs more rarely than the one before has its first record later, too.
        """
        steps = self._run.curves[fall.tag].steps
        cuts = self._cuts[fall.tag]
        former, later = steps[cuts[first] : fall.index], steps[fall.index : cuts[number + 1]]
        record = max(cadence(former), cadence(later))
        return len(former) > 0 and fall.after <= int(former.min()) + record

    def _supersede(self, fall: Fall, first: int, number: int) -> int:
        """Drop what was logged from the restart's step on, where the curve is logged again."""
        axis = self._run.curves[fall.tag].axis
        dropped = 0
        for tag, curve in self._run.curves.items():
            cuts = self._cuts[tag]
            again = curve.steps[cuts[number] : cuts[number + 1]]
            if not len(again):
                continue
            own = int(again[0])
            since = min(own, fall.after) if curve.axis == axis else own
            former = slice(cuts[first], cuts[number])
            steps, kept = curve.steps[former], self._kept[tag][former]
            stale = kept & (steps >= since) & (curve.finite[former] | (steps <= again.max()))
            kept[stale] = False
            dropped += int(stale.sum())
        return dropped

    def _restart(self, fall: Fall, *, appended: bool, dropped: int = 0) -> Restart:
        line = self._run.curves[fall.tag].line(fall.index)
        return Restart(line, fall.before, fall.after, appended, dropped, fall.axis)

    def _part(self, first: int, end: int, restarts: list[Restart], number: int) -> Run:
        """The run from cut `first` to cut `end`."""
        curves: dict[str, Curve] = {}
        for tag, curve in self._run.curves.items():
            begin, stop = self._cuts[tag][first], self._cuts[tag][end]
            if begin < stop:
                kept = self._kept[tag][begin:stop]
                curves[tag] = _taken(curve, slice(begin, stop), None if kept.all() else kept)
        name = self._run.name if number == 1 else f"{self._run.name}#{number}"
        messages = tuple(self._messages(first, end))
        return replace(
            self._run,
            name=name,
            curves=curves,
            messages=messages,
            restarts=tuple(restarts),
            part=number,
        )

    def _messages(self, first: int, end: int) -> Iterable[Message]:
        begin = self._events[first - 1].until if first else -np.inf
        stop = self._events[end - 1].until if end <= len(self._events) else np.inf
        return (message for message in self._run.messages if begin <= message.line < stop)


def _cuts(curve: Curve, events: Sequence[_Event], first: float) -> list[int]:
    """Indices at which the curve is cut: 0, one for each event, its length.

    `first` is the position of the first point of all curves that fell.
    """
    where = positions(curve)
    own = {
        id(event): fall.index for event in events for fall in event.falls if fall.tag == curve.tag
    }
    cuts = [0]
    for event in events:
        index = own.get(id(event))
        if index is None:
            index = _cut_between(curve, where, event, first)
        cuts.append(max(index, cuts[-1]))
    return [*cuts, len(curve)]


def _cut_between(curve: Curve, where: NDArray[np.float64], event: _Event, first: float) -> int:
    """The first point of a curve that did not fall itself, but stands behind the restart.

    What was logged since the last record before it, and before the first one that fell, may be of
    either side: `step 400: val loss` comes before the `iter 400: loss` that goes back. Its own step
    tells, on the axis of a curve that fell; else it heads each run if it stood before the `first`
    point of such a curve, as what is set for a run does.
    """
    until = int(np.searchsorted(where, event.until, side="left"))
    former = [fall.before for fall in event.falls if fall.axis == curve.axis]
    since = max(fall.since for fall in event.falls)
    begin = int(np.searchsorted(where, since, side="right"))
    if not former:
        return begin if len(where) and where[0] < first else until
    back = np.flatnonzero(curve.steps[begin:until] < min(former))
    return begin + int(back[0]) if len(back) else until


def _ordered(run: Run, unsteady: set[str]) -> Run:
    """The run with its late points in place, and several ranks' copies of a point as one."""
    curves = {tag: _steadied(curve, tag in unsteady) for tag, curve in run.curves.items()}
    if all(curves[tag] is run.curves[tag] for tag in curves):
        return run
    return replace(run, curves=curves)


def _steadied(curve: Curve, unsteady: bool) -> Curve:
    if unsteady:
        # Whatever its steps count, it is not the progress of the run: number its points.
        return replace(curve, steps=np.arange(len(curve), dtype=np.int64), axis="row")
    steps = curve.steps
    if (steps[1:] < steps[:-1]).any():
        curve = _taken(curve, np.argsort(steps, kind="stable"))
    copies = _copies(curve)
    return curve if copies is None else _taken(curve, ~copies)


def _copies(curve: Curve) -> NDArray[np.bool_] | None:
    """Which points repeat the one before: bool, shape (n,); None if none does.

    Only on an axis of steps: per-batch logs that count in epochs repeat both in earnest.
    """
    if curve.axis != "step" or len(curve) < 2:
        return None
    same = curve.steps[1:] == curve.steps[:-1]
    if not same.any():
        return None
    before, after = curve.values[:-1], curve.values[1:]
    same &= (before == after) | (np.isnan(before) & np.isnan(after))
    return np.concatenate(([False], same)) if same.any() else None


_T = TypeVar("_T", bound=np.generic)
_Selection = slice | NDArray[np.intp] | NDArray[np.bool_]


def _taken(curve: Curve, which: _Selection, kept: NDArray[np.bool_] | None = None) -> Curve:
    """The chosen points of a curve, in the order chosen."""

    def taken(array: NDArray[_T]) -> NDArray[_T]:
        return array[which] if kept is None else array[which][kept]

    return replace(
        curve,
        steps=taken(curve.steps),
        values=taken(curve.values),
        walls=None if curve.walls is None else taken(curve.walls),
        records=None if curve.records is None else taken(curve.records),
    )
