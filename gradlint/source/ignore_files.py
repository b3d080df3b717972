"""Patterns in .gitignore's language, and the .gitignore files that apply below a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_SPECIAL = frozenset("*?[]!\\/# ")


class PatternSet:
    """Patterns that count from one folder; the last that matches decides, `!` takes back.

    pathspec is imported only when a pattern is more than a plain name.
    """

    __slots__ = ("_compiled", "_lines", "_names", "_prefix", "patterns", "root")

    def __init__(self, root: str, patterns: Iterable[str]) -> None:
        self.root = root
        self.patterns = tuple(patterns)
        self._prefix = root.rstrip(os.sep) + os.sep
        plain = [line for line in self.patterns if not _SPECIAL & set(line)]
        # With a negation about, the order of the lines matters, and names may not be taken out.
        if any(line.startswith("!") for line in self.patterns):
            plain = []
        self._names = frozenset(plain)
        self._lines = tuple(line for line in self.patterns if line not in self._names)
        self._compiled: list[tuple[Any, bool]] | None = None

    def __reduce__(self) -> tuple[type[PatternSet], tuple[str, tuple[str, ...]]]:
        return PatternSet, (self.root, self.patterns)

    def matches(self, absolute: str, name: str, is_folder: bool) -> bool:
        """Whether the entry at `absolute`, called `name`, is left out."""
        if name in self._names:
            return True
        return bool(self._lines) and self.verdict(absolute, is_folder) is True

    def verdict(self, absolute: str, is_folder: bool) -> bool | None:
        """True: left out; False: taken back by a `!` pattern; None: these patterns say nothing."""
        if not absolute.startswith(self._prefix):
            return None
        path = absolute[len(self._prefix) :]
        if os.sep != "/":
            path = path.replace(os.sep, "/")
        name = path[path.rfind("/") + 1 :]
        if is_folder:
            path += "/"
        if self._compiled is None:
            self._compiled = _compiled(self._lines)
        verdict = True if name in self._names else None
        for expression, include in self._compiled:
            if expression.match(path):
                return bool(include)
        return verdict


class IgnoreFiles:
    """The .gitignore files of a walk: those above the folder up to the repository's top, and below.

    Where the folder itself is ignored from above, the files above do not count: it was named. In a
    folder that is in no repository nothing is ignored, as git and ruff have it: an unpacked archive
    holds what its authors tracked, whatever its .gitignore says.
    """

    def __init__(self, folder: str) -> None:
        self._by_folder: dict[str, list[PatternSet]] = {}
        self._applying: dict[str, tuple[PatternSet, ...]] = {}
        start = os.path.abspath(folder)
        top = _repository_top(start)
        self._tracked = top is not None
        if top is None:
            return
        step = top
        self._add(top, os.path.join(top, ".git", "info", "exclude"))
        if top == start:
            return
        for part in os.path.relpath(start, top).split(os.sep):
            self._add(step, os.path.join(step, ".gitignore"))
            step = os.path.join(step, part)
            if self.matches(step, True):
                self._by_folder.clear()
                return

    def enter(self, folder: str) -> None:
        """Take in the .gitignore file of `folder`, before anything below it is asked about."""
        if not self._tracked:
            return
        self._add(folder, os.path.join(folder, ".gitignore"))

    def matches(self, absolute: str, is_folder: bool) -> bool:
        """Whether git would ignore this entry, given that it does not ignore its folder."""
        if not self._by_folder:
            return False
        parent = os.path.dirname(absolute)
        applying = self._applying.get(parent)
        if applying is None:
            applying = self._applying[parent] = tuple(self._nearest_first(parent))
        for patterns in applying:
            verdict = patterns.verdict(absolute, is_folder)
            if verdict is not None:
                return verdict
        return False

    def _nearest_first(self, folder: str) -> Iterator[PatternSet]:
        while True:
            yield from reversed(self._by_folder.get(folder, ()))
            parent = os.path.dirname(folder)
            if parent == folder:
                return
            folder = parent

    def _add(self, root: str, path: str) -> None:
        try:
            with open(path, encoding="utf-8", errors="replace") as stream:
                lines = stream.read().splitlines()
        except (OSError, ValueError):
            return
        wanted = [line for line in lines if line.strip() and not line.startswith("#")]
        if wanted:
            self._by_folder.setdefault(root, []).append(PatternSet(root, wanted))
            self._applying.clear()


def _repository_top(folder: str) -> str | None:
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _compiled(lines: Sequence[str]) -> list[tuple[Any, bool]]:
    """Each pattern's expression and whether it leaves out, the last first."""
    if not lines:
        return []
    from pathspec import GitIgnoreSpec

    result = []
    for line in lines:
        try:
            patterns = GitIgnoreSpec.from_lines([line]).patterns
        except ValueError:
            # git too passes over a pattern that it cannot read.
            continue
        for pattern in patterns:
            expression = getattr(pattern, "regex", None)
            if expression is not None and pattern.include is not None:
                result.append((expression, bool(pattern.include)))
    result.reverse()
    return result
