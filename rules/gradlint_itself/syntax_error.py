"""# A program cannot be parsed

## What it does

Reports a file, or a notebook cell, that is not valid Python for the interpreter that runs gradlint.
Python 2 and syntax of a newer Python are recognised and named.

## Why it is a risk

No other rule runs on what cannot be parsed. Without this finding, a broken file would look like a
clean one. In a notebook only the broken cell is left out; the other cells are still checked.

## Example

```python bad
for batch in loader  # error: GL001
    loss = step(batch)
```

```python good
for batch in loader:
    loss = step(batch)
```

## How to fix

Correct the syntax. If the file is Python 2, port it; if it needs a newer Python, run gradlint with
that Python. A file that is meant to be broken, such as a template, belongs in `exclude`.

## When it is fine

Never for code that is used to train: it does not run either.

## References

- [The Python language reference: lexical
  analysis](https://docs.python.org/3/reference/lexical_analysis.html)
- [What's new in Python](https://docs.python.org/3/whatsnew/)
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, SyntaxFailure, rule


@rule("GL001", "error")
def check(failure: SyntaxFailure) -> Iterator[Finding]:
    """Report what the parser said."""
    yield Finding(failure.span, failure.message, help=failure.help)
