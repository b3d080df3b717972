"""A curve -> the places where its steps go backwards, and whether that is a restart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.run import Curve, Steps, Values

DISORDER = 3
"""Points that may come late without being a restart: asynchronous writers (several ranks, an
evaluation that is logged when it is done) overtake each other by one or two records."""

_POINTS_A_RESTART = 20
"""Points that a curve has on average for each short fall if those are restarts. Jobs are restarted
after hundreds of records; several writers get in each other's way all the time."""

_MOST_FALLS = 200
"""Falls above which steps are not steps: a counter that starts again in every epoch, say."""

_LOOKBACK = 1000
"""Points before a fall in which a step is looked for that is logged again."""


@dataclass(frozen=True, slots=True)
class Fall:
    """Point `index` of `tag` goes back to step `after`, from `before`, on its `axis`.

    It happened after the position `since` and not later than `until` (see `positions`).
    """

    tag: str
    axis: str
    index: int
    before: int
    after: int
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Falls:
    """The falls of one curve; `countless` where there are too many of them to be restarts."""

    falls: tuple[Fall, ...]
    countless: bool = False


def positions(curve: Curve) -> NDArray[np.float64]:
    """Where in the log each point stands: its line, else its time, else its number.

    float64, shape (n,), never falling. Comparable between the curves of one run.
    """
    if curve.records is not None:
        return np.maximum.accumulate(curve.records).astype(np.float64)
    if curve.walls is not None and len(curve) and not np.isnan(curve.walls).all():
        walls = np.fmax.accumulate(curve.walls)
        return np.nan_to_num(walls, nan=-np.inf)
    return np.arange(len(curve), dtype=np.float64)


def cadence(steps: Steps) -> int:
    """The usual distance of two steps, at least 1."""
    ahead = steps[1:] > steps[:-1]
    if not ahead.any():
        return 1
    # Differences of any int64 fit into uint64.
    gaps = steps[1:][ahead].astype(np.uint64) - steps[:-1][ahead].astype(np.uint64)
    return max(1, int(np.median(gaps)))


def falls_of(curve: Curve) -> Falls:
    """Where the steps of `curve` go back and do not return at once."""
    steps = curve.steps
    down = np.flatnonzero(steps[1:] < steps[:-1]) + 1
    if not len(down):
        return Falls(())
    if len(down) > max(_MOST_FALLS, len(steps) // _POINTS_A_RESTART):
        return Falls((), countless=_is_deep(steps))
    where = positions(curve)
    falls: list[Fall] = []
    begin, seen, short, highest = 0, 0, 0, int(steps[0])
    for index in map(int, down):
        highest = max(highest, int(steps[seen:index].max()))
        seen = index
        ahead = steps[index : index + DISORDER + 1]
        back = np.flatnonzero(ahead > highest)
        late = int(back[0]) if len(back) else len(ahead)
        former = slice(max(begin, index - _LOOKBACK), index)
        if late <= DISORDER:
            repeated = np.isin(ahead[:late], steps[former]).any()
            from_start = not len(back) and ahead.min() <= steps[former].min()
            if not repeated and not from_start:
                continue  # a late point has a step of its own
            short += bool(len(back))
        if _is_echo(curve, former, index, highest) and not _is_whole(curve, begin, index):
            continue
        falls.append(
            Fall(
                curve.tag,
                curve.axis,
                index,
                before=int(steps[index - 1]),
                after=int(steps[index]),
                since=float(where[index - 1]),
                until=float(where[index]),
            )
        )
        begin, highest = index, int(steps[index])
    if len(falls) > _MOST_FALLS or short * _POINTS_A_RESTART > len(steps):
        return Falls((), countless=_is_deep(steps))
    return Falls(tuple(falls))


def _is_deep(steps: Steps) -> bool:
    """Whether steps fall by more than late points do: sorting them would not mend their order."""
    depths = np.maximum.accumulate(steps).astype(np.float64) - steps
    return float(np.median(depths[depths > 0])) > DISORDER * cadence(steps)


def _is_echo(curve: Curve, former: slice, index: int, highest: int) -> bool:
    """Whether all points from `index` until the steps go on are copies, as other ranks write.

    Those copy all that there is; what begins anew before that was a run of the same seed.
    """
    steps = curve.steps[index : index + _LOOKBACK]
    on = np.flatnonzero((steps > highest) | np.concatenate(([False], steps[1:] < steps[:-1])))
    if len(on) and steps[on[0]] <= highest and steps[on[0] - 1] < highest:
        return False
    steps = steps[: on[0]] if len(on) else steps
    values = curve.values[index : index + len(steps)]
    for some in (slice(DISORDER), slice(DISORDER, None)):  # the first few tell nearly always
        same = curve.steps[former] == steps[some, None]
        same &= _equal(curve.values[former], values[some, None])
        if not same.any(axis=1).all():
            return False
    return True


def _is_whole(curve: Curve, begin: int, index: int) -> bool:
    """Whether all steps since `begin` come again at `index`, and none goes on from there.

    That is a second run of the same settings. Ranks print in turn, if not into files of their own,
    as those of events are.
    """
    former, later = curve.steps[begin:index], curve.steps[index : 2 * index - begin]
    following = curve.steps[2 * index - begin :]
    return (
        curve.records is not None
        and np.array_equal(former, later)
        and not (len(following) and following[0] > later[-1])
    )


def _equal(some: Values, others: Values) -> NDArray[np.bool_]:
    """Which values are the same, where NaN is the same as NaN."""
    equal: NDArray[np.bool_] = (some == others) | (np.isnan(some) & np.isnan(others))
    return equal
