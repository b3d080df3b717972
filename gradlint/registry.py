"""Rule files -> rules, indexed by code, name and family.

A rule is one file: a Markdown docstring and a `check` function under `@rule(...)`. Its name is the
file's name, its family the first digit of its code, its subscription the annotation of `check`'s
first parameter, its options the keyword-only parameters.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import FunctionType, ModuleType
from typing import Any

from gradlint.finding import Finding, Severity, Span
from gradlint.subject import Subject

Check = Callable[..., Iterable[Finding]]

_PACKAGE = "gradlint.rules"

_OF_SOURCE = "gradlint.model.subjects"
_OF_LOGS = "gradlint.relations.subjects"
"""The tables of subjects; one half is not imported for the other."""

_CODE = re.compile(r"[GT]L\d{3}")


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

    `subject` is what `check` takes; `options` maps each option's name to its
    default; `document` is the Markdown text; `symptoms` maps a log symptom to the weight with which
    this rule explains it (0 to 1).
    """

    code: str
    name: str
    severity: Severity
    default: bool
    subject: Subject
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


class RuleFileError(Exception):
    """A rule file that is not a rule; the message says where and what to write."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")


def _rule_of(module: ModuleType, path: str, subjects: Mapping[str, Subject]) -> Rule:
    check = getattr(module, "check", None)
    header = getattr(check, "__gradlint__", None)
    if not isinstance(check, FunctionType) or not isinstance(header, Header):
        raise RuleFileError(path, 1, "a rule file defines `check` under `@rule(...)`")
    if not (module.__doc__ or "").strip():
        raise RuleFileError(path, 1, "a rule file begins with its document")
    code = check.__code__
    line = code.co_firstlineno
    if code.co_kwonlyargcount > len(check.__kwdefaults__ or {}):
        raise RuleFileError(path, line, "each option, a keyword-only parameter, has a default")
    if not _CODE.fullmatch(header.code):
        raise RuleFileError(path, line, f"`{header.code}` is not `GL` or `TL` and three digits")
    for symptom, weight in header.symptoms.items():
        if not 0 <= weight <= 1:
            raise RuleFileError(path, line, f"the weight of `{symptom}` is not between 0 and 1")
    return Rule(
        code=header.code,
        name=module.__name__.rpartition(".")[2].replace("_", "-"),
        severity=header.severity,
        default=header.default,
        subject=_subject_of(check, path, subjects),
        check=check,
        document=(module.__doc__ or "").strip() + "\n",
        path=path,
        options=dict(check.__kwdefaults__ or {}),
        symptoms=header.symptoms,
    )


def _subject_of(check: Any, path: str, subjects: Mapping[str, Subject]) -> Subject:
    """The subject that the annotation of the first parameter names."""
    code = check.__code__
    line = code.co_firstlineno
    if code.co_argcount != 1:
        raise RuleFileError(
            path, line, "`check` has one positional parameter, what it judges; options are named"
        )
    parameter = code.co_varnames[0]
    annotation = check.__annotations__.get(parameter)
    if annotation is None:
        raise RuleFileError(
            path, line, f"`{parameter}` has no annotation, which says what the rule judges"
        )
    if not isinstance(annotation, str):
        raise RuleFileError(path, line, "`from __future__ import annotations` is missing")
    if annotation not in subjects:
        from difflib import get_close_matches

        near = get_close_matches(annotation, subjects, n=1)
        meant = f"; did you mean `{near[0]}`?" if near else f"; subjects are {', '.join(subjects)}"
        raise RuleFileError(path, line, f"`{annotation}` is not a subject{meant}")
    return subjects[annotation]


def load_directory(
    directory: str,
    package: str,
    subjects: Mapping[str, Subject],
    wanted: Callable[[str], bool] = lambda path: True,
) -> Iterator[Rule]:
    """The rules of the files `family/name` under `directory` that are `wanted`, in order of path.

    Raises:
        RuleFileError: a file can't be imported, or is not a rule about one of `subjects`.
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
                path = os.path.join(folder, file)
                yield _rule_of(_imported(name, path), path, subjects)


def _imported(name: str, path: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except SyntaxError as error:
        raise RuleFileError(path, error.lineno or 1, error.msg) from error
    except (Exception, SystemExit) as error:
        import traceback

        trace = traceback.extract_tb(error.__traceback__)
        line = next((it.lineno for it in reversed(trace) if it.filename == path), None) or 1
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise RuleFileError(path, line, f"the file can't be imported ({text})") from error


class Registry:
    """Rules in order of code: those that run, and behind them all that are `known`.

    What a configuration may name is more than what one verb runs: `others` loads the rest, and is
    called only when something is looked up that is not among `rules`.

    Raises:
        RuleFileError: two rules share a code or a name.
    """

    def __init__(
        self, rules: Iterable[Rule], others: Callable[[], Iterable[Rule]] | None = None
    ) -> None:
        self.rules: tuple[Rule, ...] = tuple(sorted(rules, key=lambda rule: rule.code))
        self.by_code: dict[str, Rule] = {}
        self.by_name: dict[str, Rule] = {}
        for rule in self.rules:
            for key, known in ((rule.code, self.by_code), (rule.name, self.by_name)):
                other = known.setdefault(key, rule)
                if other is not rule:
                    line = rule.check.__code__.co_firstlineno
                    raise RuleFileError(rule.path, line, f"`{key}` is also a rule in {other.path}")
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


def _builtin(wanted: Callable[[str], bool], *tables: str) -> tuple[Rule, ...]:
    subjects = {
        subject.name: subject
        for table in tables
        for subject in importlib.import_module(table).SUBJECTS
    }
    return tuple(load_directory(rules_directory(), _PACKAGE, subjects, wanted))


@cache
def builtin_registry() -> Registry:
    """All rules that ship with gradlint."""
    return Registry(_builtin(lambda path: True, _OF_SOURCE, _OF_LOGS))


@cache
def code_registry() -> Registry:
    """The built-in rules that judge source; loading them loads nothing that reads logs."""
    rules = _builtin(lambda path: not path.startswith(_LOGS), _OF_SOURCE)
    return Registry(rules, builtin_registry)


@cache
def log_registry() -> Registry:
    """The built-in rules that judge training logs; loading them loads nothing that reads source."""
    return Registry(_builtin(_judges_logs, _OF_LOGS), builtin_registry)
