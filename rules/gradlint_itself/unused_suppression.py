"""# A suppression comment suppresses nothing

## What it does

Reports `# gradlint: ignore[...]` and `# gradlint: ignore-file[...]` where no finding of the named
rules is left at that statement or in that file. Only rules that ran count: with `--select`,
comments for other rules are left alone. `# noqa` comments belong to every linter and are never
reported.

## Why it is a risk

A comment that outlives its finding hides the next one at the same place, which may be a real one.

## Example

```python bad
total = 0  # gradlint: ignore[syntax-error] was needed once  # error: GL003
```

```python good
total = 0
```

```python fixed
total = 0
```

## How to fix

Delete the comment, or take the idle rule out of its brackets.

## When it is fine

Where the finding depends on the version of Python that runs gradlint. Then say so in the comment:
`# gradlint: ignore[syntax-error, unused-suppression] only before Python 3.12`.

## References

- [Ruff's rule for the same in `noqa` comments](https://docs.astral.sh/ruff/rules/unused-noqa/)
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, Fix, UnusedSuppression, rule


@rule("GL003", "info")
def check(unused: UnusedSuppression) -> Iterator[Finding]:
    """Report the idle keys, or the whole comment, with the edit that removes them."""
    keys = ", ".join(f"`{key}`" for key in unused.codes)
    message = f"nothing to suppress here for {keys}" if keys else "nothing to suppress here"
    fix = Fix("delete the unused suppression", (unused.removal,), safe=True)
    yield Finding(unused.span, message, help="delete it, or the next finding here is lost", fix=fix)
