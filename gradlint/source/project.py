"""Modules of one project, and how their imports lead to each other.

A module is read only when something that is analysed imports it, and only the definitions that are
asked for are interpreted. A name that no file of the project defines stays a library's.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradlint.finding import Span
    from gradlint.source.text import SourceFile
    from gradlint.source.values import Value

Loader = Callable[[str], "tuple[SourceFile, ast.Module] | None"]

MOST_KEPT = 4_000_000
"""Characters of parsed files kept for the next file that imports them: a project's shared modules
fit, and the trees take about 25 times as many bytes."""

MOST_OPENED = 60
"""Modules of the project read for one file: the scripts of 40 public training repositories stay
below it, while packages whose `__init__` files import each other by star lead to thousands."""

MOST_PARENTS = 8
"""How far up an import is looked for: deeper package trees than this were not seen in 400 public
repositories, and each level costs a directory listing."""

_ROOT_MARKS = frozenset({".git", "pyproject.toml", "setup.py", "setup.cfg", ".hg"})


class Module:
    """One file: its text, its tree, and the statements that bind each of its top-level names."""

    def __init__(self, source: SourceFile, tree: ast.Module, path: str, project: Project) -> None:
        self.source = source
        self.tree = tree
        self.path = path
        self.project = project
        self.globals: dict[str, Value] = {}
        self.resolving: set[str] = set()
        self._bindings: dict[str, list[ast.stmt]] | None = None
        self._stars: list[ast.ImportFrom] = []

    @property
    def bindings(self) -> dict[str, list[ast.stmt]]:
        """Top-level name -> the statements that bind it, those under `if` and `try` included."""
        if self._bindings is None:
            self._bindings = {}
            self._collect(self.tree.body)
        return self._bindings

    @property
    def stars(self) -> list[ast.ImportFrom]:
        """The `from x import *` statements."""
        _ = self.bindings
        return self._stars

    def span(self, node: ast.AST) -> Span:
        """Where `node` is, in the file's own lines and columns."""
        return self.source.span(
            node.lineno,  # type: ignore[attr-defined]
            node.col_offset,  # type: ignore[attr-defined]
            node.end_lineno,  # type: ignore[attr-defined]
            node.end_col_offset,  # type: ignore[attr-defined]
        )

    def _bind(self, name: str, statement: ast.stmt) -> None:
        assert self._bindings is not None
        self._bindings.setdefault(name, []).append(statement)

    def _collect(self, body: list[ast.stmt]) -> None:
        for statement in body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self._bind(statement.name, statement)
            elif isinstance(statement, ast.Import):
                for alias in statement.names:
                    self._bind(alias.asname or alias.name.partition(".")[0], statement)
            elif isinstance(statement, ast.ImportFrom):
                for alias in statement.names:
                    if alias.name == "*":
                        self._stars.append(statement)
                    else:
                        self._bind(alias.asname or alias.name, statement)
            elif isinstance(statement, ast.Assign):
                for target in statement.targets:
                    self._bind_target(target, statement)
            elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
                self._bind_target(statement.target, statement)
            elif isinstance(statement, ast.If):
                self._collect(statement.body)
                self._collect(statement.orelse)
            elif isinstance(statement, ast.Try):
                self._collect(statement.body)
                for handler in statement.handlers:
                    self._collect(handler.body)
                self._collect(statement.orelse)
                self._collect(statement.finalbody)
            elif isinstance(statement, ast.With | ast.For | ast.While):
                self._collect(statement.body)

    def _bind_target(self, target: ast.expr, statement: ast.stmt) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, statement)
        elif isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                self._bind_target(element, statement)


class Project:
    """The files that imports can lead to, read at most once each."""

    def __init__(self, load: Loader) -> None:
        self._load = load
        self._modules: dict[str, Module | None] = {}
        self._parsed: dict[str, tuple[SourceFile, ast.Module] | None] = {}
        self._kept = 0
        self._listings: dict[str, frozenset[str]] = {}
        self._searched: dict[tuple[str, str], str | None] = {}

    def begin(self) -> None:
        """Forget what the last analysis learned of each module, so that no file's result depends on
        the files before it; the parsed texts stay, up to `MOST_KEPT` characters.
        """
        self._modules.clear()
        if self._kept > MOST_KEPT:
            self._parsed.clear()
            self._kept = 0

    def add(self, source: SourceFile, tree: ast.Module, path: str) -> Module:
        """The module of a file that was parsed already."""
        key = os.path.abspath(path)
        module = Module(source, tree, key, self)
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
                self._modules[path] = Module(*loaded, path, self)
        return self._modules[path]

    def resolve(self, importer: Module, name: str, level: int = 0) -> Module | None:
        """The module that `importer` means by `name` with `level` leading dots."""
        path = self.find(os.path.dirname(importer.path), name, level)
        return self.open(path) if path is not None else None

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
