"""Modules of one project, and how their imports lead to each other.

A module is read only when something that is analysed imports it, and only the definitions that are
asked for are interpreted.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradlint.source.import_paths import ImportPaths
from gradlint.values.kinds import Module

if TYPE_CHECKING:
    from gradlint.source.text import SourceFile

Loader = Callable[[str], "tuple[SourceFile, ast.Module] | None"]

MOST_KEPT = 4_000_000
"""Characters of parsed files kept for the next file that imports them: a project's shared modules
fit, and the trees take about 25 times as many bytes."""

MOST_OPENED = 60
"""Modules of the project read for one file: the scripts of 40 public training repositories stay
below it, while packages whose `__init__` files import each other by star lead to thousands."""


class Project:
    """The files that imports can lead to, read at most once each."""

    def __init__(self, load: Loader, paths: ImportPaths) -> None:
        self._load = load
        self._modules: dict[str, Module | None] = {}
        self._parsed: dict[str, tuple[SourceFile, ast.Module] | None] = {}
        self._kept = 0
        self._paths = paths

    def forget(self) -> None:
        """Forget what an analysis learned of each module, so that no file's result depends on the
        files before it; the parsed texts stay, up to `MOST_KEPT` characters.
        """
        self._modules.clear()
        if self._kept > MOST_KEPT:
            self._parsed.clear()
            self._kept = 0

    def add(self, source: SourceFile, tree: ast.Module, path: str) -> Module:
        """The module of a file that was parsed already."""
        key = os.path.abspath(path)
        module = Module(source, tree, key)
        self._modules[key] = module
        return module

    def open(self, path: str) -> Module | None:
        """The module at `path`; None where it can't be read or parsed."""
        if path not in self._modules:
            if len(self._modules) >= MOST_OPENED:
                return None
            self._modules[path] = None
            if path not in self._parsed:
                self._parsed[path] = found = self._load(path)
                self._kept += len(found[0].text) if found is not None else 0
            loaded = self._parsed[path]
            if loaded is not None:
                self._modules[path] = Module(*loaded, path)
        return self._modules[path]

    def resolve(self, importer: Module, name: str, level: int = 0) -> Module | None:
        """The module that `importer` means by `name` with `level` leading dots."""
        path = self._paths.find(os.path.dirname(importer.path), name, level)
        return self.open(path) if path is not None else None
