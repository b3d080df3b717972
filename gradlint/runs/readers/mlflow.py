"""A run directory of MLflow's local file store -> its reading.

metrics/train/loss   a line each: milliseconds, value[, step[, dataset, digest]]
params/, tags/       one text a file
meta.yaml            the run's name and times
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator

import numpy as np

from gradlint.runs.readers.protocol import LONGEST_LINE, MOST_SERIES, too_many_series
from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.run import Problem, Reading

_MOST_TEXTS = 200
"""Parameters and tags kept; MLflow's autologging writes about 60."""

_LONGEST_TEXT = 500
"""Characters kept of one; MLflow itself cuts parameters at 6000."""

_DEEPEST = 32
"""Folders within folders: a metric's name has at most 250 characters."""

_NAME_TAG = "mlflow.runName"


def read_mlflow_run(directory: str, name: str) -> Reading:
    """The run in `directory`, which holds `metrics`; `name` is used if it has none of its own.

    Metrics logged without a step all have step 0: the steps of such a one are its points' ordinals.
    """
    builder = RunBuilder()
    problems: list[Problem] = []
    metrics = os.path.join(directory, "metrics")
    for read, path in enumerate(_files(metrics, problems)):
        if read >= MOST_SERIES:
            problems.append(too_many_series(metrics, "some were"))
            break
        tag = os.path.relpath(path, metrics).replace(os.sep, "/")
        _read_metric(builder, path, tag, problems)
    for folder in ("params", "tags"):
        _read_texts(builder, os.path.join(directory, folder))
    if builder.empty:
        return Reading([], problems)
    own = builder.metadata.get(_NAME_TAG) or _name_in(os.path.join(directory, "meta.yaml"))
    if own:
        builder.metadata.setdefault(_NAME_TAG, own)
    return Reading([builder.build(own or name, directory, "mlflow")], problems)


def _files(folder: str, problems: list[Problem] | None, depth: int = 0) -> Iterator[str]:
    """The files below a folder, sorted; links to folders are not followed."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        if problems is not None:
            problems.append(Problem(folder, f"cannot be read: {error.strerror or error}"))
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if depth < _DEEPEST:
                yield from _files(entry.path, problems, depth + 1)
        elif not entry.name.startswith("."):
            yield entry.path


def _read_metric(builder: RunBuilder, path: str, tag: str, problems: list[Problem]) -> None:
    walls, values, steps, records = array("d"), array("d"), array("q"), array("q")
    bad = lost = first = 0
    try:
        with open(path, "rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE):
                number += 1
                point = _point(line)
                if point is not None:
                    walls.append(point[0])
                    values.append(point[1])
                    steps.append(point[2])
                    records.append(number)
                elif line.strip():
                    bad, lost, first = bad + 1, lost + len(line), first or number
                    if not line.endswith(b"\n") and len(line) < LONGEST_LINE:
                        problems.append(
                            Problem(path, "the last line is not complete", number, partial=True)
                        )
                        bad, lost = bad - 1, lost - len(line)
    except OSError as error:
        problems.append(Problem(path, f"cannot be read: {error.strerror or error}"))
    if bad:
        one = "1 line is not an MLflow metric"
        message = one if bad == 1 else f"{bad} lines are not MLflow metrics"
        problems.append(Problem(path, message, first, lost=lost))
    if not values:
        return
    at = np.frombuffer(steps, np.int64)
    stepless = len(at) > 1 and not at.any()
    builder.add(
        tag,
        np.arange(len(at), dtype=np.int64) if stepless else at,
        np.frombuffer(values, np.float64),
        walls=np.frombuffer(walls, np.float64),
        records=np.frombuffer(records, np.int64),
        axis="row" if stepless else "step",
    )


def _point(line: bytes) -> tuple[float, float, int] | None:
    """Seconds, value and step of one line; None if it is not a point."""
    fields = line.split()
    # A last line without a newline may lack the end of its step.
    if len(fields) not in (2, 3, 5) or (not line.endswith(b"\n") and len(fields) != 3):
        return None
    try:
        wall, value = int(fields[0]) / 1000, float(fields[1])
        step = int(fields[2]) if len(fields) > 2 else 0
    except (ValueError, OverflowError):
        return None
    return wall, value, max(min(step, 2**63 - 1), -(2**63))


def _read_texts(builder: RunBuilder, folder: str) -> None:
    for path in _files(folder, None):
        if len(builder.metadata) >= _MOST_TEXTS:
            return
        key = os.path.relpath(path, folder).replace(os.sep, "/")
        text = _beginning(path).strip()
        if text:
            builder.metadata.setdefault(key, text[:_LONGEST_TEXT])


def _name_in(path: str) -> str:
    for line in _beginning(path).splitlines():
        key, _, value = line.partition(":")
        if key == "run_name":
            return value.strip().strip("'\"")
    return ""


def _beginning(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(16_384).decode("utf-8", "replace")
    except OSError:
        return ""
