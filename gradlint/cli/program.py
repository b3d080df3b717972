"""The `gradlint` command: its verbs, imported when used, and what happens when they fail."""

from __future__ import annotations

import errno
import gc
import os
import sys
from importlib import import_module
from typing import Any, NoReturn, TextIO

import click

from gradlint import __version__
from gradlint.cli.output import UserError, accept_every_character, write_error
from gradlint.registry import RuleFileError

# Verb -> the module under gradlint.cli that holds its `command`; help lists them in this order.
_VERBS = {
    "check": "check",
    "logs": "logs",
    "rule": "rule",
    "config": "settings",
}

_TRACEBACK = "GRADLINT_TRACEBACK"

_ENDED_BY_SIGPIPE = 128 + 13
"""What a shell says of a program that is ended by SIGPIPE, as git is where its reader has gone
(ruff gives 0). Neither 0 nor 1 would be true: what was found was not told in full."""


class _Program(click.Group):
    """The verbs, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        command = import_module(f"gradlint.cli.{_VERBS[cmd_name]}").command
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _VERBS and not name.startswith("-"):
            raise click.UsageError(f"unknown command `{name}`{_hint(name)}")
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run the command line and exit.

        A failure is one line on standard error; a traceback only if GRADLINT_TRACEBACK is set.
        """
        accept_every_character()
        try:
            code = self._run(*args, **extra)
            sys.stdout.flush()
        except BrokenPipeError:
            code = _reader_gone()
        except OSError as error:
            if not _of_the_output(error):
                raise
            _write_nothing_more(sys.stdout)
            code = _failed(f"the output cannot be written: {error.strerror or error}")
        except SystemExit as end:
            # So click and rich end where the reader has gone; no verb does.
            code = _reader_gone() if end.code == 1 else end.code
        gc.freeze()  # what is left goes with the process; Python would look for garbage in it
        sys.exit(code)

    def _run(self, *args: Any, **extra: Any) -> int | str | None:
        """What the exit code is."""
        extra["standalone_mode"] = False
        try:
            code = super().main(*args, **extra)
        except (click.ClickException, UserError, RuleFileError) as error:
            text = error.format_message() if isinstance(error, click.ClickException) else str(error)
            return _failed(text)
        except (click.Abort, KeyboardInterrupt):
            return 130
        except Exception as error:
            if _of_the_output(error) or os.environ.get(_TRACEBACK):
                raise
            return _failed(
                f"internal error: {type(error).__name__}: {error}"
                f" (please report it; {_TRACEBACK}=1 shows the traceback)"
            )
        return code if isinstance(code, int) else 0


def _failed(message: str) -> int:
    plain = " ".join(message.split())
    write_error(f"gradlint: {plain[:1].lower()}{plain[1:].rstrip('.')}\n")
    return 2


def _of_the_output(error: BaseException) -> bool:
    """Whether nobody reads it, or there is no space for it: all else that is written has a name."""
    if isinstance(error, BrokenPipeError):
        return True
    return isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None


def _reader_gone() -> int:
    """Write nothing more, as `head` has enough; returns the exit code."""
    _write_nothing_more(sys.stdout, sys.stderr)
    return _ENDED_BY_SIGPIPE


def _write_nothing_more(*streams: TextIO) -> None:
    # Python would complain when it writes what is left and closes the streams.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())


def _hint(name: str) -> str:
    if os.path.exists(name):
        verb = "check" if os.path.isdir(name) or name.endswith((".py", ".ipynb")) else "logs"
        return f"; did you mean `gradlint {verb} {name}`?"
    from difflib import get_close_matches

    found = get_close_matches(name, _VERBS, n=1)
    return f"; did you mean `{found[0]}`?" if found else "; see `gradlint --help`"


main = _Program(
    name="gradlint",
    help="Find training that explodes, vanishes or turns into NaN: in its source, before the run,"
    " and in its logs, during the run and after.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=False,
)
click.version_option(__version__, prog_name="gradlint", message="%(prog)s %(version)s")(main)
