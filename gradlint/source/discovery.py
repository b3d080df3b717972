"""Paths as given -> the files to check, each once, in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradlint.finding import Span
from gradlint.source.ignore_files import IgnoreFiles, PatternSet
from gradlint.source.text import Unreadable, display_path

SUFFIXES = (".py", ".ipynb")

DEFAULT_EXCLUDE: tuple[str, ...] = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)


@dataclass(frozen=True, slots=True)
class Target:
    """A file to check; `explicit` when the user named the file itself."""

    path: str
    explicit: bool


def discover(
    paths: Sequence[str],
    excludes: Sequence[PatternSet] = (),
    *,
    force_exclude: bool = False,
    respect_gitignore: bool = True,
) -> Iterator[Target | Unreadable]:
    """The files at and below `paths`; a directory's files come together, sorted.

    A file that was named is given, excluded or not, unless `force_exclude` says otherwise: commit
    hooks name every file. A directory that was named is walked
    whatever its name; excludes apply to what is below it. Directories that cannot be listed come as
    `Unreadable`; a real directory is visited once, however many links lead to it.
    """
    seen: set[str] = set()
    visited: set[tuple[int, int]] = set()
    folders = []
    for path in paths or (".",):
        if os.path.isdir(path):
            folders.append(path)
        elif display_path(path) not in seen:
            if force_exclude and _is_excluded(os.path.abspath(path), excludes):
                continue
            seen.add(display_path(path))
            yield Target(path, explicit=True)
    for folder in folders:
        ignored = IgnoreFiles(folder) if respect_gitignore else None
        walk = _Walk(os.path.abspath(folder), excludes, ignored, visited)
        for found in walk.below(folder):
            if isinstance(found, Unreadable):
                yield found
                continue
            shown = display_path(found)
            if shown not in seen:
                seen.add(shown)
                yield Target(found, explicit=False)


class _Walk:
    """One walk below a folder that the user named."""

    def __init__(
        self,
        root: str,
        excludes: Sequence[PatternSet],
        ignored: IgnoreFiles | None,
        visited: set[tuple[int, int]],
    ) -> None:
        self._root = root
        self._excludes = excludes
        self._ignored = ignored
        self._visited = visited

    def below(self, folder: str) -> Iterator[str | Unreadable]:
        # Links are followed last: a directory reached both ways is shown under its real name.
        links: list[tuple[str, str]] = []
        yield from self._walk(folder, self._root, links)
        while links:
            path, absolute = links.pop(0)
            yield from self._walk(path, absolute, links)

    def _walk(
        self, folder: str, absolute: str, links: list[tuple[str, str]]
    ) -> Iterator[str | Unreadable]:
        # A stack, not recursion: directories may be nested deeper than Python's frames.
        stack = [(folder, absolute)]
        while stack:
            folder, absolute = stack.pop()
            try:
                status = os.stat(folder)
                if (status.st_dev, status.st_ino) in self._visited:
                    continue
                self._visited.add((status.st_dev, status.st_ino))
                with os.scandir(folder) as listing:
                    entries = sorted(listing, key=_name)
            except OSError as error:
                yield _unlisted(folder, error)
                continue
            if self._ignored is not None and any(entry.name == ".gitignore" for entry in entries):
                self._ignored.enter(absolute)
            below = []
            for entry in entries:
                name = entry.name
                is_folder = _is_folder(entry)
                if not is_folder and not name.endswith(SUFFIXES):
                    continue
                within = absolute + os.sep + name if absolute != os.sep else os.sep + name
                if self._left_out(within, name, is_folder):
                    continue
                if not is_folder:
                    if _is_file(entry):
                        yield os.path.join(folder, name) if folder != "." else name
                    continue
                path = os.path.join(folder, name) if folder != "." else name
                if entry.is_symlink():
                    links.append((path, within))
                else:
                    below.append((path, within))
            stack.extend(reversed(below))

    def _left_out(self, absolute: str, name: str, is_folder: bool) -> bool:
        if any(patterns.matches(absolute, name, is_folder) for patterns in self._excludes):
            return True
        return self._ignored is not None and self._ignored.matches(absolute, is_folder)


def _is_excluded(path: str, excludes: Sequence[PatternSet]) -> bool:
    """Whether patterns leave out a file, or a folder around it that is below where they count."""
    for patterns in excludes:
        place, is_folder = path, False
        while place.startswith(patterns.root.rstrip(os.sep) + os.sep):
            if patterns.matches(place, os.path.basename(place), is_folder):
                return True
            place, is_folder = os.path.dirname(place), True
    return False


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    # False for a dangling link too: editors leave such (`.#train.py`) as lock files.
    try:
        return entry.is_file()
    except OSError:
        return False


def _unlisted(folder: str, error: OSError) -> Unreadable:
    reason = "may not be listed" if isinstance(error, PermissionError) else "cannot be listed"
    return Unreadable(
        Span(1, 1, 1, 1),
        display_path(folder),
        f"{reason}: {(error.strerror or str(error)).lower()}",
        "give yourself permission to list it, or exclude it",
        kind="directory",
    )
