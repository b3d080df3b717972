"""Configuration files and command line -> the settings of one run, and where each came from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gradlint.finding import Severity
from gradlint.registry import Registry
from gradlint.selection import Layer, UnknownSelectorError, validate
from gradlint.source.discovery import DEFAULT_EXCLUDE
from gradlint.source.ignore_files import PatternSet
from gradlint.source.reading import DEFAULT_MAX_SIZE

_FILES = (".gradlint.toml", "gradlint.toml", "pyproject.toml")

DEFAULT_ORIGIN = "default"


class ConfigError(Exception):
    """A setting that cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What one run goes by.

    `fail_on` None means never. `rule_options` maps a rule's name to its options, `roles` the
    tag of a series, or a pattern, to what it measures. `root` is the directory that per-file
    patterns count from; `file` the configuration file, if one was read; `origins` maps a key to the
    place it was set (`default` where it is absent).
    """

    layers: tuple[Layer, ...] = ()
    excludes: tuple[PatternSet, ...] = (PatternSet(".", DEFAULT_EXCLUDE),)
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    severity: Severity = Severity.INFO
    fail_on: Severity | None = Severity.WARNING
    respect_gitignore: bool = True
    max_file_size: int = DEFAULT_MAX_SIZE
    rule_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    root: str = "."
    file: str | None = None
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says; None and empty leave the configuration's word."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    severity: Severity | None = None
    fail_on: str | None = None
    respect_gitignore: bool | None = None


def find(start: str) -> str | None:
    """The nearest configuration file at or above the directory `start`.

    A pyproject.toml with no `[tool.gradlint]` table is passed over.

    Raises:
        ConfigError: a candidate that speaks of gradlint cannot be read.
    """
    folder = os.path.abspath(start)
    while True:
        for name in _FILES:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and (name != "pyproject.toml" or _has_table(path)):
                return path
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def common_folder(paths: Sequence[str]) -> str:
    """The directory to look for configuration from: the deepest one above all `paths`."""
    if not paths:
        return os.getcwd()
    absolute = [os.path.abspath(path) for path in paths]
    try:
        common = os.path.commonpath(absolute)
    except ValueError:
        return os.getcwd()
    return common if os.path.isdir(common) else os.path.dirname(common)


def load(path: str, registry: Registry) -> Settings:
    """The settings in the configuration file at `path`.

    Raises:
        ConfigError: it cannot be read, or a key, a type, a rule or an option is unknown.
    """
    table = _table(path)
    return _Reader(path, registry).settings(table)


def override(settings: Settings, changes: Overrides, registry: Registry) -> Settings:
    """`settings` with the command line's word over them.

    Raises:
        ConfigError: a selector names no rule.
    """
    layer = Layer(changes.select, changes.ignore, changes.extend_select, changes.extend_ignore)
    selectors = (*(layer.select or ()), *layer.ignore, *layer.extend_select, *layer.extend_ignore)
    try:
        validate(registry, selectors)
    except UnknownSelectorError as error:
        raise ConfigError(_with_suggestion(str(error), error.suggestion)) from None
    excludes = settings.excludes
    if changes.exclude is not None:
        excludes = (PatternSet(os.getcwd(), changes.exclude),)
    if changes.extend_exclude:
        excludes = (*excludes, PatternSet(os.getcwd(), changes.extend_exclude))
    fail_on = settings.fail_on
    if changes.fail_on is not None:
        fail_on = None if changes.fail_on == "never" else Severity.from_label(changes.fail_on)
    said = {
        "select": changes.select is not None,
        "ignore": bool(changes.ignore),
        "extend-select": bool(changes.extend_select),
        "extend-ignore": bool(changes.extend_ignore),
        "exclude": changes.exclude is not None,
        "extend-exclude": bool(changes.extend_exclude),
        "severity": changes.severity is not None,
        "fail-on": changes.fail_on is not None,
        "respect-gitignore": changes.respect_gitignore is not None,
    }
    return replace(
        settings,
        layers=(*settings.layers, layer),
        excludes=excludes,
        severity=settings.severity if changes.severity is None else changes.severity,
        fail_on=fail_on,
        respect_gitignore=(
            settings.respect_gitignore
            if changes.respect_gitignore is None
            else changes.respect_gitignore
        ),
        origins={**settings.origins, **{k: "command line" for k, given in said.items() if given}},
    )


def _has_table(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            if b"gradlint" not in stream.read():
                return False
    except OSError:
        return False
    tools = _parsed(path).get("tool")
    return isinstance(tools, dict) and "gradlint" in tools


def _table(path: str) -> dict[str, Any]:
    document = _parsed(path)
    if os.path.basename(path) == "pyproject.toml":
        document = document.get("tool", {}).get("gradlint", {})
        if not isinstance(document, dict):
            raise ConfigError(f"{path}: `tool.gradlint` must be a table")
    return document


def _parsed(path: str) -> dict[str, Any]:
    import tomllib

    try:
        with open(path, "rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {(error.strerror or '').lower()}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None


def _with_suggestion(message: str, suggestion: str | None) -> str:
    return f"{message}; did you mean `{suggestion}`?" if suggestion else message


def _nearest(word: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


class _Reader:
    """One configuration file's table -> settings; remembers the file for its messages."""

    def __init__(self, path: str, registry: Registry) -> None:
        self._path = path
        self._registry = registry
        self._root = os.path.dirname(os.path.abspath(path))
        self._values: dict[str, Any] = {}
        self._readers: dict[str, Callable[[str, Any], Any]] = {
            "select": self._selectors,
            "ignore": self._selectors,
            "extend-select": self._selectors,
            "extend-ignore": self._selectors,
            "exclude": self._strings,
            "extend-exclude": self._strings,
            "per-file-ignores": self._per_file,
            "severity": self._severity,
            "fail-on": self._severity_or_never,
            "respect-gitignore": self._boolean,
            "max-file-size": self._size,
            "rules": self._rules,
            "logs": self._logs,
        }

    def settings(self, table: Mapping[str, Any]) -> Settings:
        for key, value in table.items():
            reader = self._readers.get(key)
            if reader is None:
                raise self._error(key, "unknown key", _nearest(key, self._readers))
            self._values[key] = reader(key, value)
        get = self._values.get
        base = Settings()
        excludes = base.excludes
        if "exclude" in self._values:
            excludes = (PatternSet(self._root, self._values["exclude"]),)
        if "extend-exclude" in self._values:
            excludes = (*excludes, PatternSet(self._root, self._values["extend-exclude"]))
        return Settings(
            layers=(
                Layer(
                    get("select"),
                    get("ignore", ()),
                    get("extend-select", ()),
                    get("extend-ignore", ()),
                ),
            ),
            excludes=excludes,
            per_file_ignores=get("per-file-ignores", {}),
            severity=get("severity", base.severity),
            fail_on=get("fail-on", base.fail_on),
            respect_gitignore=get("respect-gitignore", base.respect_gitignore),
            max_file_size=get("max-file-size", base.max_file_size),
            rule_options=get("rules", {}),
            roles=get("logs", {}),
            root=self._root,
            file=self._path,
            origins=dict.fromkeys(self._values, self._path),
        )

    def _error(self, key: str, problem: str, suggestion: str | None = None) -> ConfigError:
        return ConfigError(_with_suggestion(f"{self._path}: {problem} `{key}`", suggestion))

    def _wrong(self, key: str, wanted: str, value: object) -> ConfigError:
        shown = repr(value) if len(repr(value)) <= 40 else type(value).__name__
        return ConfigError(f"{self._path}: `{key}` must be {wanted}, not {shown}")

    def _strings(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "a list of strings", value)
        return tuple(value)

    def _selectors(self, key: str, value: Any) -> tuple[str, ...]:
        selectors = self._strings(key, value)
        try:
            validate(self._registry, selectors)
        except UnknownSelectorError as error:
            problem = f"{self._path}: `{key}` names an {error}"
            raise ConfigError(_with_suggestion(problem, error.suggestion)) from None
        return selectors

    def _per_file(self, key: str, value: Any) -> dict[str, tuple[str, ...]]:
        if not isinstance(value, dict):
            raise self._wrong(key, "a table of patterns", value)
        return {pattern: self._selectors(f"{key}.{pattern}", it) for pattern, it in value.items()}

    def _severity(self, key: str, value: Any) -> Severity:
        if value not in ("info", "warning", "error"):
            raise self._wrong(key, "`info`, `warning` or `error`", value)
        return Severity.from_label(value)

    def _severity_or_never(self, key: str, value: Any) -> Severity | None:
        if value not in ("info", "warning", "error", "never"):
            raise self._wrong(key, "`info`, `warning`, `error` or `never`", value)
        return None if value == "never" else Severity.from_label(value)

    def _boolean(self, key: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false", value)
        return value

    def _size(self, key: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise self._wrong(key, "a number of bytes above 0", value)
        return value

    def _logs(self, key: str, value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise self._wrong(key, "a table", value)
        for name in value:
            if name != "roles":
                raise self._error(f"{key}.{name}", "unknown key", _nearest(name, ["roles"]))
        roles = value.get("roles", {})
        if not isinstance(roles, dict):
            raise self._wrong(f"{key}.roles", "a table of series", roles)
        for tag, role in roles.items():
            # Which roles there are is known where logs are read, and a check of source loads none.
            if not isinstance(role, str):
                raise self._wrong(
                    f"{key}.roles.{tag}", "a string (quote a tag that has dots)", role
                )
        return dict(roles)

    def _rules(self, key: str, value: Any) -> dict[str, dict[str, Any]]:
        if not isinstance(value, dict):
            raise self._wrong(key, "a table of rules", value)
        result = {}
        for name, options in value.items():
            rule = self._registry.find(name)
            if rule is None:
                every = self._registry.known
                known = [*every.by_name, *every.by_code]
                raise self._error(f"{key}.{name}", "unknown rule", _nearest(name, known))
            if not isinstance(options, dict):
                raise self._wrong(f"{key}.{name}", "a table of options", options)
            for option, given in options.items():
                path = f"{key}.{name}.{option}"
                plain = option.replace("-", "_")
                if plain not in rule.options:
                    raise self._error(path, "unknown option", _nearest(plain, rule.options))
                self._like(path, given, rule.options[plain])
            result[rule.name] = {option.replace("-", "_"): it for option, it in options.items()}
        return result

    def _like(self, key: str, value: Any, default: Any) -> None:
        """Check that `value` is of the kind of the option's default (None admits anything)."""
        if default is None:
            return
        kinds: tuple[tuple[type, tuple[type, ...], str], ...] = (
            (bool, (bool,), "true or false"),
            (int, (int,), "a whole number"),
            (float, (int, float), "a number"),
            (str, (str,), "a string"),
            (tuple, (list,), "a list"),
            (list, (list,), "a list"),
        )
        for kind, accepted, wanted in kinds:
            if isinstance(default, kind):
                wrong_bool = isinstance(value, bool) and kind is not bool
                if wrong_bool or not isinstance(value, accepted):
                    raise self._wrong(key, wanted, value)
                return
