"""`gradlint check`: source files -> findings."""

from __future__ import annotations

import sys
from typing import Any

import click

from gradlint.cli.excerpts import FileExcerpts
from gradlint.cli.reporting import Report, only_standard_input, publish, reporting_options
from gradlint.cli.run_settings import discovery_options, selection_options, settings_for
from gradlint.engine.check import check
from gradlint.registry import code_registry
from gradlint.report import summary


def _jobs(context: click.Context, parameter: click.Parameter, value: str) -> int:
    if value == "auto":
        return 0
    if not value.isdigit():
        raise click.BadParameter("a number, or `auto`")
    return int(value)


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@selection_options
@discovery_options
@click.option("--stdin-filename", metavar="PATH", help="A name for what `-` reads.")
@click.option(
    "--jobs",
    callback=_jobs,
    default="auto",
    metavar="N",
    help="Number of processes.  [default: auto]",
)
@reporting_options
def command(paths: tuple[str, ...], stdin_filename: str | None, jobs: int, **options: Any) -> int:
    """Find what will go wrong in training, from its source.

    PATHS are files and directories; by default everything below the working directory is checked.
    `-` reads a program from standard input.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage or internal error.
    """
    stdin = None
    if only_standard_input(paths, stdin_filename):
        stdin = sys.stdin.buffer.read()
        paths = (stdin_filename,) if stdin_filename else ()
    registry = code_registry()
    settings = settings_for(registry, paths, options)
    outcome = check(
        paths, settings, registry, stdin=stdin, stdin_filename=stdin_filename, jobs=jobs
    )
    dismissed = outcome.dismissed
    report = Report(
        findings=outcome.findings,
        skipped=outcome.skipped,
        excerpts=FileExcerpts(None if stdin is None else (stdin_filename or "<stdin>", stdin)),
        covered={
            "files": outcome.files,
            "lines": outcome.lines,
            "interpreted": outcome.interpreted,
        },
        closing=lambda: summary.summary(
            outcome.findings,
            outcome.skipped,
            files=outcome.files,
            interpreted=outcome.interpreted,
            suppressed=outcome.suppressed,
        ),
        nothing=not (outcome.files or outcome.skipped),
        dismissed=dismissed,
        suppressed=outcome.suppressed,
        more=lambda: {
            "not_interpreted": [
                {"reason": reason, "paths": paths} for reason, paths in dismissed.items()
            ]
        },
    )
    return publish(report, settings, options)
