"""Write docs/inside/subjects.md from the tables of subjects, or check that it is up to date.

python scripts/write_subjects_page.py [--check]
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

from gradlint.model.subjects import SUBJECTS as OF_SOURCE
from gradlint.relations.subjects import SUBJECTS as OF_LOGS
from gradlint.subject import Subject

PAGE = Path(__file__).resolve().parent.parent / "docs" / "inside" / "subjects.md"

HEAD = """# Subjects

Written from the tables of subjects by `scripts/write_subjects_page.py`; do not edit.

What a rule may be about: the annotation of `check`'s first parameter. How to write a rule, and how
to add a subject, is told in [Write a rule](write-a-rule.md).
"""


def attributes(type: type) -> Iterator[str]:
    """The attributes of a subject, each with its type and, for a property, what it says."""
    if is_dataclass(type):
        for field in fields(type):
            if not field.name.startswith("_"):
                yield f"- `{field.name}`: `{field.type}`"
    members = {name: it for one in reversed(type.__mro__) for name, it in vars(one).items()}
    for name, member in members.items():
        if isinstance(member, property) and not name.startswith("_"):
            returns = inspect.signature(member.fget).return_annotation if member.fget else ""
            first = (member.__doc__ or "").strip().split("\n")[0]
            yield f"- `{name}`: `{returns}`: {first}"


def section(subject: Subject) -> str:
    """One subject: where it is defined, what it is, how files spell it, its attributes."""
    where = subject.home.replace(".", "/") + ".py"
    spelled = ", ".join(f"`{word.decode()}`" for word in subject.anchors)
    parts = [f"### {subject.name}", f"`{where}`", inspect.getdoc(subject.type) or ""]
    if spelled:
        parts.append(f"Looked for in files that spell one of {spelled}.")
    listed = "\n".join(attributes(subject.type))
    return "\n\n".join([*parts, *([listed] if listed else [])])


def page() -> str:
    """The whole page."""
    parts = [HEAD.rstrip()]
    for title, table in (("Source", OF_SOURCE), ("Training logs", OF_LOGS)):
        parts.append(f"## {title}")
        parts += [section(subject) for subject in table if subject.view is not None]
        parts.append("### What the engine itself comes upon")
        parts += [section(it).replace("###", "####", 1) for it in table if it.view is None]
    return "\n\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page; with --check, 1 where it is not what it should be."""
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE} is out of date: run scripts/write_subjects_page.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
