"""What was read of training logs -> a table, or the `runs` of the JSON document."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradlint.report.event import tells
from gradlint.report.numbers import number, span, steps
from gradlint.report.summary import count
from gradlint.report.terminal import Style, escape, shortened, width, wrap

if TYPE_CHECKING:
    from gradlint.run_summary import RunSummary, SeriesSummary

_HEADS = ("series", "role", "points", "steps", "values", "nan/inf")
_RIGHT = (2, 5)
_GAP = 2
_INDENT = 2

_SHORTEST = 12
"""Columns of the name of a series at least; below that it stands on a line of its own."""


def table(runs: Sequence[RunSummary], *, columns: int, color: bool = False) -> str:
    """A block for each run: where it is from, and a line for each of its series."""
    style = Style(color=color)
    return "".join(_block(run, columns, style) + "\n" for run in runs)


def document(runs: Sequence[RunSummary]) -> list[dict[str, Any]]:
    """The runs as JSON has them; the range of a series with no finite value is null."""
    return [
        {
            "name": run.name,
            "path": run.path,
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
        "points": series.points,
        "first_step": series.first,
        "last_step": series.last,
        "low": None if math.isnan(series.low) else series.low,
        "high": None if math.isnan(series.high) else series.high,
        "nonfinite": series.nonfinite,
    }


def _block(run: RunSummary, columns: int, style: Style) -> str:
    facts = [] if tells(run.path, run.name) else [f"run {escape(run.name)}"]
    if run.part > 1:
        facts.append(f"part {run.part}")
    facts += [run.format, f"{len(run.series):,} series", count(run.points, "point", "points")]
    facts.append(steps(run.first_step, run.last_step, run.axis))
    path, said = escape(run.path), ", ".join(fact for fact in facts if fact)
    if width(f"{path}: {said}") <= columns:
        head = [f"{style.bold(path)}: {said}"]
    else:
        head = [f"{style.bold(path)}:"]
        head += [" " * _INDENT + text for text in wrap(said, columns - _INDENT)]
    rows = [_HEADS, *map(_row, run.series)]
    if not any(series.nonfinite for series in run.series):
        rows = [row[:-1] for row in rows]
    return "\n".join([*head, *_aligned(rows, columns - _INDENT, style)]) + "\n"


def _row(series: SeriesSummary) -> tuple[str, ...]:
    values = ""
    if not math.isnan(series.low):
        low, high = number(series.low), number(series.high)
        values = low if low == high else f"{low} to {high}"
    return (
        escape(series.tag),
        escape(series.role),
        f"{series.points:,}",
        span(series.first, series.last),
        values,
        f"{series.nonfinite:,}" if series.nonfinite else "",
    )


def _aligned(rows: Sequence[tuple[str, ...]], columns: int, style: Style) -> list[str]:
    """The rows as lines; names of series give way first, to the width and then to a line."""
    names = [row[0] for row in rows]
    wide = [max(map(width, cells)) for cells in zip(*rows, strict=True)]
    room = columns - sum(wide[1:]) - _GAP * (len(wide) - 1)
    apart = room < min(_SHORTEST, wide[0])
    first = min(wide[0], columns if apart else room)
    lines = []
    for index, (name, row) in enumerate(zip(names, rows, strict=True)):
        name = shortened(name, first)
        cells = [
            _padded(cell, size, column in _RIGHT)
            for column, (cell, size) in enumerate(zip(row[1:], wide[1:], strict=True), 1)
        ]
        rest = (" " * _GAP).join(cells).rstrip()
        if apart:
            pair = [" " * _INDENT + name, " " * 2 * _INDENT + rest]
        else:
            pair = [f"{' ' * _INDENT}{_padded(name, first, False)}{' ' * _GAP}{rest}"]
        lines += pair if index else [style.frame(line) for line in pair]
    return lines


def _padded(text: str, size: int, right: bool) -> str:
    space = " " * max(size - width(text), 0)
    return space + text if right else text + space
