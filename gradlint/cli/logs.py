"""`gradlint logs`: training logs -> findings."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from gradlint.cli.output import UserError
from gradlint.cli.progress import Progress
from gradlint.cli.reporting import Report, only_standard_input, publish, reporting_options
from gradlint.cli.run_settings import selection_options, settings_for
from gradlint.config import Settings
from gradlint.registry import log_registry
from gradlint.report import summary

if TYPE_CHECKING:
    from gradlint.engine.logs import LogOutcome


@click.command("logs")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@selection_options
@click.option("--list", "listing", is_flag=True, help="Show what was read, without judging it.")
@click.option(
    "--checkpoints",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Name the checkpoint in DIR to restart from.",
)
@click.option("--stdin-filename", metavar="PATH", help="A name for what `-` reads.")
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Show each finding in full, those that tell of one incident and remarks that repeat, too.",
)
@reporting_options
def command(
    paths: tuple[str, ...],
    listing: bool,
    checkpoints: str | None,
    stdin_filename: str | None,
    **options: Any,
) -> int:
    """Find what went wrong in training, from its logs.

    PATHS are files, directories and globs; by default all logs below the working directory are
    read. `-` reads a log from standard input.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage or internal error.
    """
    stdin = None
    if only_standard_input(paths, stdin_filename):
        stdin = sys.stdin.buffer
        paths = (stdin_filename,) if stdin_filename else ()
    registry = log_registry()
    settings = settings_for(registry, paths, options)
    # This loads numpy, so mistakes in the command line are reported first.
    from gradlint.engine.logs import check_logs

    _check_roles(settings)
    progress = Progress(quiet=options["quiet"])
    try:
        outcome = check_logs(
            paths,
            settings,
            registry,
            stdin=stdin,
            stdin_filename=stdin_filename,
            checkpoints=checkpoints,
            progress=progress,
            judge=not listing,
        )
    finally:
        progress.close()
    return publish(_report(outcome, listing), settings, options)


def _check_roles(settings: Settings) -> None:
    if not settings.roles:
        return
    from gradlint.runs.roles.assignment import chosen_role

    for tag, role in settings.roles.items():
        try:
            chosen_role(role)
        except ValueError as error:
            raise UserError(f"{settings.file}: `logs.roles.{tag}`: {error}") from None


class _NoExcerpts:
    """Logs have no source lines; a plot takes their place."""

    def line(self, path: str, number: int) -> None:
        return None

    def position(self, path: str, number: int) -> tuple[None, int]:
        return None, number


def _report(outcome: LogOutcome, listing: bool) -> Report:
    covered = {
        "files": outcome.files,
        "runs": len(outcome.runs),
        "series": sum(len(run.series) for run in outcome.runs),
        "points": outcome.points,
        "unjudged": sum(not it.judged for run in outcome.runs for it in run.series),
    }
    homes = {path: run.path for run in outcome.runs for path in run.files if len(run.files) > 1}
    report = Report(
        findings=outcome.findings,
        skipped=outcome.skipped,
        excerpts=_NoExcerpts(),
        covered=covered,
        fate="Passed over",
        closing=lambda: summary.log_summary(
            outcome.findings,
            covered,
            homes=homes,
            passed_over=len(outcome.skipped),
            judged=not listing,
        ),
        nothing=not outcome.runs,
    )
    from dataclasses import replace

    if not listing:
        from gradlint.report import incidents

        return replace(report, more=lambda: {"incidents": incidents.document(outcome.findings)})
    from gradlint.report import listing as lists

    return replace(
        report,
        preface=lambda: lists.tables(outcome.runs),
        more=lambda: {"runs": lists.document(outcome.runs)},
    )
