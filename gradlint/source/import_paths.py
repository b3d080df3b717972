"""An imported name and the directory of who imports it -> the file it means.

Looked up as Python would with the project's root, or its `src`, on the path: in the importer's
directory and in those above it. A name that no file of the project defines stays a library's.
"""

from __future__ import annotations

import os

MOST_PARENTS = 8
"""How far up an import is looked for: deeper package trees than this were not seen in 400 public
repositories, and each level costs a directory listing."""

_ROOT_MARKS = frozenset({".git", "pyproject.toml", "setup.py", "setup.cfg", ".hg"})


class ImportPaths:
    """Lookups of imports; every directory is listed at most once."""

    def __init__(self) -> None:
        self._listings: dict[str, frozenset[str]] = {}
        self._searched: dict[tuple[str, str], str | None] = {}

    def find(self, directory: str, name: str, level: int = 0) -> str | None:
        """The file that `name` means in a file of `directory`, or None: it is a library's."""
        if level:
            for _ in range(level - 1):
                directory = os.path.dirname(directory)
            return self._locate(directory, name)
        key = (directory, name)
        if key not in self._searched:
            self._searched[key] = self._search(directory, name)
        return self._searched[key]

    def _search(self, directory: str, name: str) -> str | None:
        for _ in range(MOST_PARENTS):
            found = self._locate(directory, name)
            if found is not None:
                return found
            listing = self._listing(directory)
            if "src" in listing:
                found = self._locate(os.path.join(directory, "src"), name)
                if found is not None:
                    return found
            parent = os.path.dirname(directory)
            if parent == directory or listing & _ROOT_MARKS:
                return None
            directory = parent
        return None

    def _locate(self, directory: str, name: str) -> str | None:
        parts = name.split(".") if name else []
        for part in parts[:-1]:
            if part not in self._listing(directory):
                return None
            directory = os.path.join(directory, part)
        if not parts:
            listing = self._listing(directory)
            return os.path.join(directory, "__init__.py") if "__init__.py" in listing else None
        listing = self._listing(directory)
        if parts[-1] in listing:
            package = os.path.join(directory, parts[-1])
            if "__init__.py" in self._listing(package):
                return os.path.join(package, "__init__.py")
        if parts[-1] + ".py" in listing:
            return os.path.join(directory, parts[-1] + ".py")
        return None

    def _listing(self, directory: str) -> frozenset[str]:
        found = self._listings.get(directory)
        if found is None:
            try:
                found = frozenset(os.listdir(directory))
            except OSError:
                found = frozenset()
            self._listings[directory] = found
        return found
