"""JSON and JSONL files -> runs: one object a line, or one document in a known layout."""

from gradlint.runs.readers.json.reader import ObjectsReader
from gradlint.runs.readers.json.sniffing import sniff

__all__ = ["ObjectsReader", "sniff"]
