"""Paths as given -> the groups of files that make up runs, each once, in a fixed order."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterator, Sequence

from gradlint.finding import Skip
from gradlint.runs.finding_files.directories import Walk
from gradlint.runs.finding_files.file_names import (
    event_file_order,
    is_event_file,
    may_be_log,
    natural_order,
)
from gradlint.runs.finding_files.groups import Group, GroupKind, Member
from gradlint.runs.run import Problem

NOTHING = "contains no training logs"

_PATTERN = re.compile(r"[*?[]")


def discover(paths: Sequence[str]) -> Iterator[Group | Problem | Skip]:
    """The runs at and below `paths`: files, directories, or patterns with `*`, `?`, `[]` and `**`.

    A file that is named is always given. A directory is walked, with links followed and every real
    directory visited once; a file in it with the ending of a log but the name of something else is
    a `Skip`. What does not exist or cannot be listed is a `Problem`.
    """
    files: list[str] = []
    folders: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            folders.append(path)
        elif os.path.lexists(path) or not _PATTERN.search(path):
            files.append(path)
        else:
            matches = _matches(path)
            if not matches:
                yield Problem(path, "matches no files", help="correct the pattern")
            for match in matches:
                (folders if os.path.isdir(match) else files).append(match)
    seen: set[str] = set()
    for named in _named(files):
        if isinstance(named, Problem) or _is_new(named, seen):
            yield named
    visited: set[tuple[int, int]] = set()
    for folder in folders:
        walk = Walk(folder, visited)
        for found in walk.groups():
            if not isinstance(found, Group) or _is_new(found, seen):
                yield found
        if not walk.found:
            yield Problem(folder, NOTHING)


def _matches(pattern: str) -> list[str]:
    """What the pattern matches; of a pattern for anything, only what may be a log."""
    anything = os.path.basename(pattern) in ("*", "**")
    return [
        path
        for path in sorted(glob.iglob(pattern, recursive=True), key=natural_order)
        if not anything or os.path.isdir(path) or _looks_like_log(os.path.basename(path))
    ]


def _looks_like_log(name: str) -> bool:
    return is_event_file(name) or may_be_log(name)


def _is_new(group: Group, seen: set[str]) -> bool:
    """Whether the group has a file that was not given yet; its files are given from now on.

    A link is the file that it leads to.
    """
    paths = [os.path.realpath(path) for path in _paths(group)]
    new = not seen.issuperset(paths)
    seen.update(paths)
    return new


def _paths(group: Group) -> list[str]:
    return [member.path for member in group.members] or [group.path]


def _named(paths: Sequence[str]) -> Iterator[Group | Problem]:
    """Groups of the files that were named: event files of one directory are one run here, too."""
    events: dict[str, list[str]] = {}
    for path in dict.fromkeys(paths):
        problem = _unusable(path)
        if problem is not None:
            yield problem
        elif is_event_file(os.path.basename(path)):
            events.setdefault(os.path.dirname(path), []).append(path)
        else:
            yield Group(GroupKind.FILE, path, (Member(path),), path)
    for folder, found in events.items():
        found.sort(key=lambda path: event_file_order(os.path.basename(path)))
        members = tuple(Member(path) for path in found)
        path = found[0] if len(found) == 1 else folder or "."
        yield Group(GroupKind.EVENTS, path, members, path)


def _unusable(path: str) -> Problem | None:
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return Problem(path, "does not exist", help="correct the path")
    except OSError as error:
        return unreadable(path, error)
    except ValueError:  # a zero byte in the name
        return Problem(path, "is not a valid file name")
    # A pipe is welcome (`<(zcat log.gz)`), a device such as /dev/zero never ends.
    return None if stat.S_ISREG(mode) or stat.S_ISFIFO(mode) else Problem(path, "is not a file")


def unreadable(path: str, error: OSError) -> Problem:
    """The problem that the operating system has with `path`."""
    return Problem(path, f"cannot be read: {(error.strerror or str(error)).lower()}")
