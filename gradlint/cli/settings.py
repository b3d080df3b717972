"""`gradlint config`: the settings in force, and where each was set."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

import click

from gradlint.cli.output import UserError, screen
from gradlint.cli.run_settings import discovery_options, selection_options, settings_for
from gradlint.config import KEYS, Settings, nearest_key
from gradlint.registry import builtin_registry
from gradlint.report.characters import escape
from gradlint.report.layout import Line, Table
from gradlint.selection import did_you_mean, enabled

_Row = tuple[str, str, str]

_HEADS = ("setting", "from", "value")


@click.command("config")
@click.argument("what", nargs=-1, metavar="[SETTING|PATH]...")
@selection_options
@discovery_options
def command(what: tuple[str, ...], **selection: Any) -> int:
    """Print the settings in force, and where each was set.

    They are those of a check of the PATHs; a SETTING that is named (`fail-on`) is printed alone.
    """
    registry = builtin_registry()
    paths = [word for word in what if os.path.exists(word)]
    settings = settings_for(registry, paths, selection)
    rows = list(_rows(settings))
    named = [word for word in what if word not in paths]
    if named:
        shown = [row for name in named for row in _of(name, rows)]
        screen().draw([Table(shown, _HEADS)])
        return 0
    rules = enabled(registry, settings.layers)
    screen().draw(
        [
            Line([(f"configuration file: {escape(settings.file or 'none')}", "")]),
            Line(),
            Table(rows, _HEADS),
            Line(),
            Line([(f"{len(rules)} of {len(registry)} rules are on:", "")]),
            Table([(rule.code, rule.name) for rule in rules], indent=2),
        ]
    )
    return 0


def _of(name: str, rows: Sequence[_Row]) -> list[_Row]:
    """The rows of a setting, several where it is a table.

    Raises:
        UserError: there is no such setting.
    """
    found = [row for row in rows if f"{row[0]}.".startswith(f"{name}.")]
    if not found:
        keys = [row[0] for row in rows]
        near = did_you_mean(nearest_key(name, keys), "; `gradlint config` prints all settings")
        raise UserError(f"`{name}` is neither a setting nor a path{near}")
    return found


def _rows(settings: Settings) -> Iterator[_Row]:
    for key in KEYS:
        origin = escape(settings.source(key).origin)
        for name, value in _flat(key, settings.value(key)):
            shown = "the default rules" if value is None else json.dumps(value, ensure_ascii=False)
            yield escape(name), origin, escape(shown)


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A value with the dotted name it has; a table as what is in it, if anything."""
    if not isinstance(value, dict) or not value:
        yield name, value
        return
    for key, inner in value.items():
        yield from _flat(f"{name}.{key}", inner)
