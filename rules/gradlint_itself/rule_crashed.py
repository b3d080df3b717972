"""# A rule raised an exception

## What it does

Reports that a rule, or the analysis behind the rules, failed on a file. The failure is contained:
the other rules and the other files are still checked.

## Why it is a risk

The file was not checked by that rule, so its silence means nothing.

## Example

Nothing in a training program should cause this. Any program that does is worth a report.

```python good
total = 0
```

## How to fix

It is a defect of gradlint, not of your code. Please report it with the message and, if you can, the
few lines that cause it. Until it is fixed, ignore the rule for that file with `per-file-ignores`.
`GRADLINT_TRACEBACK=1` shows the traceback of a failure outside any file.

## When it is fine

Never.

## References

- [Python's built-in exceptions](https://docs.python.org/3/library/exceptions.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Finding, RuleCrash, rule


@rule("GL005", "error")
def check(crash: RuleCrash) -> Iterator[Finding]:
    """Report which rule raised what."""
    who = f"rule {crash.rule_code}" if crash.rule_code else "the analysis"
    yield Finding(
        crash.span,
        f"{who} failed on this file ({crash.error})",
        help="report it as a defect of gradlint, with the lines that cause it",
    )
