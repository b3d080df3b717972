"""Takes findings; gives text. Reads no configuration, judges nothing."""

from __future__ import annotations

from typing import Protocol


class Excerpts(Protocol):
    """Where a reporter gets source text from."""

    def line(self, path: str, number: int) -> str | None:
        """Line `number` of the program at `path` as its author wrote it; None if there is none."""

    def position(self, path: str, number: int) -> tuple[int | None, int]:
        """(cell, line in the cell) of a line of joined code; (None, line) outside notebooks."""
