"""Bytes of a table (CSV, TSV, `;`, `|`, aligned by spaces) -> a `Reading`.

Delimiter, header, decimal comma and step column are found from the data, never from the file's
name.
"""

from gradlint.runs.readers.tables.detection import sniff
from gradlint.runs.readers.tables.reader import TableReader

__all__ = ["TableReader", "sniff"]
