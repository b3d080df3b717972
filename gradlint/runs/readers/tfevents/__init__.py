"""TensorBoard event files: bytes -> `Run`, every checksum verified and every value kept."""

from __future__ import annotations

from gradlint.runs.readers.tfevents.framing import valid_header
from gradlint.runs.readers.tfevents.reader import TfeventsReader
from gradlint.runs.readers.tfevents.record_walk import HEADER

__all__ = ["TfeventsReader", "sniff"]

_WALL_TIME = b"\x09"
"""The first byte of every event; examples for training, in the same framing, begin otherwise."""

_NAMED = ".tfevents"
_OTHER_SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".txt", ".log", ".md", ".gz", ".zip")


def sniff(head: bytes, name: str) -> bool:
    """Whether a file is an event file, by its first bytes or, if they are damaged, by its name."""
    if len(head) > HEADER and head[HEADER:].startswith(_WALL_TIME) and valid_header(head, 0):
        return True
    file = name.replace("\\", "/").rpartition("/")[2].lower()
    return _NAMED in file and not file.endswith(_OTHER_SUFFIXES)
