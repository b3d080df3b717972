"""Rule files -> rules, indexed by code, name and family.

A rule is one file: a Markdown docstring and a `check` function under `@rule(...)`. Its name is the
file's name, its family the first digit of its code, its subscription the annotation of `check`'s
first parameter, its options the keyword-only parameters.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import ModuleType
from typing import Any

from gradlint.finding import Finding, Severity, Span

Check = Callable[..., Iterable[Finding]]

_PACKAGE = "gradlint.rules"


@dataclass(frozen=True, slots=True)
class Header:
    """What `@rule` was given: the part of a rule that its file cannot say by itself."""

    code: str
    severity: Severity
    default: bool
    symptoms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, ready to run.

    `subject` is the name of the type that `check` takes; `options` maps each option's name to its
    default; `document` is the Markdown text; `symptoms` maps a log symptom to the weight with which
    this rule explains it (0 to 1).
    """

    code: str
    name: str
    severity: Severity
    default: bool
    subject: str
    check: Check
    document: str
    path: str
    options: Mapping[str, Any] = field(default_factory=dict)
    symptoms: Mapping[str, float] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """The code up to its family digit: `GL2` of `GL202`, `TL1` of `TL101`."""
        return self.code[:3]

    @property
    def summary(self) -> str:
        """The document's first line without its heading mark."""
        return self.document.strip().splitlines()[0].lstrip("# ").strip()


@dataclass(frozen=True, slots=True)
class RuleCrash:
    """A rule that raised: its code (empty for the analysis that serves all rules), the error."""

    span: Span
    rule_code: str
    error: str


def rule(
    code: str,
    severity: str,
    *,
    default: bool = True,
    symptoms: Mapping[str, float] | None = None,
) -> Callable[[Check], Check]:
    """Declare a rule file's `check` function.

    Args:
        code: `GL` or `TL` and three digits.
        severity: `info`, `warning` or `error`; a finding may carry its own.
        default: False for advice that runs only when selected.
        symptoms: what the defect looks like in a log, with weights from 0 to 1.
    """

    def declare(check: Check) -> Check:
        header = Header(code, Severity.from_label(severity), default, dict(symptoms or {}))
        check.__gradlint__ = header  # type: ignore[attr-defined]
        return check

    return declare


def rules_directory() -> str:
    """Where the built-in rules are: inside the installed package, or beside it in a checkout."""
    package = os.path.dirname(os.path.realpath(__file__))
    inside = os.path.join(package, "rules")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "rules")


def _rule_of(module: ModuleType, path: str) -> Rule:
    check: Check = module.check
    header: Header = check.__gradlint__  # type: ignore[attr-defined]
    parameters = check.__code__.co_varnames[: check.__code__.co_argcount]
    return Rule(
        code=header.code,
        name=module.__name__.rpartition(".")[2].replace("_", "-"),
        severity=header.severity,
        default=header.default,
        subject=check.__annotations__[parameters[0]],
        check=check,
        document=(module.__doc__ or "").strip() + "\n",
        path=path,
        options=dict(check.__kwdefaults__ or {}),
        symptoms=header.symptoms,
    )


def load_directory(
    directory: str, package: str, wanted: Callable[[str], bool] = lambda path: True
) -> Iterator[Rule]:
    """The rules of the files `family/name` under `directory` that are `wanted`, in order of path.

    Raises:
        ImportError: a file cannot be imported.
        AttributeError: a file has no `check` under `@rule`.
    """
    if package not in sys.modules:
        holder = ModuleType(package)
        holder.__path__ = [directory]
        sys.modules[package] = holder
    for family in sorted(os.listdir(directory)):
        folder = os.path.join(directory, family)
        for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            if file.endswith(".py") and wanted(f"{family}/{file[:-3]}"):
                name = f"{package}.{family}.{file[:-3]}"
                yield _rule_of(importlib.import_module(name), os.path.join(folder, file))


class Registry:
    """Rules in order of code: those that run, and behind them all that are `known`.

    What a configuration may name is more than what one verb runs: `others` loads the rest, and is
    called only when something is looked up that is not among `rules`.
    """

    def __init__(
        self, rules: Iterable[Rule], others: Callable[[], Iterable[Rule]] | None = None
    ) -> None:
        self.rules: tuple[Rule, ...] = tuple(sorted(rules, key=lambda rule: rule.code))
        self.by_code = {rule.code: rule for rule in self.rules}
        self.by_name = {rule.name: rule for rule in self.rules}
        self._others = others

    @cached_property
    def known(self) -> Registry:
        """These rules and all others that a configuration may name."""
        if self._others is None:
            return self
        others = {rule.code: rule for rule in self._others()}
        return Registry((others | self.by_code).values())

    def find(self, key: str) -> Rule | None:
        """The known rule whose code or name is `key` (a code in any case)."""
        found = self.by_code.get(key.upper()) or self.by_name.get(key)
        if found is None and self._others is not None:
            return self.known.find(key)
        return found

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)


_LOGS = "log_"
"""What the folders begin with whose rules judge training logs."""


def _judges_logs(path: str) -> bool:
    return path.startswith(_LOGS) or path == "gradlint_itself/rule_crashed"


def _builtin(wanted: Callable[[str], bool]) -> tuple[Rule, ...]:
    return tuple(load_directory(rules_directory(), _PACKAGE, wanted))


@cache
def builtin_registry() -> Registry:
    """All rules that ship with gradlint."""
    return Registry(_builtin(lambda path: True))


@cache
def code_registry() -> Registry:
    """The built-in rules that judge source; loading them loads nothing that reads logs."""
    return Registry(_builtin(lambda path: not path.startswith(_LOGS)), builtin_registry)


@cache
def log_registry() -> Registry:
    """The built-in rules that judge training logs; loading them loads nothing that reads source."""
    return Registry(_builtin(_judges_logs), builtin_registry)
