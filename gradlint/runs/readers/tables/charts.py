"""Tables of several runs: the export of a chart, and the list of a project's runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gradlint.runs.readers.tables.columns import Column

_BOUNDS = ("__MIN", "__MAX")


def is_chart(names: Collection[str], step: str | None) -> bool:
    """Whether the columns are the runs of a chart, each named `run - metric`."""
    others = [name for name in names if name != step]
    bounded = [name for name in others if name.endswith(_BOUNDS)]
    plain = [name for name in others if not name.endswith(_BOUNDS)]
    return (
        bool(plain) and all(" - " in name for name in plain) and (bool(bounded) or step == "Step")
    )


def run_and_metric(name: str) -> tuple[str, str] | None:
    """The run and the metric of a column; None for the bounds of the line that was drawn."""
    if name.endswith(_BOUNDS):
        return None
    run, _, metric = name.rpartition(" - ")
    return run, metric


def is_list_of_runs(columns: Mapping[str, Column]) -> bool:
    """Whether each row is a run: its name, its state, and the last values of its metrics."""
    return all(name in columns and columns[name].texts for name in ("Name", "State"))
