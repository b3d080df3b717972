"""A finding of a training log -> the words that say where it is and what was measured."""

from __future__ import annotations

from gradlint.finding import Finding, Window
from gradlint.numbers import number, steps, whole
from gradlint.report.characters import escape

_LONGEST_NAME = 120
"""Characters of the name of a run or a series; a damaged header makes one of a megabyte."""


def line(finding: Finding) -> int | None:
    """The line of the log that the finding is on; None if there is none (see `on_line`)."""
    return finding.span.line or None


def place(finding: Finding) -> str:
    """`path:line`, or `path` where there is no line."""
    number = line(finding)
    return escape(finding.path) if number is None else f"{escape(finding.path)}:{number}"


def tells(path: str, run: str) -> bool:
    """Whether a path names the run: it is the run's own file, or lies in the run's directory."""
    return f"/{run}/" in f"/{path}/"


def run_place(path: str, run: str) -> str:
    """The path of a run: of its file, or of its directory.

    A run that its path does not name is named after it: `log.txt#7` is the seventh in its file.
    """
    if not run:
        return escape(path)
    first, mark, part = run.rpartition("#")
    for name, after in ((run, ""), (first, mark + part)):
        if name and tells(path, name):
            end = f"/{path}/".rindex(f"/{name}/") + len(name)
            return escape(path[:end] + after)
    return f"{escape(path)} (run {name_of(run)})"


def context(finding: Finding, window: Window) -> str:
    """`run a, series train/loss, steps 412-980`, without what is unknown or in the path already."""
    parts = []
    if window.run and not tells(finding.path, window.run):
        parts.append(f"run {name_of(window.run)}")
    if window.series:
        parts.append(f"series {name_of(window.series)}")
    parts.append(steps(window.start, window.end, window.axis))
    return ", ".join(part for part in parts if part)


def name_of(series_or_run: str) -> str:
    """The name of a series or a run with its middle left out if it is very long.

    Names of series differ at their ends.
    """
    name = escape(series_or_run)
    if len(name) <= _LONGEST_NAME:
        return name
    tail = _LONGEST_NAME * 2 // 3
    return f"{name[: _LONGEST_NAME - tail - 3]}...{name[-tail:]}"


def evidence(window: Window, message: str = "") -> str:
    """`step 412, loss 32.9, robust z 1270`, not yet escaped.

    Without what `message` says already, and without counts of nothing if there is a message.
    """
    said = {word.strip("(),;:`") for word in message.replace(" one ", " 1 ").split()}
    told = [(name, value, _worded(name, value)) for name, value in window.evidence.items()]
    return ", ".join(
        f"{name.replace('_', ' ')} {words}"
        for name, value, words in told
        if not message or (words not in said and value != 0)
    )


def _worded(name: str, value: float | str) -> str:
    if isinstance(value, str):
        return value
    # A step is looked up by its digits, and an integer is one that was counted.
    return whole(value) if isinstance(value, int) or "step" in name else number(value)
