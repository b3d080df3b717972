"""Write the files of a new rule. They fail their own tests until they are written.

python scripts/new_rule.py GL217 clip-something clipping --subject Clip
python scripts/new_rule.py GL510 nan-comparison loss --subject Comparison --wing losses

The second form is for a subject that the model does not give yet: a view in
`gradlint/model/WING/` is begun as well, and its line is added to the table of subjects.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from gradlint.model.subjects import SUBJECTS as OF_SOURCE
from gradlint.registry import builtin_registry
from gradlint.relations.subjects import SUBJECTS as OF_LOGS

ROOT = Path(__file__).resolve().parent.parent

RULE = '''"""# Say in one line what is wrong, without a full stop

## What it does

Reports ...

## Why it is a risk

## Example

```{language} bad
{bad}
```

```{language} good
{good}
```

## How to fix

## When it is fine

## References
"""

from __future__ import annotations

from collections.abc import Iterator

from {sdk} import Finding, {subject}, {report}, rule


@rule("{code}", "warning")
def check({parameter}: {subject}) -> Iterator[Finding]:
    """Say what is reported."""
    yield from ()
'''

SUITE = """# {code} {name}

## What this variation pins

```{language} bad
{bad}
```
"""

ORACLE = '''"""{code}: the claim, as a sentence that a program can contradict.
Source: where it is from.
"""

from __future__ import annotations


def test_what_goes_wrong_does_go_wrong() -> None:
    raise NotImplementedError


def test_the_fix_cures_it() -> None:
    raise NotImplementedError
'''

VIEW = '''"""Calls -> {words}: say in one sentence what this file finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.values.at_call import AtCall
from gradlint.values.kinds import Apply

if TYPE_CHECKING:
    from gradlint.model.program import Program


@dataclass(slots=True, eq=False, repr=False)
class {subject}(AtCall):
    """What it is, and what each attribute says."""

    call: Apply


def {view}(program: Program) -> Iterator[{subject}]:
    """Every {words} of a program."""
    yield from ()
'''


def snake(name: str) -> str:
    """`nan-comparison` and `NanComparison` as `nan_comparison`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name.replace("-", "_")).lower()


def begin_subject(subject: str, wing: str) -> list[Path]:
    """Begin the view of a new subject, and put it into the table."""
    stem = snake(subject)
    view = f"{stem}s"
    path = ROOT / "gradlint" / "model" / wing / f"{stem}.py"
    path.write_text(
        VIEW.format(subject=subject, view=view, words=stem.replace("_", " ")), encoding="utf-8"
    )
    table = ROOT / "gradlint" / "model" / "subjects.py"
    text = table.read_text(encoding="utf-8")
    line = f"from gradlint.model.{wing}.{stem} import {subject} as {subject}, {view}\n"
    first = text.index("from gradlint.model.")
    mark = "    # What the engine itself comes upon.\n"
    text = text[:first] + line + text[first:]
    text = text.replace(
        mark, f"    Subject({subject}, {view}, (b'a spelling that each has',)),\n{mark}"
    )
    table.write_text(text, encoding="utf-8")
    return [path, table]


def main(arguments: list[str]) -> int:
    """Write the files; 2 for arguments that make no rule."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("code", help="`GL` or `TL` and three digits; the first is the family")
    parser.add_argument("name", help="kebab-case; reads well after `ignore`")
    parser.add_argument("folder", help="the folder under rules/")
    parser.add_argument("--subject", required=True, help="what the rule judges")
    parser.add_argument("--wing", help="where in gradlint/model/ a new subject is found")
    given = parser.parse_args(arguments)
    if not re.fullmatch(r"[GT]L\d{3}", given.code):
        parser.error(f"`{given.code}` is not `GL` or `TL` and three digits")
    if not re.fullmatch(r"[a-z][a-z0-9-]*", given.name):
        parser.error(f"`{given.name}` is not in kebab-case")
    for key in (given.code, given.name):
        known = builtin_registry().find(key)
        if known is not None:
            parser.error(f"`{key}` is a rule already: {known.path}")
    judges_logs = given.code.startswith("TL")
    subjects = [it.name for it in (OF_LOGS if judges_logs else OF_SOURCE) if it.view is not None]
    written: list[Path] = []
    if given.subject not in subjects:
        wings = {path.parent.name for path in ROOT.glob("gradlint/model/*/__init__.py")}
        if judges_logs or given.wing not in wings:
            parser.error(
                f"`{given.subject}` is not a subject; there are {', '.join(subjects)}"
                + ("" if judges_logs else f", and --wing is one of {', '.join(sorted(wings))}")
            )
        written += begin_subject(given.subject, given.wing)
    stem = snake(given.name)
    words = {
        "code": given.code,
        "name": given.name,
        "subject": given.subject,
        "parameter": snake(given.subject).rpartition("_")[2],
        "sdk": "gradlint.sdk.logs" if judges_logs else "gradlint.sdk.source",
        "report": "event" if judges_logs else "report",
        "language": "csv" if judges_logs else "python",
        "bad": f"# error: {given.code}: loss 3\nstep,loss\n" + "\n".join(f"{n},1" for n in range(5))
        if judges_logs
        else f"pass  # warning: {given.code}",
        "good": "step,loss\n0,1\n1,0.9\n2,0.8" if judges_logs else "pass",
    }
    texts = {
        ROOT / "rules" / given.folder / f"{stem}.py": RULE,
        ROOT / "tests" / "rules" / "more" / f"{given.name}.md": SUITE,
    }
    if not judges_logs:
        texts[ROOT / "tests" / "oracles" / f"test_{given.code.lower()}_{stem}.py"] = ORACLE
    for path, text in texts.items():
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.format(**words), encoding="utf-8")
            written.append(path)
    for path in written:
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
