"""Bytes -> whether a rule could have anything to say: a search, before anything is parsed.

A file is judged as a part of its program. A script that builds a network and calls the training
loop of another file spells no backward pass, clip or loss itself: for it, the names that it imports
count as well, where the file they come from, or one that file imports, spells something.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator

from gradlint.frameworks.anchors import PACKAGES
from gradlint.source.import_paths import ImportPaths
from gradlint.subject import Subject

Words = tuple[bytes, ...]
Load = Callable[[str], bytes | None]

MOST_SEARCHED = 60
"""Files searched for what one import may lead to; as many as an analysis opens for one file."""

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]+))",
    re.MULTILINE,
)

_NEVER_OURS = sys.stdlib_module_names | {name.decode() for name in PACKAGES}
"""Packages that no file of a project replaces, so that nothing has to be looked for."""

_STATEMENT = re.compile(rb"^[^\s#@][^\n]*", re.MULTILINE)
_WORD = re.compile(rb"\w+")

_DEFINES = (b"from ", b"import ", b"def ", b"async ", b"class ", b"__all__")
"""How top-level lines begin that run nothing of what they name."""

_RUNS = (b"if __name__", b"for ", b"while ", b"with ")
"""How top-level lines begin under which more is run than they name."""


class Gate:
    """Decides for one file after another; what was read of other files is kept.

    `load` gives the bytes of a file (None: can't be had). `subjects` are those that some rule is
    about, selected or not, so that a rule's findings do not depend on which others are on.
    """

    def __init__(self, subjects: Iterable[Subject], paths: ImportPaths, load: Load) -> None:
        judged = [subject for subject in subjects if subject.view is not None]
        self._everything = any(not subject.anchors for subject in judged)
        self._anchors = tuple(sorted({word for it in judged for word in it.anchors}))
        self._paths = paths
        self._load = load
        self._known: dict[str, _File | None] = {}
        self._reached: dict[str, tuple[bool, bool]] = {}

    def words(self, path: str, data: bytes) -> Words | None:
        """The spellings that make parts of a program worth a look; None where it is worth none.

        An empty spelling stands for every part.
        """
        named = spells_framework(data)
        if named and self._everything:
            return (b"",)
        if named and _spells(data, self._anchors):
            return self._anchors
        brought = self._brought(path, data)
        if not brought or not (named or any(framework for _, framework in brought)):
            return None
        return (*self._anchors, *(name for name, _ in brought))

    def _brought(self, path: str, data: bytes) -> list[tuple[bytes, bool]]:
        """The imported names behind which an anchor is, and whether a framework is there too.

        Nothing for a file that only defines: whoever runs it is the script.
        """
        runs, words = _top_level(data)
        if not words:
            return []
        found = []
        for file, name in self._searched(path, data).imports(self._paths):
            if runs or name in words or name == b"*":
                framework, anchored = self._reach(file)
                if anchored:
                    found.append((name, framework))
        return found

    def _reach(self, path: str) -> tuple[bool, bool]:
        """Whether a file, or what it imports, names a framework and spells an anchor."""
        if path not in self._reached:
            seen, waiting = {path}, [path]
            framework = anchored = False
            while waiting and not (framework and anchored):
                file = self._file(waiting.pop())
                if file is None:
                    continue
                framework = framework or file.framework
                anchored = anchored or file.anchored
                for target, _ in file.imports(self._paths):
                    if target not in seen and len(seen) < MOST_SEARCHED:
                        seen.add(target)
                        waiting.append(target)
            self._reached[path] = framework, anchored
        return self._reached[path]

    def _file(self, path: str) -> _File | None:
        if path not in self._known:
            data = self._load(path)
            self._known[path] = self._searched(path, data) if data is not None else None
        return self._known[path]

    def _searched(self, path: str, data: bytes) -> _File:
        return _File(path, data, self._everything or _spells(data, self._anchors))


class _File:
    """What a search of one file's bytes says; `anchored` that it spells what rules are about."""

    def __init__(self, path: str, data: bytes, anchored: bool) -> None:
        self.path = path
        self.framework = spells_framework(data)
        self.anchored = anchored
        self._statements = _IMPORT.findall(data)
        self._imports: list[tuple[str, bytes]] | None = None

    def imports(self, paths: ImportPaths) -> list[tuple[str, bytes]]:
        """Files of the project that it imports, each with the name that it binds."""
        if self._imports is None:
            folder = os.path.dirname(self.path)
            self._imports = [
                (file, name)
                for statement in self._statements
                for module, level, name in _imported(*statement)
                if (level or module.partition(".")[0] not in _NEVER_OURS)
                if (file := paths.find(folder, module, level)) is not None and file != self.path
            ]
        return self._imports


def _imported(
    dots: bytes, module: bytes, names: bytes, modules: bytes
) -> Iterator[tuple[str, int, bytes]]:
    """The modules that an import statement may mean: name, leading dots, name that is bound."""
    for part in (modules or names).strip(b"() \t\r").split(b","):
        words = part.split(b"#")[0].split()
        if not words:
            continue
        name, bound = words[0].decode("ascii", "replace"), words[-1]
        if modules:
            yield name, 0, bound.partition(b".")[0]
        else:
            source = module.decode("ascii", "replace")
            yield source, len(dots), bound
            if name != "*":
                yield (f"{source}.{name}" if source else name), len(dots), bound


def _top_level(data: bytes) -> tuple[bool, frozenset[bytes]]:
    """Whether the top level of a file runs whole blocks, and the words of its other statements."""
    lines = [line for line in _STATEMENT.findall(data) if not line.startswith(_DEFINES)]
    runs = any(line.startswith(_RUNS) for line in lines)
    return runs, frozenset(_WORD.findall(b"\n".join(lines)))


def spells_framework(data: bytes) -> bool:
    """Whether a file names a framework."""
    return _spells(data, PACKAGES)


def _spells(data: bytes, words: Words) -> bool:
    return any(word in data for word in words)
