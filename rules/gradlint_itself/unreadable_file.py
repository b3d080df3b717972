"""# A file or directory cannot be read

## What it does

Reports a path that does not exist, may not be read, is not text in the encoding it claims, or is a
notebook that is not valid JSON.

## Why it is a risk

The file was not checked. Skipping it silently would make the run look cleaner than it is, and a
mistyped path in a CI job would pass for ever.

## Example

A file saved as Latin-1 that does not say so is not UTF-8, which Python takes for granted. This one
says so, and is read:

```python good
# coding: latin-1
name = "Müller"
```

## How to fix

Follow the help line: correct the path, grant the permission, save the file as UTF-8 (or name its
encoding in the first line), fetch a Git LFS pointer, resolve a merge conflict in a notebook.

## When it is fine

A file that is kept broken on purpose belongs in `exclude`. Files over `max-file-size` are not
reported here: they are skipped, and `--show-skipped` lists them.

## References

- [PEP 263: source code encodings](https://peps.python.org/pep-0263/)
- [The notebook file format](https://nbformat.readthedocs.io/en/latest/format_description.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import Finding, Unreadable, rule


@rule("GL002", "error")
def check(file: Unreadable) -> Iterator[Finding]:
    """Report why the file could not be read."""
    yield Finding(file.span, f"the {file.kind} {file.reason}", help=file.help)
