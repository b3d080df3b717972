"""What the name of a file says of the series in it that they do not say themselves."""

from __future__ import annotations

import os
import re

from gradlint.runs.kinds import Kind
from gradlint.runs.roles.names import role_of

_SAYS_NOTHING = re.compile(r"(?:value|values|column_\d+|)")

_TAG = "-tag-"
"""Before the tag in the name of a file that TensorBoard lets one download:
`run-2024_lr3-tag-Loss_train.csv`."""


_OF_SPLIT = re.compile(
    r"(val|valid|validation|test|eval|dev)[_-]"
    r"(?:error|loss|losses|logs?|metrics?|history|results|scores?|stats)"
)
"""A file of the numbers of one split, as CatBoost's `test_error.tsv`."""


def held_out_split(path: str) -> str:
    """The split that a file is of, if its name says that it is not trained on; else nothing.

    >>> held_out_split("out/test_error.tsv"), held_out_split("test.csv")
    ('test', '')
    """
    match = _OF_SPLIT.fullmatch(_stem(path).lower())
    return match[1] if match else ""


def lone_series_name(name: str, path: str) -> str:
    """The series' own `name`, or its file's if that alone says what was measured.

    >>> lone_series_name("Value", "run-a-tag-Loss_train.csv"), lone_series_name("", "points.txt")
    ('Loss_train', '')
    """
    if not _SAYS_NOTHING.fullmatch(name.strip().lower()):
        return name
    stem = _stem(path).rpartition(_TAG)[2]
    return stem if role_of(stem).kind is not Kind.OTHER else name


def _stem(path: str) -> str:
    base = os.path.basename(path.replace("\\", "/")).removesuffix(".gz")
    return os.path.splitext(base)[0]
