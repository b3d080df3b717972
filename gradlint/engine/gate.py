"""Bytes -> whether a rule could have anything to say: a search, before anything is parsed.

A file is judged as a part of its program. A script that builds a network and calls the training
loop of another file spells no backward pass, clip or loss itself: for it, the names that it imports
count as well, where the file that defines them, or one that file imports, spells something.
"""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from gradlint.frameworks.anchors import PACKAGES
from gradlint.source.import_paths import ImportPaths
from gradlint.subject import Subject

Words = tuple[bytes, ...]
Load = Callable[[str], bytes | None]
Import = tuple[str, bytes, bytes]
"""The path of an imported file, the name that is bound, and its name there: empty where the file
itself is meant, `*` where all its names are."""

MOST_SEARCHED = 60
"""Files searched for what one import may lead to; as many as an analysis opens for one file."""

DEEPEST_SEARCHED = 2
"""Imports followed from the file that defines what a script runs: of 2,900 files of four public
repositories a third import found 3 more, none of which trains, and a second 20."""

_NEVER_OURS = sys.stdlib_module_names | {name.decode() for name in PACKAGES}
"""Packages that no file of a project replaces, so that nothing has to be looked for."""

# Expressions begin with the end of the line before: the search for it is four times as fast as that
# for the beginning of a line.
_IMPORT = re.compile(
    rb"\n[ \t]*+(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)"
    rb"|import[ \t]+([^\n]+))"
)
_DEFINED = re.compile(rb"\n(?:[ \t]*+(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|(\w+)[ \t]*=)")

_STATEMENT = re.compile(
    rb"\n(?![\s#@)\]}\"']|from |import |def |async |class |__all__)"
    rb"([^\n]+(?:\n[ \t][^\n]*|\n(?=[\r\n]))*+)"
)
"""Top-level statements, with what is indented under them, but those that define or import."""

_RUNS = (b"if __name__", b"for ", b"while ", b"with ")
"""How statements begin under which something is run."""

_CALL = re.compile(rb"[\w.]+\(")
_WORD = re.compile(rb"\w+")

_ALL = b"*"


