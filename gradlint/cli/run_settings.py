"""Options that every verb which judges has in common -> settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from gradlint.cli.output import UserError
from gradlint.config import (
    ConfigError,
    Overrides,
    Settings,
    common_folder,
    find,
    load,
    override,
)
from gradlint.finding import Severity
from gradlint.registry import Registry

_Command = TypeVar("_Command", bound=Callable[..., Any])

_LEVELS = ["info", "warning", "error"]


def selection_options(command: _Command) -> _Command:
    """Add the options that choose rules, severities and the configuration."""
    which = "these rules, by name, code or family (comma separated)"
    options = [
        click.option("--select", multiple=True, metavar="RULES", help=f"Run only {which}."),
        click.option("--ignore", multiple=True, metavar="RULES", help=f"Leave out {which}."),
        click.option(
            "--extend-select", multiple=True, metavar="RULES", help="Run these rules as well."
        ),
        click.option(
            "--extend-ignore", multiple=True, metavar="RULES", help="Leave out these rules as well."
        ),
        click.option("--severity", type=click.Choice(_LEVELS), help="Hide findings below this."),
        click.option(
            "--fail-on",
            type=click.Choice([*_LEVELS, "never"]),
            help="Exit with 1 from this severity on.  [default: warning]",
        ),
        click.option("--config", metavar="PATH", help="Read this configuration file."),
        click.option("--isolated", is_flag=True, help="Read no configuration file."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def discovery_options(command: _Command) -> _Command:
    """Add the options that leave out files of source."""
    options = [
        click.option(
            "--exclude", multiple=True, metavar="PATTERNS", help="Replace the excluded paths."
        ),
        click.option(
            "--extend-exclude", multiple=True, metavar="PATTERNS", help="Exclude these as well."
        ),
        click.option(
            "--respect-gitignore/--no-respect-gitignore",
            default=None,
            help="Leave out what git ignores.  [default: on]",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def settings_for(registry: Registry, paths: Sequence[str], options: Mapping[str, Any]) -> Settings:
    """The settings of a run over `paths` with the parsed `options` of the command line.

    Raises:
        UserError: the configuration, or an option that goes over it, cannot be used.
    """
    path, isolated = options["config"], options["isolated"]
    if path is not None and isolated:
        raise UserError("`--config` and `--isolated` contradict each other")
    changes = Overrides(
        select=_listed(options["select"]) if options["select"] else None,
        ignore=_listed(options["ignore"]),
        extend_select=_listed(options["extend_select"]),
        extend_ignore=_listed(options["extend_ignore"]),
        exclude=_listed(options["exclude"]) if options.get("exclude") else None,
        extend_exclude=_listed(options.get("extend_exclude", ())),
        severity=Severity.from_label(options["severity"]) if options["severity"] else None,
        fail_on=options["fail_on"],
        respect_gitignore=options.get("respect_gitignore"),
    )
    try:
        if path is None and not isolated:
            path = find(common_folder(paths))
        settings = Settings() if path is None else load(os.path.normpath(path), registry)
        return override(settings, changes, registry)
    except ConfigError as error:
        raise UserError(str(error)) from None


def _listed(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(item.strip() for value in values for item in value.split(",") if item.strip())
