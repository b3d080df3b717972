"""`gradlint config`: the settings in effect, and where each was set."""

from __future__ import annotations

from typing import Any

import click

from gradlint.cli.output import write
from gradlint.cli.run_settings import discovery_options, selection_options, settings_for
from gradlint.config import DEFAULT_ORIGIN, Settings
from gradlint.registry import builtin_registry
from gradlint.report.terminal import escape
from gradlint.selection import enabled


@click.command("config")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@selection_options
@discovery_options
def command(paths: tuple[str, ...], **selection: Any) -> int:
    """Print the settings that a check of PATHS would go by, and where each comes from."""
    registry = builtin_registry()
    settings = settings_for(registry, paths, selection)
    write(f"configuration file: {escape(settings.file or 'none')}\n\n")
    for key, value in _values(settings):
        origin = settings.origins.get(key.partition(".")[0], DEFAULT_ORIGIN)
        write(f"{key} = {escape(value)}  ({escape(origin)})\n")
    rules = enabled(registry, settings.layers)
    write(f"\n{len(rules)} of {len(registry)} rules are on:\n")
    for rule in rules:
        write(f"  {rule.code}  {rule.name}\n")
    return 0


def _values(settings: Settings) -> list[tuple[str, str]]:
    layers = settings.layers
    selects = [layer.select for layer in layers if layer.select is not None]
    rows = [
        ("select", _list(selects[-1]) if selects else "the default rules"),
        ("ignore", _list(it for layer in layers for it in layer.ignore)),
        ("extend-select", _list(it for layer in layers for it in layer.extend_select)),
        ("extend-ignore", _list(it for layer in layers for it in layer.extend_ignore)),
        ("exclude", _list(it for patterns in settings.excludes for it in patterns.patterns)),
        ("respect-gitignore", str(settings.respect_gitignore).lower()),
        ("max-file-size", str(settings.max_file_size)),
        ("severity", f'"{settings.severity.label}"'),
        ("fail-on", f'"{"never" if settings.fail_on is None else settings.fail_on.label}"'),
    ]
    rows += [
        (f"per-file-ignores.{pattern}", _list(selectors))
        for pattern, selectors in settings.per_file_ignores.items()
    ]
    rows += [(f"logs.roles.{tag}", f'"{role}"') for tag, role in settings.roles.items()]
    for name, options in settings.rule_options.items():
        rows += [(f"rules.{name}.{option}", repr(value)) for option, value in options.items()]
    return rows


def _list(values: Any) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
