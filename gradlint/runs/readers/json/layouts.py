"""A JSON document -> the run that it is a log of, by its layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gradlint.runs.readers.json.columns import add_rows, printable
from gradlint.runs.readers.json.document import Document
from gradlint.runs.readers.json.lists import (
    add_bare,
    add_golden,
    add_history,
    add_sacred,
    is_golden,
)
from gradlint.runs.readers.json.naming import is_log
from gradlint.runs.readers.json.table import LONGEST_TEXT, MOST_TEXTS, Table
from gradlint.runs.readers.json.tree import Node
from gradlint.runs.readers.run_builder import RunBuilder

_LIST_OF_METRICS = "_metrics"


def add_document(builder: RunBuilder, document: Document, path: str) -> tuple[str, list[Table]]:
    """Add what a document logs to a run; returns the layout's name and the tables it came from.

    A document that is not a log adds nothing: settings, data sets and vocabularies are JSON, too.
    """
    if document.stream is not None:
        return "jsonl", _add_tables(builder, [("", document.stream)])
    root = document.root
    if not isinstance(root, Node):
        return "json", []
    history = root.members.get("log_history")
    if isinstance(history, Node):
        _add_metadata(builder, root)
        return "trainer-state", [] if history.rows is None else _add_tables(
            builder, [("", history.rows)]
        )
    if is_golden(root):
        add_golden(builder, root)
        return "golden-values", []
    if add_sacred(builder, root):
        return "sacred", []
    tables = _add_tables(builder, list(_tables(root, "")), _listed_names(root))
    if tables:
        _add_metadata(builder, root)
        return "json", tables
    if add_history(builder, root, path) or add_bare(builder, root, path):
        _add_metadata(builder, root)
    return "json", []


def _tables(node: Node, prefix: str) -> Iterator[tuple[str, Table]]:
    if node.rows is not None and is_log(node.rows.tags()):
        yield prefix, node.rows
    for key, member in node.members.items():
        if isinstance(member, Node):
            yield from _tables(member, f"{prefix}{key}/")


def _add_tables(
    builder: RunBuilder, tables: list[tuple[str, Table]], names: Mapping[str, str] | None = None
) -> list[Table]:
    for prefix, table in tables:
        add_rows(builder, table, prefix if len(tables) > 1 else "", names)
    return [table for _, table in tables]


def _listed_names(root: Node) -> dict[str, str]:
    """The names of values that rows have in lists: `learn/0` is `learn/Logloss`.

    An object beside the rows lists what was measured, as CatBoost's does: `learn_metrics` has an
    object with a `name` for each value of `learn`.
    """
    found: dict[str, str] = {}
    for member in root.members.values():
        listed = member.members.items() if isinstance(member, Node) else ()
        for key, metrics in listed:
            if key.endswith(_LIST_OF_METRICS) and isinstance(metrics, Node) and metrics.rows:
                group, names = key.removesuffix(_LIST_OF_METRICS), metrics.rows.names
                if len(set(names)) == len(names) == metrics.rows.count:
                    found |= {f"{group}/{at}": f"{group}/{name}" for at, name in enumerate(names)}
    return found


def _add_metadata(builder: RunBuilder, root: Node) -> None:
    for key, value in root.members.items():
        if len(builder.metadata) >= MOST_TEXTS:
            break
        if not isinstance(value, Node) and value is not None:
            builder.metadata[printable(key)] = printable(_text(value))


def _text(value: Any) -> str:
    if type(value) is bool:
        return str(value).lower()
    try:
        return str(value)[:LONGEST_TEXT]
    except ValueError:
        # An integer of more digits than Python prints.
        return "inf"
