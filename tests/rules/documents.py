"""Rule documents as test cases: the fenced examples of `rules/*/*.py`, and how to run them.

A fence is `python bad` (each flagged line carries `# error: CODE`; `# info: CODE` also asks for
that severity), `python good` (the rule is silent) or `python fixed`. A line `# file: name.py`
starts another file of the same example; the first is `train.py` unless it is named.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradlint.config import Settings, Source
from gradlint.engine.checker import Checker
from gradlint.finding import Finding
from gradlint.registry import Registry, Rule, builtin_registry
from gradlint.source.discovery import Target

_FENCE = re.compile(r"^```python (bad|good|fixed)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^# file: (\S+)\n", re.MULTILINE)
_MARK = re.compile(r"#\s*(error|warning|info): (GL\d\d\d)")


@dataclass(frozen=True)
class Example:
    """One fence: `kind` is bad, good or fixed; `files` maps names to texts."""

    rule: Rule
    kind: str
    number: int
    files: dict[str, str]

    @property
    def id(self) -> str:
        return f"{self.rule.code}-{self.kind}-{self.number}"

    def expected(self) -> set[tuple[str, int]]:
        """(file, line) of every mark of this rule."""
        return {
            (name, number)
            for name, text in self.files.items()
            for number, line in enumerate(text.splitlines(), start=1)
            for _, code in _MARK.findall(line)
            if code == self.rule.code
        }

    def infos(self) -> set[tuple[str, int]]:
        """(file, line) of the marks that ask for severity info."""
        return {
            (name, number)
            for name, text in self.files.items()
            for number, line in enumerate(text.splitlines(), start=1)
            for level, code in _MARK.findall(line)
            if code == self.rule.code and level == "info"
        }

    def findings(self, directory: Path) -> list[Finding]:
        """What the rule says of the example's files, written to `directory`."""
        paths = []
        for name, text in self.files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            paths.append(str(path))
        found: dict[tuple[Any, ...], Finding] = {}
        settings = Settings((Source({"select": ("ALL",)}),))
        checker = Checker(settings, Registry([self.rule]))
        for path in paths:
            for finding in checker.all([Target(path, explicit=True)]).findings:
                found.setdefault((finding.code, finding.path, finding.span), finding)
        return list(found.values())


def _files(text: str) -> dict[str, str]:
    parts = _FILE.split(text)
    files = {parts[index]: parts[index + 1] for index in range(1, len(parts), 2)}
    if parts[0].strip():
        files = {"train.py": parts[0], **files}
    return files


def examples() -> list[Example]:
    """Every fenced example of every rule about code."""
    found = []
    for rule in builtin_registry():
        counts: dict[str, int] = {}
        if rule.code.startswith(("GL0", "TL")):
            continue
        for kind, text in _FENCE.findall(rule.document):
            counts[kind] = counts.get(kind, 0) + 1
            found.append(Example(rule, kind, counts[kind], _files(text)))
    return found


def is_python(text: str) -> bool:
    """Whether an example can be parsed at all."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
