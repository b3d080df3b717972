"""Groups of files that were found below a directory -> those that may be one run, side by side."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from gradlint.runs.finding_files.groups import Group

_MOST = 12
"""Groups that are compared with one another, each with each. A run has up to five (an event file, a
table, a JSON log, the screen, the trainer's state); three times that is read at once at most."""


def neighbourhoods(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """The groups in their order, each with those that stand near it.

    Near is what stands in the largest folder below which no more than `_MOST` groups were found;
    where a folder itself holds more, what is called the same but for its ending. So the comparisons
    grow with the number of files, however many stand in one folder. A file that the user named
    stands alone: it is asked about that file.
    """
    groups = list(groups)
    below = Counter(folder for group in groups for folder in _folders(group))
    together: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        folders = _folders(group)
        small = [folder for folder in folders if below[folder] <= _MOST]
        if small:
            key = (small[-1], "")
        else:
            key = (group.path, "") if not folders else (folders[0], _stem(group.path))
        together.setdefault(key, []).append(group)
    for near in together.values():
        yield from [near] if len(near) <= _MOST else ([group] for group in near)


def _folders(group: Group) -> list[str]:
    """The group's folder and those above it, up to the one that the user named."""
    if not group.root:
        return []
    root, path = os.path.normpath(group.root), os.path.normpath(group.path)
    is_file = bool(group.members) and os.path.normpath(group.members[0].path) == path
    folders = [os.path.dirname(path) or os.curdir if is_file else path]
    while folders[-1] not in (root, os.path.dirname(folders[-1])):
        folders.append(os.path.dirname(folders[-1]) or os.curdir)
    return folders


def _stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path).removesuffix(".gz"))[0]
