"""What was read of training logs -> a table, or the `runs` of the JSON document."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gradlint.numbers import number, span, steps
from gradlint.report.characters import escape
from gradlint.report.event import name_of, tells
from gradlint.report.layout import Line, Table
from gradlint.report.summary import count

if TYPE_CHECKING:
    from gradlint.run_summary import RunSummary, SeriesSummary

_HEADS = ("series", "role", "points", "steps", "values", "nan/inf")
_RIGHT = (2, 5)
_INDENT = 2

_NARROWEST = 60
"""Columns of the table: steps, ranges and a role of two words in two rows beside a short name."""


def tables(runs: Sequence[RunSummary]) -> Iterator[Line | Table]:
    """For each run a line that says where it is from, its files if several, and its series."""
    for run in runs:
        yield _head(run)
        yield from (_also(path) for path in run.files if len(run.files) > 1)
        # The last column is of use only where something is not finite.
        last = None if any(series.nonfinite for series in run.series) else -1
        rows = [_row(series)[:last] for series in run.series]
        yield Table(rows, _HEADS[:last], _RIGHT, _INDENT, _NARROWEST)
        yield Line()


def document(runs: Sequence[RunSummary]) -> list[dict[str, Any]]:
    """The runs as JSON has them; the range of a series with no finite value is null."""
    return [
        {
            "name": run.name,
            "path": run.path,
            "files": list(run.files),
            "format": run.format,
            "part": run.part,
            "points": run.points,
            "axis": run.axis,
            "first_step": run.first_step,
            "last_step": run.last_step,
            "series": [_described(series) for series in run.series],
        }
        for run in runs
    ]


def _described(series: SeriesSummary) -> dict[str, Any]:
    return {
        "tag": series.tag,
        "role": series.role,
        "judged": series.judged,
        "points": series.points,
        "first_step": series.first,
        "last_step": series.last,
        "low": None if math.isnan(series.low) else series.low,
        "high": None if math.isnan(series.high) else series.high,
        "nonfinite": series.nonfinite,
    }


def _head(run: RunSummary) -> Line:
    facts = [] if tells(run.path, run.name) else [f"run {name_of(run.name)}"]
    if run.part > 1:
        facts.append(f"part {run.part}")
    facts += [run.format, f"{len(run.series):,} series", count(run.points, "point", "points")]
    facts.append(steps(run.first_step, run.last_step, run.axis))
    said = ", ".join(fact for fact in facts if fact)
    return Line((), [(escape(run.path), "strong"), (f": {said}", "")], [(" " * _INDENT, "")])


def _also(path: str) -> Line:
    return Line([(f"  from {escape(path)}", "")])


def _row(series: SeriesSummary) -> tuple[str, ...]:
    values = ""
    if not math.isnan(series.low):
        low, high = number(series.low), number(series.high)
        values = low if low == high else f"{low} to {high}"
    return (
        name_of(series.tag),
        escape(series.role if series.judged else f"{series.role} (not judged)"),
        f"{series.points:,}",
        span(series.first, series.last),
        values,
        f"{series.nonfinite:,}" if series.nonfinite else "",
    )
