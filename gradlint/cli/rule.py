"""`gradlint rule`: the documents of rules."""

from __future__ import annotations

import sys
from typing import Any

import click

from gradlint.cli.output import UserError, screen
from gradlint.registry import Rule, builtin_registry
from gradlint.report.characters import escape
from gradlint.report.layout import Table
from gradlint.selection import did_you_mean, expand, nearest, selector_key


@click.command("rule")
@click.argument("key", required=False, metavar="[CODE|NAME|FAMILY]")
@click.option("--all", "every", is_flag=True, help="All rules, one line each.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(key: str | None, every: bool, output_format: str) -> int:
    """Print what a rule finds, why that is a risk, and how to fix it.

    The rules of a family (`GL2`) are listed, one line each.
    """
    registry = builtin_registry()
    if (key is None) == (not every):
        raise UserError("name one rule, or give `--all`")
    selector = "ALL" if key is None else key
    codes = expand(registry, selector)
    rules = [rule for rule in registry if rule.code in codes]
    if not rules:
        near = did_you_mean(nearest(registry, selector), otherwise="; see `gradlint rule --all`")
        raise UserError(f"no rule is called `{selector}`{near}")
    listed = selector_key(selector) not in (None, rules[0].code)
    if output_format == "json":
        import json

        documents = [_described(rule) for rule in rules]
        sys.stdout.write(json.dumps(documents if listed else documents[0], indent=2) + "\n")
    elif listed:
        screen().draw([Table([_row(rule) for rule in rules])])
    else:
        screen().document(document(rules[0]))
    return 0


def _row(rule: Rule) -> tuple[str, ...]:
    off = "" if rule.default else " (off)"
    return rule.code, rule.name, rule.severity.label + off, escape(rule.summary)


SKETCHES = """
The examples sketch series: `2 -> 1` is a straight line, `2 ~> 1` a decay, `2 *> 1` straight in
logarithms; a line about a series that was there before changes it.
"""


def document(rule: Rule) -> str:
    """The document of a rule with its facts and options, in Markdown."""
    state = "on by default" if rule.default else "off unless selected"
    heading, _, body = rule.document.partition("\n")
    facts = f"`{rule.code}` `{rule.name}`, {rule.severity.label}, {state}"
    options = "".join(
        f"\nOption `{option.replace('_', '-')}`, by default {default!r}\n"
        for option, default in rule.options.items()
    )
    if "\n```series" in body:
        body = body.replace("## Example\n", f"## Example\n{SKETCHES}", 1)
    text = f"{heading}\n\n{facts}\n{body}{options}"
    return "\n".join(map(escape, text.split("\n")))


def _described(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "severity": rule.severity.label,
        "default": rule.default,
        "summary": rule.summary,
        "options": {name.replace("_", "-"): value for name, value in rule.options.items()},
        "symptoms": dict(rule.symptoms),
        "document": rule.document,
    }
