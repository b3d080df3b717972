"""Write docs/rules.md from the rule documents, or check that it is up to date.

python scripts/write_catalogue.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

from gradlint.registry import Rule, builtin_registry

PAGE = Path(__file__).resolve().parent.parent / "docs" / "rules.md"

FAMILIES = {
    "GL0": "gradlint itself",
    "GL1": "Recurrent networks",
    "GL2": "Gradient clipping",
    "GL3": "Data",
    "GL4": "Optimizer and schedule",
    "GL5": "Loss and numerics",
    "GL6": "Initialisation and depth",
    "GL7": "Training loop",
    "GL8": "Mixed precision",
    "TL0": "Training logs: reading",
    "TL1": "Training logs: values",
    "TL2": "Training logs: loss",
    "TL3": "Training logs: gradients",
    "TL4": "Training logs: learning",
    "TL5": "Training logs: generalisation",
    "TL6": "Training logs: integrity",
}


def row(rule: Rule) -> str:
    """One line of a family's table."""
    on = "on" if rule.default else "when selected"
    name = f"[{rule.name}](#{rule.code.lower()}-{rule.name})"
    return f"| {rule.code} | {name} | {rule.severity.label} | {on} | {rule.summary} |"


def section(rule: Rule) -> str:
    """One rule's document under its code and name, its headings one level deeper."""
    lines = rule.document.strip().splitlines()
    body = "\n".join(f"#{line}" if line.startswith("## ") else line for line in lines[1:])
    return f"## {rule.code} {rule.name}\n\n{rule.summary}\n{body}\n"


def page() -> str:
    """The whole catalogue."""
    rules = list(builtin_registry())
    parts = [
        "# Rules",
        "",
        "Written from the rule documents by `scripts/write_catalogue.py`; do not edit.",
        "",
    ]
    for family, title in FAMILIES.items():
        members = [rule for rule in rules if rule.family == family]
        if members:
            parts += [f"**{family} {title}**", "", "| code | name | severity | runs | what |"]
            parts += ["|---|---|---|---|---|", *map(row, members), ""]
    parts += [section(rule) for rule in rules]
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is what would be written."""
    text = page()
    if "--check" in arguments:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            print(f"{PAGE} is not what the rule documents say: run {sys.argv[0]}")
            return 1
        return 0
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
