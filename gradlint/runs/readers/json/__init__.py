"""JSON and JSONL files -> runs: one object a line, or one document in a known layout."""

from gradlint.runs.readers.json.detection import sniff
from gradlint.runs.readers.json.reader import JsonReader

__all__ = ["JsonReader", "sniff"]
