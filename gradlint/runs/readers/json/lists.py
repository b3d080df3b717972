"""Objects of lists of numbers: Keras histories, sacred's metrics, Megatron's, a list of losses."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np

from gradlint.runs.readers.file_names import lone_series_name
from gradlint.runs.readers.json.columns import printable
from gradlint.runs.readers.json.naming import EPOCH_KEYS, STEP_KEYS, measures, named_as_log, plain
from gradlint.runs.readers.json.tree import Node, Numbers
from gradlint.runs.readers.json.values import number
from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.run import Steps

LONG = 8
"""Members from which a list is not a setting: schedules and per-class weights have fewer."""


def add_sacred(builder: RunBuilder, root: Node) -> bool:
    """Add series of the form `{"values": [...], "steps": [...]}`; whether there were any."""
    added = False
    for tag, member in root.members.items():
        if not isinstance(member, Node):
            continue
        values, steps = (
            _numbers(member.members.get("values")),
            _numbers(member.members.get("steps")),
        )
        if values is None or steps is None:
            continue
        _add(builder, tag, values, steps, "step")
        added = True
    return added


def add_history(builder: RunBuilder, root: Node, path: str) -> bool:
    """Add the lists of an object, and of the objects in it; whether there were any."""
    places = list(_histories(root, "", named_as_log(path)))
    for prefix, node in places:
        lists = dict(_lists(node))
        steps, axis, used = _counter(lists)
        for tag, numbers in lists.items():
            if tag != used:
                fits = steps is not None and steps.length == numbers.length
                _add(
                    builder,
                    (prefix if len(places) > 1 else "") + tag,
                    numbers,
                    steps if fits else None,
                    axis if fits else "row",
                )
    return bool(places)


def add_bare(builder: RunBuilder, root: Node, path: str) -> bool:
    """Add a list of numbers under the name of its file; whether it is a series.

    A list of integers in a file with any name is as likely a list of indexes.
    """
    numbers = root.numbers
    if numbers is None or not root.listed or len(numbers.at) < 2:
        return False
    stem = os.path.splitext(os.path.basename(path.replace("\\", "/")))[0]
    name = lone_series_name("", path) or stem
    if not (measures(name) or named_as_log(path) or numbers.stepped):
        return False
    _add(builder, name, numbers, None, "row")
    return True


def _numbers(member: object) -> Numbers | None:
    return member.numbers if isinstance(member, Node) and member.listed else None


def _lists(node: Node) -> Iterator[tuple[str, Numbers]]:
    for tag, member in node.members.items():
        if isinstance(member, Node) and member.numbers is not None and len(member.numbers.at):
            yield tag, member.numbers


def _histories(node: Node, prefix: str, log: bool) -> Iterator[tuple[str, Node]]:
    """The objects whose lists are series, and the prefix of each."""
    lists = dict(_lists(node))
    if lists and (log or any(map(measures, lists))):
        longest = max(numbers.length for numbers in lists.values())
        if longest >= LONG or 2 * len(lists) >= len(node.members):
            yield prefix, node
    for key, member in node.members.items():
        if isinstance(member, Node) and not member.listed:
            yield from _histories(member, f"{prefix}{key}/", log or measures(key))


def _counter(lists: dict[str, Numbers]) -> tuple[Numbers | None, str, str]:
    """The list that counts the steps of the others, and what it counts."""
    for keys, axis in ((STEP_KEYS, "step"), (EPOCH_KEYS, "epoch")):
        for key in keys:
            for tag, numbers in lists.items():
                if plain(tag) in (key, f"{key}s") and _whole(numbers):
                    return numbers, axis, tag
    return None, "row", ""


def _whole(numbers: Numbers) -> bool:
    values = np.frombuffer(numbers.values, np.float64)
    usable = np.isfinite(values) & (values == np.floor(values)) & (abs(values) < 2**62)
    return bool(usable.all()) and len(values) == numbers.length


def _add(builder: RunBuilder, tag: str, numbers: Numbers, steps: Numbers | None, axis: str) -> None:
    at: Steps = np.frombuffer(numbers.at, np.int64)
    if steps is not None and len(steps.values) > (at.max() if len(at) else -1) and _whole(steps):
        at = np.frombuffer(steps.values, np.float64).astype(np.int64)[at]
    elif steps is not None:
        axis = "row"
    if numbers.stepped:
        at, axis = np.frombuffer(numbers.at, np.int64), "step"
    builder.add(printable(tag), at, np.frombuffer(numbers.values, np.float64), axis=axis)


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

    The text "nan" is not a value: it stands for an iteration that was not run, or at which the
    series was not due. (Timings are logged at every hundredth, and single values are missing
    elsewhere.)
    """
    for tag, member in root.members.items():
        if isinstance(member, Node) and _is_series(member):
            numbers = member.members["values"].numbers
            kept = np.ones(len(numbers.at), np.bool_)
            kept[np.frombuffer(numbers.padding, np.int64)] = False
            if kept.any():
                values = np.frombuffer(numbers.values, np.float64)
                builder.add(printable(tag), _steps(member, numbers)[kept], values[kept])


def _steps(member: Node, numbers: Numbers) -> Steps:
    """The iteration of each value, int64, shape (values,)."""
    at = np.frombuffer(numbers.at, np.int64)
    if not member.members["values"].listed:
        return at
    start, interval = (number(member.members.get(key)) for key in ("start_step", "step_interval"))
    whole = [n if n is not None and abs(n) < 2**53 else d for n, d in ((start, 0), (interval, 1))]
    return int(whole[0]) + at * int(whole[1])
