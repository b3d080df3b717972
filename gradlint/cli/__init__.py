"""Takes a command line; gives output and an exit code: 0 clean, 1 findings, 2 could not run."""

from gradlint.cli.program import main

__all__ = ["main"]
