"""Paths -> findings: read, parse, analyse, suppress, in order, over one process or several."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gradlint.config import Settings
from gradlint.engine.checker import Checker
from gradlint.engine.outcome import Outcome
from gradlint.registry import Registry
from gradlint.source.discovery import Target, discover
from gradlint.source.text import Unreadable

_PARALLEL_FROM = 200
"""Files below which starting processes costs more than it saves."""


def check(
    paths: Sequence[str],
    settings: Settings,
    registry: Registry,
    *,
    stdin: bytes | None = None,
    stdin_filename: str | None = None,
    jobs: int = 1,
) -> Outcome:
    """Check the programs at and below `paths`; never raises for what is in them.

    Args:
        paths: files and directories; none means the working directory.
        settings: from `gradlint.config`.
        registry: the known rules.
        stdin: a program to check instead of `paths`.
        stdin_filename: the name by which that program is shown, configured and typed.
        jobs: processes to use; 0 lets the number of files and of cores decide.
    """
    checker = Checker(settings, registry)
    outcome = Outcome()
    if stdin is not None:
        outcome.add(checker.program(stdin_filename or "<stdin>", stdin, explicit=True))
        outcome.settle()
        return outcome
    targets: list[Target] = []
    for found in discover(
        paths,
        settings.excludes,
        force_exclude=settings.force_exclude,
        respect_gitignore=settings.respect_gitignore,
    ):
        if isinstance(found, Unreadable):
            outcome.add(checker.unreadable(found))
        else:
            targets.append(found)
    workers = _workers(jobs, len(targets))
    if workers > 1:
        from gradlint.engine.pool import check_in_processes

        outcome.add(check_in_processes(targets, settings, registry, workers))
    else:
        outcome.add(checker.all(targets))
    outcome.settle()
    return outcome


def _workers(jobs: int, files: int) -> int:
    if jobs == 0:
        return min(os.cpu_count() or 1, files) if files > _PARALLEL_FROM else 1
    return max(min(jobs, files), 1)
