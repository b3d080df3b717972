"""Write docs/inside/facts.md from the schema of the facts, or check that it is up to date.

python scripts/write_facts_page.py [--check] [FACTS.toml ...]

Files that are named are checked against the schema as well; those that ship with the tool are
checked by its tests.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from gradlint.frameworks.schema import Key, Section, problems, sections

PAGE = Path(__file__).resolve().parent.parent / "docs" / "inside" / "facts.md"

HEAD = """# Facts

Written from `gradlint/frameworks/schema.toml` by `scripts/write_facts_page.py`; do not edit.

What a library's API means stands in `gradlint/frameworks/*/facts.toml`, a file for each library or
family of libraries. A file consists of sections, and most sections of entries: the full name of a
function or a class, with keys that say what is known of it.

```toml
[layer]
"torch.nn.Linear" = { kind = "linear", signature = ["in_features", "out_features", "bias"] }
```

An entry that does not fit a line of 100 columns is a table of its own, a key a line:
`[layer."torch.nn.Linear"]`. An entry without keys is `{}`. A name is spelled the one way that
`[aliases]` and `flat-modules` lead to. What the facts don't say is unknown, and a rule that meets
something unknown stays silent: a missing fact costs a finding, a wrong one makes a false alarm.

A key that ends in `-parameter` holds the name of a parameter of the callee, which need not be among
the positional ones of its `signature`. A flag is left out where it is not true. A new key is
declared in the schema first; `tests/frameworks` fails for a key that is not declared, not used or
not read.
"""

SHAPES = {
    "entries": "Entries without keys.",
    "names": "Each name has another name, not a table.",
    "keys": "One table of keys, not of names.",
}


def row(name: str, key: Key) -> str:
    """One line of a section's table."""
    meaning = key.meaning
    if key.values:
        meaning += f" One of {', '.join(f'`{value}`' for value in key.values)}."
    required = ", required" if key.required else ""
    return f"| `{name}` | {key.type}{required} | {meaning} |"


def of_section(name: str, section: Section) -> Iterator[str]:
    """The lines about one section."""
    shape = "" if section.shape == "entries" and section.keys else f" {SHAPES[section.shape]}"
    yield from ("", f"## `[{name}]`", "", section.meaning + shape)
    if section.keys:
        yield from ("", "| key | holds | meaning |", "|---|---|---|")
        yield from (row(key, said) for key, said in section.keys.items())


def page() -> str:
    """The whole page."""
    lines = [HEAD.rstrip("\n")]
    for name, section in sections().items():
        lines += of_section(name, section)
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is up to date; check the files that are named."""
    found = [
        f"{path}: {problem}"
        for path in arguments
        if path != "--check"
        for problem in problems(tomllib.loads(Path(path).read_text(encoding="utf-8")), sections())
    ]
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        found.append(f"{PAGE} is not what the schema says: run {sys.argv[0]}")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
