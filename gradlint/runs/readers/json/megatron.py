"""Golden values of Megatron: `{"lm loss": {"start_step": 1, "step_interval": 5, "values": {}}}`."""

from __future__ import annotations

import numpy as np

from gradlint.runs.readers.json.columns import printable
from gradlint.runs.readers.json.scalars import number
from gradlint.runs.readers.json.tree import Node, Numbers
from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.run import Steps


def is_golden(root: Node) -> bool:
    """Whether a document has the layout."""
    return bool(root.members) and any(map(_is_series, root.members.values()))


def _is_series(member: object) -> bool:
    if not isinstance(member, Node) or "start_step" not in member.members:
        return False
    values = member.members.get("values")
    return isinstance(values, Node) and values.numbers is not None


def add_golden(builder: RunBuilder, root: Node) -> None:
    """Add all series.

    The text "nan" is no value: it stands for an iteration that was not run, or at which the series
    was not due. (Timings are logged at every hundredth, and single values are missing elsewhere.)
    """
    for tag, member in root.members.items():
        if isinstance(member, Node) and _is_series(member):
            numbers = member.members["values"].numbers
            kept = np.ones(len(numbers.at), np.bool_)
            kept[np.frombuffer(numbers.padding, np.int64)] = False
            if kept.any():
                values = np.frombuffer(numbers.values, np.float64)
                builder.extend(printable(tag), _steps(member, numbers)[kept], values[kept])


def _steps(member: Node, numbers: Numbers) -> Steps:
    """The iteration of each value, int64, shape (values,)."""
    at = np.frombuffer(numbers.at, np.int64)
    if not member.members["values"].listed:
        return at
    start, interval = (number(member.members.get(key)) for key in ("start_step", "step_interval"))
    whole = [n if n is not None and abs(n) < 2**53 else d for n, d in ((start, 0), (interval, 1))]
    return int(whole[0]) + at * int(whole[1])
