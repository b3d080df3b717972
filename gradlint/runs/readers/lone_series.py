"""The name of a series that is alone in its file and has none there."""

from __future__ import annotations

import os
import re

from gradlint.runs.kinds import Kind
from gradlint.runs.roles.names import role_of

_SAYS_NOTHING = re.compile(r"(?:value|values|column_\d+|)")

_TAG = "-tag-"
"""Before the tag in the name of a file that TensorBoard lets one download:
`run-2024_lr3-tag-Loss_train.csv`."""


def lone_series_name(name: str, path: str) -> str:
    """The series' own `name`, or its file's if that alone says what was measured.

    >>> lone_series_name("Value", "run-a-tag-Loss_train.csv"), lone_series_name("", "points.txt")
    ('Loss_train', '')
    """
    if not _SAYS_NOTHING.fullmatch(name.strip().lower()):
        return name
    stem = os.path.basename(path.replace("\\", "/")).removesuffix(".gz")
    stem = os.path.splitext(stem)[0].rpartition(_TAG)[2]
    return stem if role_of(stem).kind is not Kind.OTHER else name