class Gate:
    """Decides for one file after another; what was read of other files is kept.

    `load` gives the bytes of a file (None: can't be had). `subjects` are those that some rule is
    about, selected or not, so that a rule's findings do not depend on which others are on.
    """

    def __init__(self, subjects: Iterable[Subject], paths: ImportPaths, load: Load) -> None:
        judged = [subject for subject in subjects if subject.view is not None]
        self._everything = any(not subject.anchors for subject in judged)
        self._anchors = tuple(sorted({word for it in judged for word in it.anchors}))
        # Many anchors are one word in several places: `== nan`, `(nan,`. It is looked for once.
        self._by_core: dict[bytes, list[bytes]] = {}
        for anchor in self._anchors:
            core = max(reversed(_WORD.findall(anchor)), key=len)
            self._by_core.setdefault(core, []).append(anchor)
        self._paths = paths
        self._load = load
        self._known: dict[str, _File | None] = {}
        self._sources: dict[tuple[str, bytes], str] = {}
        self._reached: dict[str, tuple[bool, bool]] = {}

    def words(self, path: str, data: bytes) -> Words | None:
        """The spellings that make parts of a program worth a look; None where it is worth none.

        An empty spelling stands for every part.
        """
        framework, anchors = spells_framework(data), self._spelled(data)
        if framework and anchors:
            return anchors
        brought = list(self._brought(path, data))
        if not brought or not (framework or any(framework for _, framework in brought)):
            return None
        return (*anchors, *(name for name, _ in brought if name != _ALL))

    def _brought(self, path: str, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """The imported names behind which an anchor is, and whether a framework is there too.

        Nothing for a file that only defines: whoever runs it is the script.
        """
        runs, words = _top_level(data)
        if not words:
            return
        for target, bound, name in _imports(path, data, self._paths):
            if runs or bound in words:
                used = [(bound, name)]
            elif name == _ALL:
                used = [(word, word) for word in sorted(words & self._provided(target))]
            else:
                continue
            for spelled, meant in used:
                framework, anchored = self._reach(self._source(target, meant))
                if anchored:
                    yield spelled, framework

    def _provided(self, path: str) -> set[bytes]:
        """The names that a star import of a file brings."""
        found: set[bytes] = set()
        seen, waiting = {path}, [path]
        while waiting:
            file = self._file(waiting.pop())
            if file is None:
                continue
            found |= file.defined
            for target, bound, _ in file.imports:
                found.add(bound)
                if bound == _ALL and target not in seen and len(seen) < MOST_SEARCHED:
                    seen.add(target)
                    waiting.append(target)
        return found

    def _source(self, path: str, name: bytes) -> str:
        """The file that defines what another one calls `name`; that itself where none is found."""
        if name in (b"", _ALL):
            return path
        if (path, name) not in self._sources:
            self._sources[path, name] = self._find_source(path, name) or path
        return self._sources[path, name]

    def _find_source(self, path: str, name: bytes) -> str | None:
        seen, waiting = {path}, deque([(path, name)])
        while waiting:
            place, sought = waiting.popleft()
            file = self._file(place)
            if file is None:
                continue
            if sought in file.defined:
                return place
            for target, bound, meant in file.imports:
                if bound == sought and not meant:
                    return target
                if bound in (sought, _ALL) and target not in seen and len(seen) < MOST_SEARCHED:
                    seen.add(target)
                    waiting.append((target, sought if bound == _ALL else meant))
        return None

    def _reach(self, path: str) -> tuple[bool, bool]:
        """Whether a file, or what it imports, names a framework and spells an anchor."""
        if path not in self._reached:
            seen, level = {path}, [path]
            framework = anchored = False
            for _ in range(1 + DEEPEST_SEARCHED):
                files = [file for place in level if (file := self._file(place)) is not None]
                framework = framework or any(file.framework for file in files)
                anchored = anchored or any(file.anchored for file in files)
                if framework and anchored:
                    break
                level = []
                for file in files:
                    for target, _, name in file.imports:
                        source = self._source(target, name)
                        if source not in seen and len(seen) < MOST_SEARCHED:
                            seen.add(source)
                            level.append(source)
            self._reached[path] = framework, anchored
        return self._reached[path]

    def _file(self, path: str) -> _File | None:
        if path not in self._known:
            data = self._load(path)
            self._known[path] = None if data is None else self._searched(path, data)
        return self._known[path]

    def _searched(self, path: str, data: bytes) -> _File:
        return _File(
            spells_framework(data),
            bool(self._spelled(data)),
            _defined(data),
            _imports(path, data, self._paths),
        )

    def _spelled(self, data: bytes) -> Words:
        """The anchors that a file spells; an empty one where some subject has none."""
        if self._everything:
            return (b"",)
        return tuple(
            anchor
            for core, anchors in self._by_core.items()
            if core in data
            for anchor in anchors
            if anchor in data
        )


class _File(NamedTuple):
    """What a search of the bytes of an imported file says."""

    framework: bool
    anchored: bool
    defined: frozenset[bytes]
    imports: list[Import]


def _imports(path: str, data: bytes, paths: ImportPaths) -> list[Import]:
    """The files of the project that a file imports."""
    folder = os.path.dirname(path)
    return [
        found
        for statement in _IMPORT.findall(b"\n" + data)
        for found in _imported(folder, paths, *statement)
        if found[0] != path
    ]


def _imported(
    folder: str, paths: ImportPaths, dots: bytes, module: bytes, names: bytes, modules: bytes
) -> Iterator[Import]:
    """The files that an import statement means."""
    level, source = len(dots), module.decode("ascii", "replace")
    if not level and not modules and source.partition(".")[0] in _NEVER_OURS:
        return
    for part in (modules or names).strip(b"() \t\r").split(b","):
        words = part.split(b"#")[0].split()
        if not words:
            continue
        first, bound = words[0], words[-1]
        name = first.decode("ascii", "replace")
        if modules:
            if name.partition(".")[0] not in _NEVER_OURS and (file := paths.find(folder, name)):
                yield file, bound.partition(b".")[0], b""
            continue
        dotted = f"{source}.{name}" if source else name
        if first != _ALL and (file := paths.find(folder, dotted, level)):
            yield file, bound, b""
        elif file := paths.find(folder, source, level):
            yield file, bound, first


def _top_level(data: bytes) -> tuple[bool, frozenset[bytes]]:
    """Whether the top level of a file runs more than it names, and the words of its statements.

    It does where it calls what is defined in the file: `main()`.
    """
    statements = _STATEMENT.findall(b"\n" + data)
    words = frozenset(_WORD.findall(b"\n".join(statements)))
    run = [one for one in statements if one.startswith(_RUNS) or _CALL.match(one)]
    called = _WORD.findall(b"\n".join(run))
    return bool(called) and not _defined(data).isdisjoint(called), words


def _defined(data: bytes) -> frozenset[bytes]:
    """The names of functions and classes, and those that are assigned at the top level."""
    return frozenset(name or other for name, other in _DEFINED.findall(b"\n" + data))


def spells_framework(data: bytes) -> bool:
    """Whether a file names a framework."""
    return any(package in data for package in PACKAGES)
