"""Files of one JSON object each, numbered, which are the rows of one log.

AllenNLP writes `metrics_epoch_0.json`, `metrics_epoch_1.json` and so on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradlint.runs.readers.json.columns import add_rows
from gradlint.runs.readers.json.naming import counts, is_log
from gradlint.runs.readers.json.table import Table
from gradlint.runs.readers.json.values import number, whole_object
from gradlint.runs.readers.protocol import HEAD
from gradlint.runs.readers.run_builder import RunBuilder
from gradlint.runs.run import Problem, Reading

FORMAT = "json-rows"


def place_of_row(head: bytes) -> float | None:
    """The step or epoch of the object that a file is; None if it is no row of a log.

    `head` is the file's beginning, up to `HEAD` bytes; what is longer is no row.
    """
    row = whole_object(head) if len(head) < HEAD else None
    if row is None or not is_log(row):
        return None
    return next((number(value) for key, value in row.items() if counts(key)), None)


def read_row_files(paths: Sequence[str], directory: str, name: str) -> Reading:
    """The run whose rows are the files at `paths`, in their order."""
    table = Table()
    problems: list[Problem] = []
    for path in paths:
        try:
            with open(path, "rb") as file:
                row = whole_object(file.read(HEAD))
        except OSError as error:
            problems.append(Problem(path, f"cannot be read: {error.strerror or error}"))
            continue
        if row is None:
            problems.append(Problem(path, "is not a JSON object"))
        else:
            table.add([row], np.zeros(1, np.int64))
    builder = RunBuilder()
    add_rows(builder, table)
    return Reading([builder.build(name, directory, FORMAT)], problems)
