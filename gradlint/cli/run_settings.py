"""Options that several verbs share -> settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from gradlint.cli.output import UserError
from gradlint.config import KEYS, ConfigError, Settings, command_line, common_folder, find, load
from gradlint.registry import Registry

_Command = TypeVar("_Command", bound=Callable[..., Any])

_LEVELS = ["info", "warning", "error"]


def selection_options(command: _Command) -> _Command:
    """Add the options that choose rules, severities and the configuration."""
    options = [
        *(
            _option(key, multiple=True, metavar="RULES")
            for key in ("select", "ignore", "extend-select", "extend-ignore")
        ),
        _option("severity", type=click.Choice(_LEVELS)),
        _option("fail-on", type=click.Choice([*_LEVELS, "never"])),
        click.option("--config", metavar="PATH", help="Read this configuration file."),
        click.option("--isolated", is_flag=True, help="Read no configuration file."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def discovery_options(command: _Command) -> _Command:
    """Add the options that leave out files of source."""
    options = [
        _option("exclude", multiple=True, metavar="PATTERNS"),
        _option("extend-exclude", multiple=True, metavar="PATTERNS"),
        _option("force-exclude", "/--no-force-exclude", default=None),
        _option("respect-gitignore", "/--no-respect-gitignore", default=None),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _option(key: str, off: str = "", **more: Any) -> Callable[[_Command], _Command]:
    """The option that sets `key` of the configuration."""
    default = KEYS[key].default
    shown = f"  [default: {default}]" if isinstance(default, str) else ""
    return click.option(f"--{key}{off}", help=KEYS[key].help + shown, **more)


def settings_for(registry: Registry, paths: Sequence[str], options: Mapping[str, Any]) -> Settings:
    """The settings of a run over `paths` with the parsed `options` of the command line.

    Raises:
        UserError: the configuration file or an option cannot be used.
    """
    path, isolated = options["config"], options["isolated"]
    if path is not None and isolated:
        raise UserError("`--config` and `--isolated` contradict each other")
    given = {key: options.get(key.replace("-", "_")) for key in KEYS}
    values = {
        key: _listed(value) if isinstance(value, tuple) else value
        for key, value in given.items()
        if value not in (None, ())
    }
    if values.get("select") == []:
        # An empty variable of a script; nothing would be checked.
        raise UserError("`--select` names no rule")
    try:
        if path is None and not isolated:
            path = find(common_folder(paths))
        said = [] if path is None else [load(os.path.normpath(path), registry)]
        return Settings((*said, command_line(values, registry)))
    except ConfigError as error:
        raise UserError(str(error)) from None


def _listed(values: Sequence[str]) -> list[str]:
    return [item.strip() for value in values for item in value.split(",") if item.strip()]
