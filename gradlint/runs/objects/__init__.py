"""JSON and JSONL files -> runs: one object a line, or one document in a known layout."""

from gradlint.runs.objects.reader import ObjectsReader
from gradlint.runs.objects.sniffing import sniff

__all__ = ["ObjectsReader", "sniff"]
