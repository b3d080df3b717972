"""Where output goes: a terminal, a pipe or a file."""

from __future__ import annotations

import io
import os
import sys

from gradlint.report.characters import escape
from gradlint.report.layout import Screen


class UserError(Exception):
    """Something the user asked for that cannot be done; one plain line."""


def accept_every_character() -> None:
    """From here on, what the encoding of an output stream lacks is written as an escape.

    What goes to a stream that was closed (`>&-`), which Python does not have, goes nowhere.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def write_error(text: str) -> None:
    """Write one message to standard error, control characters made visible."""
    sys.stderr.write(escape(text.rstrip("\n")) + "\n")


def write_file(path: str, text: str) -> None:
    """Write a report to `path`.

    Raises:
        UserError: it cannot be written.
    """
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"cannot write the report `{path}`: {reason.lower()}") from None


def screen() -> Screen:
    """What standard output is drawn on: a terminal, or plain text, for which rich stays away.

    FORCE_COLOR makes a terminal of anything.
    """
    if sys.stdout.isatty() or os.environ.get("FORCE_COLOR"):
        from gradlint.report.console import Console

        return Console(sys.stdout)
    from gradlint.report.plain import Plain

    return Plain(sys.stdout)
