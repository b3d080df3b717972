"""What `check` or `logs` found -> the screen, report files and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click

from gradlint.cli.output import UserError, screen, write_error, write_file
from gradlint.config import Settings
from gradlint.finding import Finding, Skip
from gradlint.report import Excerpts, plain
from gradlint.report.layout import Line, Table
from gradlint.report.plain import Plain

_Command = TypeVar("_Command", bound=Callable[..., Any])

_FORMATS = ["full", "concise", "json"]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, in source or in logs.

    Attributes:
        findings: in the order of output.
        skipped: what was given up.
        excerpts: where source lines come from.
        covered: how much was read, under the names of the JSON summary.
        closing: the last line of text output.
        nothing: there was nothing to read; the last line then goes to standard error.
        dismissed: the files that were never interpreted, by reason.
        fate: what became of that which was given up.
        suppressed: number of findings that comments suppressed; None where there are no comments.
        preface: what text output begins with.
        more: further keys of the JSON document.
    """

    findings: Sequence[Finding]
    skipped: Sequence[Skip]
    excerpts: Excerpts
    covered: Mapping[str, int]
    closing: Callable[[], str]
    nothing: bool = False
    dismissed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fate: str = "Not followed to the end"
    suppressed: int | None = None
    preface: Callable[[], Iterable[Line | Table]] = tuple
    more: Callable[[], Mapping[str, Any]] = dict


def reporting_options(command: _Command) -> _Command:
    """Add the options that say what is printed where, and what the exit code is."""
    options = [
        click.option(
            "--output-format",
            type=click.Choice(_FORMATS),
            default="full",
            help="How findings are printed.",
        ),
        click.option(
            "--report",
            "reports",
            multiple=True,
            metavar="FORMAT:PATH",
            callback=_destinations,
            help="Write the findings to a file as well; may be repeated.",
        ),
        click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings."),
        click.option("--statistics", is_flag=True, help="Count findings by rule."),
        click.option("--show-skipped", is_flag=True, help="List what was not judged, and why."),
        click.option("-q", "--quiet", is_flag=True, help="Print no summary."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def publish(report: Report, settings: Settings, options: Mapping[str, Any]) -> int:
    """Write `report` as the parsed `options` of `reporting_options` ask; returns the exit code.

    Raises:
        UserError: a report file cannot be written.
    """
    for kind, path in options["reports"]:
        write_file(path, _rendered(kind, report, options))
    _print(report, options)
    if options["exit_zero"] or settings.fail_on is None:
        return 0
    worst = settings.fail_on
    return int(any(finding.level >= worst for finding in report.findings))


def only_standard_input(paths: Sequence[str], filename: str | None) -> bool:
    """Whether standard input is to be read: `-`, with or without `--stdin-filename`.

    Raises:
        UserError: there are other paths, or a file name without `-`.
    """
    if "-" in paths:
        if len(paths) > 1:
            raise UserError("`-` cannot be combined with other paths")
        return True
    if filename is not None:
        raise UserError("`--stdin-filename` goes with `-`")
    return False


def _destinations(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> list[tuple[str, str]]:
    return [_destination(value) for value in values]


def _destination(text: str) -> tuple[str, str]:
    kind, colon, path = text.partition(":")
    if not colon or not path or kind not in _FORMATS:
        raise UserError(
            f"`--report {text}`: write FORMAT:PATH, FORMAT one of {', '.join(_FORMATS)}"
        )
    return kind, path


def _print(report: Report, options: Mapping[str, Any]) -> None:
    kind = options["output_format"]
    if kind == "json":
        sys.stdout.write(_json(report))
        return
    page = screen() if kind == "full" else Plain(sys.stdout)
    verbose = options.get("verbose", False)
    page.draw(_findings(kind, report, page.columns, page.encoding, verbose=verbose))
    page.draw(_closing(report, options))
    if report.nothing and not report.findings and not options["quiet"]:
        write_error(report.closing())


def _rendered(kind: str, report: Report, options: Mapping[str, Any]) -> str:
    if kind == "json":
        return _json(report)
    return plain.text(_findings(kind, report, verbose=options.get("verbose", False)))


def _json(report: Report) -> str:
    from gradlint.report import json

    return json.render(
        report.findings,
        report.skipped,
        report.excerpts,
        covered=report.covered,
        suppressed=report.suppressed,
        more=report.more(),
    )


def _findings(
    kind: str,
    report: Report,
    columns: int = plain.COLUMNS,
    encoding: str = "utf-8",
    *,
    verbose: bool = False,
) -> Iterator[Line | Table]:
    yield from report.preface()
    if not report.findings:
        return
    if kind == "concise":
        from gradlint.report import concise

        yield from concise.render(report.findings)
    else:
        from gradlint.report import full

        yield from full.render(
            report.findings, report.excerpts, columns=columns, encoding=encoding, verbose=verbose
        )


def _closing(report: Report, options: Mapping[str, Any]) -> Iterator[Line | Table]:
    from gradlint.report import summary

    if options["show_skipped"] and (report.skipped or report.dismissed):
        in_full = options["output_format"] == "full"
        yield from summary.skipped(
            report.skipped, report.dismissed, report.excerpts, paths=in_full, fate=report.fate
        )
        yield Line()
    if options["statistics"] and report.findings:
        yield summary.statistics(report.findings)
        yield Line()
    if not options["quiet"] and (report.findings or not report.nothing):
        yield Line([(report.closing(), "strong")])
