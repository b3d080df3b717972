"""Write the stub of a new rule, which fails its own tests until it is written.

python scripts/new_rule.py GL217 clip-something clipping
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

RULES = Path(__file__).resolve().parent.parent / "rules"

STUB = '''"""# Say in one short line what is wrong

## What it does

## Why it is a risk

## Example

```python bad
pass  # warning: {code}
```

## How to fix

## When it is fine

## References
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Call, Finding, rule


@rule("{code}", "warning")
def check(call: Call) -> Iterator[Finding]:
    """Say what is reported."""
    yield from ()
'''


def main(arguments: list[str]) -> int:
    """Write the stub; 2 for arguments that make no rule."""
    if len(arguments) != 3:
        print(__doc__)
        return 2
    code, name, family = arguments
    if not re.fullmatch(r"[GT]L\d{3}", code) or not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        print(f"`{code}` is no code, or `{name}` no kebab-case name")
        return 2
    path = RULES / family / f"{name.replace('-', '_')}.py"
    if path.exists():
        print(f"{path} exists")
        return 2
    path.parent.mkdir(exist_ok=True)
    path.write_text(STUB.format(code=code), encoding="utf-8")
    print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
