"""# A suppression comment names no known rule

## What it does

Reports a name or code in the brackets of `# gradlint: ignore[...]` or `ignore-file[...]` that is
neither a rule, nor a family such as `GL2`, nor `ALL`.

## Why it is a risk

A mistyped name suppresses nothing, so the finding it was meant for stays, or comes back later with
a comment beside it that claims it was accepted.

## Example

```python bad
total = 0  # gradlint: ignore[sintax-error]  # error: GL004
```

```python good
total = 0
```

## How to fix

Write the rule's name or code as it appears in the finding. `gradlint rule --all` lists them.

## When it is fine

Where the rule is one of a newer gradlint than the one that runs.

## References

- [Ruff's rule for the same in `noqa`
  comments](https://docs.astral.sh/ruff/rules/invalid-rule-code/)
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, UnknownRule, rule


@rule("GL004", "warning")
def check(unknown: UnknownRule) -> Iterator[Finding]:
    """Report the key, with the nearest name if there is one."""
    near = unknown.suggestion
    yield Finding(
        unknown.span,
        f"no rule is called `{unknown.key}`",
        help=f"write `{near}`" if near else "write the rule's name or code as in its finding",
    )
