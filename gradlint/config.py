"""Configuration files and command line -> the settings of one run, and where each came from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradlint.finding import Severity
from gradlint.registry import Registry
from gradlint.selection import Layer, UnknownSelectorError, did_you_mean, nearest, validate
from gradlint.source.discovery import DEFAULT_EXCLUDE
from gradlint.source.ignore_files import PatternSet
from gradlint.source.reading import DEFAULT_MAX_SIZE

_FILES = (".gradlint.toml", "gradlint.toml", "pyproject.toml")

_COMMAND_LINE = "command line"


class ConfigError(Exception):
    """A setting that cannot be used; the message names its source and the key."""


@dataclass(frozen=True, slots=True)
class Source:
    """What one source of settings says.

    Attributes:
        values: by key of `KEYS`, as they are written in TOML, lists as tuples.
        origin: the path of a configuration file, `command line` or `default`.
        root: the directory that patterns of paths count from.
    """

    values: Mapping[str, Any]
    origin: str = "default"
    root: str = "."


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run: what each source says, later sources over earlier ones."""

    said: tuple[Source, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """The defaults, then what was said."""
        return (_DEFAULTS, *self.said)

    def source(self, key: str) -> Source:
        """The last source that says something about `key`."""
        return next(source for source in reversed(self.sources) if key in source.values)

    def value(self, key: str) -> Any:
        """What is in force for `key`, as it is written in TOML."""
        if KEYS[key].adds_up:
            return tuple(item for it in self.sources for item in it.values.get(key, ()))
        return self.source(key).values[key]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The selectors of each source."""
        return tuple(
            Layer(
                it.values.get("select"),
                it.values.get("ignore", ()),
                it.values.get("extend-select", ()),
                it.values.get("extend-ignore", ()),
            )
            for it in self.sources
        )

    @property
    def excludes(self) -> tuple[PatternSet, ...]:
        """The patterns of paths that are left out, each with the directory it counts from."""
        more = [it for it in self.sources if it.values.get("extend-exclude")]
        source = self.source("exclude")
        return (
            PatternSet(source.root, source.values["exclude"]),
            *(PatternSet(it.root, it.values["extend-exclude"]) for it in more),
        )

    @property
    def per_file_ignores(self) -> Mapping[str, tuple[str, ...]]:
        """Selectors by the pattern of the paths where they are ignored."""
        value: Mapping[str, tuple[str, ...]] = self.value("per-file-ignores")
        return value

    @property
    def root(self) -> str:
        """The directory that the patterns of `per_file_ignores` count from."""
        return self.source("per-file-ignores").root

    @property
    def severity(self) -> Severity:
        """Findings below this are hidden."""
        return Severity.from_label(self.value("severity"))

    @property
    def fail_on(self) -> Severity | None:
        """From this severity on, the exit code is 1; None for never."""
        label = self.value("fail-on")
        return None if label == "never" else Severity.from_label(label)

    @property
    def force_exclude(self) -> bool:
        """Whether files that were named are left out as well."""
        return bool(self.value("force-exclude"))

    @property
    def respect_gitignore(self) -> bool:
        """Whether files that git ignores are left out."""
        return bool(self.value("respect-gitignore"))

    @property
    def max_file_size(self) -> int:
        """Bytes of the largest file of source that is read."""
        return int(self.value("max-file-size"))

    @property
    def rule_options(self) -> Mapping[str, Mapping[str, Any]]:
        """The options of rules, by the rule's name."""
        value: Mapping[str, Mapping[str, Any]] = self.value("rules")
        return value

    @property
    def roles(self) -> Mapping[str, str]:
        """What series of logs measure, by tag or pattern."""
        value: Mapping[str, str] = self.value("logs").get("roles", {})
        return value

    @property
    def file(self) -> str | None:
        """The configuration file, if one was read."""
        return next((it.origin for it in self.said if it.origin != _COMMAND_LINE), None)


def find(start: str) -> str | None:
    """The nearest configuration file at or above the directory `start`.

    A pyproject.toml without a `[tool.gradlint]` table is skipped.

    Raises:
        ConfigError: a file that mentions gradlint cannot be read.
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
    """Where the search for configuration starts: the deepest directory that holds all `paths`."""
    if not paths:
        return os.getcwd()
    absolute = [os.path.abspath(path) for path in paths]
    try:
        common = os.path.commonpath(absolute)
    except ValueError:
        return os.getcwd()
    return common if os.path.isdir(common) else os.path.dirname(common)


def load(path: str, registry: Registry) -> Source:
    """What the configuration file at `path` says.

    Raises:
        ConfigError: it cannot be read, or a key, a type, a rule or an option is unknown.
    """
    root = os.path.dirname(os.path.abspath(path))
    return Source(_Reader(path, registry).values(_table(path)), path, root)


def command_line(values: Mapping[str, Any], registry: Registry) -> Source:
    """What the command line says: `values` by key, as in a configuration file.

    Raises:
        ConfigError: a selector names no rule.
    """
    read = _Reader(_COMMAND_LINE, registry).values(values)
    return Source(read, _COMMAND_LINE, os.getcwd())


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


def nearest_key(word: str, known: Iterable[str]) -> list[str]:
    """The one of `known` that a word is most like, if it is like one."""
    from difflib import get_close_matches

    return get_close_matches(word, list(known), n=1)


class _Reader:
    """Checks what one source says; its messages begin with the source's name."""

    def __init__(self, origin: str, registry: Registry) -> None:
        self._origin = origin
        self._registry = registry

    def values(self, table: Mapping[str, Any]) -> dict[str, Any]:
        read = {}
        for key, value in table.items():
            if key not in KEYS:
                raise self._error(key, "unknown key", nearest_key(key, KEYS))
            read[key] = KEYS[key].read(self, key, value)
        return read

    def _error(self, key: str, problem: str, near: Sequence[str]) -> ConfigError:
        return ConfigError(f"{self._origin}: {problem} `{key}`{did_you_mean(near)}")

    def _wrong(self, key: str, wanted: str, value: object) -> ConfigError:
        shown = repr(value) if len(repr(value)) <= 40 else type(value).__name__
        return ConfigError(f"{self._origin}: `{key}` must be {wanted}, not {shown}")

    def strings(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "a list of strings", value)
        return tuple(value)

    def selectors(self, key: str, value: Any) -> tuple[str, ...]:
        selectors = self.strings(key, value)
        try:
            validate(self._registry, selectors)
        except UnknownSelectorError as error:
            raise ConfigError(f"{self._origin}: `{key}` names an {error}") from None
        return selectors

    def per_file(self, key: str, value: Any) -> dict[str, tuple[str, ...]]:
        if not isinstance(value, dict):
            raise self._wrong(key, "a table of patterns", value)
        return {pattern: self.selectors(f"{key}.{pattern}", it) for pattern, it in value.items()}

    def severity(self, key: str, value: Any) -> str:
        if value not in ("info", "warning", "error"):
            raise self._wrong(key, "`info`, `warning` or `error`", value)
        return str(value)

    def severity_or_never(self, key: str, value: Any) -> str:
        if value not in ("info", "warning", "error", "never"):
            raise self._wrong(key, "`info`, `warning`, `error` or `never`", value)
        return str(value)

    def boolean(self, key: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false", value)
        return value

    def size(self, key: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise self._wrong(key, "a number of bytes above 0", value)
        return value

    def logs(self, key: str, value: Any) -> dict[str, dict[str, str]]:
        if not isinstance(value, dict):
            raise self._wrong(key, "a table", value)
        for name in value:
            if name != "roles":
                raise self._error(f"{key}.{name}", "unknown key", nearest_key(name, ["roles"]))
        roles = value.get("roles", {})
        if not isinstance(roles, dict):
            raise self._wrong(f"{key}.roles", "a table of series", roles)
        for tag, role in roles.items():
            # Which roles there are is known where logs are read, and a check of source loads none.
            if not isinstance(role, str):
                raise self._wrong(
                    f"{key}.roles.{tag}", "a string (quote a tag that has dots)", role
                )
        return {"roles": roles}

    def rules(self, key: str, value: Any) -> dict[str, dict[str, Any]]:
        if not isinstance(value, dict):
            raise self._wrong(key, "a table of rules", value)
        result = {}
        for name, options in value.items():
            rule = self._registry.find(name)
            if rule is None:
                near = nearest(self._registry.known, name)
                raise self._error(f"{key}.{name}", "unknown rule", near)
            if not isinstance(options, dict):
                raise self._wrong(f"{key}.{name}", "a table of options", options)
            for option, given in options.items():
                path = f"{key}.{name}.{option}"
                plain = option.replace("-", "_")
                if plain not in rule.options:
                    raise self._error(path, "unknown option", nearest_key(plain, rule.options))
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


@dataclass(frozen=True, slots=True)
class Key:
    """A setting.

    Attributes:
        read: checks a value; gives it with lists as tuples.
        default: the value where no source has one.
        help: what it does, for the command line.
        adds_up: whether what all sources say counts, and not the last alone.
    """

    read: Callable[[_Reader, str, Any], Any]
    default: Any
    help: str
    adds_up: bool = False


_BY = "by name, code or family (comma separated)"

KEYS = {
    "select": Key(_Reader.selectors, None, f"Run only these rules, {_BY}."),
    "ignore": Key(_Reader.selectors, (), f"Leave out these rules, {_BY}.", True),
    "extend-select": Key(_Reader.selectors, (), "Run these rules as well.", True),
    "extend-ignore": Key(_Reader.selectors, (), "Leave out these rules as well.", True),
    "exclude": Key(_Reader.strings, DEFAULT_EXCLUDE, "Exclude these paths, not the default ones."),
    "extend-exclude": Key(_Reader.strings, (), "Exclude these paths as well.", True),
    "force-exclude": Key(_Reader.boolean, False, "Exclude files that are named as well."),
    "per-file-ignores": Key(_Reader.per_file, {}, "Leave out rules by path."),
    "severity": Key(_Reader.severity, "info", "Hide findings below this severity."),
    "fail-on": Key(
        _Reader.severity_or_never, "warning", "Exit with 1 if a finding is this severe, or worse."
    ),
    "respect-gitignore": Key(_Reader.boolean, True, "Leave out what git ignores (default)."),
    "max-file-size": Key(_Reader.size, DEFAULT_MAX_SIZE, "Skip larger files of source (bytes)."),
    "rules": Key(_Reader.rules, {}, "Options of rules, by rule."),
    "logs": Key(_Reader.logs, {}, "What series of logs measure."),
}
"""Every setting, under the name that it has in TOML and, with `--`, on the command line."""

_DEFAULTS = Source({name: key.default for name, key in KEYS.items()})
