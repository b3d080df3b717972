"""`gradlint config`: the settings in force, and where each was set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from gradlint.cli.output import screen
from gradlint.cli.run_settings import discovery_options, selection_options, settings_for
from gradlint.config import KEYS, Settings
from gradlint.registry import builtin_registry
from gradlint.report.characters import escape
from gradlint.report.layout import Line, Table
from gradlint.selection import enabled


@click.command("config")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@selection_options
@discovery_options
def command(paths: tuple[str, ...], **selection: Any) -> int:
    """Print the settings that a check of PATHS would use, and where each was set."""
    registry = builtin_registry()
    settings = settings_for(registry, paths, selection)
    rules = enabled(registry, settings.layers)
    screen().draw(
        [
            Line([(f"configuration file: {escape(settings.file or 'none')}", "")]),
            Line(),
            Table(list(_rows(settings)), ("setting", "from", "value")),
            Line(),
            Line([(f"{len(rules)} of {len(registry)} rules are on:", "")]),
            Table([(rule.code, rule.name) for rule in rules], indent=2),
        ]
    )
    return 0


def _rows(settings: Settings) -> Iterator[tuple[str, str, str]]:
    for key in KEYS:
        origin = escape(settings.source(key).origin)
        for name, value in _flat(key, settings.value(key)):
            shown = "the default rules" if value is None else json.dumps(value, ensure_ascii=False)
            yield escape(name), origin, escape(shown)


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A value with the dotted name it has; a table as what is in it."""
    if not isinstance(value, dict):
        yield name, value
        return
    for key, inner in value.items():
        yield from _flat(f"{name}.{key}", inner)
