"""What is said of a run without judging it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeriesSummary:
    """What was found of one series: its role, its steps, the range of its finite values.

    `judged`: rules look at its course; of the others at no more than NaN.
    """

    tag: str
    role: str
    points: int
    first: int
    last: int
    low: float
    high: float
    nonfinite: int
    judged: bool = True


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What was found of one run; `files` are those that it was read from."""

    name: str
    path: str
    format: str
    part: int
    points: int
    axis: str
    first_step: int | None
    last_step: int | None
    series: tuple[SeriesSummary, ...]
    files: tuple[str, ...] = ()
