"""`gradlint check`: source files -> findings."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from gradlint.cli.output import UserError, colored, columns, write, write_error, write_file
from gradlint.cli.run_settings import selection_options, settings_for
from gradlint.engine.check import Outcome, check
from gradlint.registry import builtin_registry
from gradlint.report import Excerpts

_FORMATS = ["full", "concise", "json"]


def _jobs(context: click.Context, parameter: click.Parameter, value: str) -> int:
    if value == "auto":
        return 0
    if not value.isdigit():
        raise click.BadParameter("a number, or `auto`")
    return int(value)


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--output-format", type=click.Choice(_FORMATS), default="full", help="How findings are printed."
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT:PATH",
    help="Write the findings to a file as well; may be repeated.",
)
@selection_options
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--stdin-filename", metavar="PATH", help="The name of what `-` reads.")
@click.option(
    "--jobs", callback=_jobs, default="auto", metavar="N", help="Processes.  [default: auto]"
)
@click.option("--no-cache", is_flag=True, help="Check every file anew.")
@click.option("--statistics", is_flag=True, help="Count findings by rule.")
@click.option("--show-skipped", is_flag=True, help="Say what was given up, and why.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings only, no summary.")
def command(
    paths: tuple[str, ...],
    output_format: str,
    reports: tuple[str, ...],
    exit_zero: bool,
    stdin_filename: str | None,
    jobs: int,
    no_cache: bool,
    statistics: bool,
    show_skipped: bool,
    quiet: bool,
    **selection: Any,
) -> int:
    """Find what will go wrong in training, in the files and directories PATHS (by default here).

    `-` reads a program from standard input.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage or internal error.
    """
    stdin = None
    if "-" in paths:
        if len(paths) > 1:
            raise UserError("`-` stands alone: standard input is checked without other paths")
        stdin = sys.stdin.buffer.read()
        paths = (stdin_filename,) if stdin_filename else ()
    elif stdin_filename is not None:
        raise UserError("`--stdin-filename` goes with `-`")
    destinations = [_destination(text) for text in reports]
    registry = builtin_registry()
    settings = settings_for(registry, paths, selection)
    outcome = check(
        paths, settings, registry, stdin=stdin, stdin_filename=stdin_filename, jobs=jobs
    )
    excerpts = _excerpts(outcome, stdin, stdin_filename)
    for kind, path in destinations:
        write_file(path, _rendered(kind, outcome, excerpts, 100, False))
    write(_rendered(output_format, outcome, excerpts, columns(), colored()))
    if output_format != "json":
        _close(outcome, excerpts, statistics=statistics, show_skipped=show_skipped, quiet=quiet)
    if exit_zero or settings.fail_on is None:
        return 0
    worst = settings.fail_on
    return int(any(finding.level >= worst for finding in outcome.findings))


def _excerpts(outcome: Outcome, stdin: bytes | None, filename: str | None) -> Excerpts:
    from gradlint.cli.excerpts import FileExcerpts

    return FileExcerpts(None if stdin is None else (filename or "<stdin>", stdin))


def _destination(text: str) -> tuple[str, str]:
    kind, colon, path = text.partition(":")
    if not colon or not path or kind not in _FORMATS:
        raise UserError(
            f"`--report {text}`: write FORMAT:PATH, FORMAT one of {', '.join(_FORMATS)}"
        )
    return kind, path


def _rendered(kind: str, outcome: Outcome, excerpts: Excerpts, width: int, color: bool) -> str:
    if kind == "json":
        from gradlint.report import json

        return json.render(
            outcome.findings,
            outcome.skipped,
            excerpts,
            files=outcome.files,
            lines=outcome.lines,
            suppressed=outcome.suppressed,
        )
    if not outcome.findings:
        return ""
    if kind == "concise":
        from gradlint.report import concise

        return concise.render(outcome.findings, color=color)
    from gradlint.report import full

    return full.render(outcome.findings, excerpts, columns=width, color=color)


def _close(
    outcome: Outcome, excerpts: Excerpts, *, statistics: bool, show_skipped: bool, quiet: bool
) -> None:
    from gradlint.report import summary

    parts: list[Callable[[], str]] = []
    if show_skipped and outcome.skipped:
        parts.append(lambda: summary.skipped(outcome.skipped, excerpts))
    if statistics and outcome.findings:
        parts.append(lambda: summary.statistics(outcome.findings))
    for part in parts:
        write(part() + "\n")
    if quiet:
        return
    closing = summary.summary(outcome.findings, outcome.files, outcome.suppressed)
    if not outcome.findings and not outcome.files:
        write_error(closing)
    else:
        write(closing + "\n")
