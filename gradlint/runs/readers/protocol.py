"""What every reader of a format looks like: bytes in pieces of any size -> a `Reading`."""

from __future__ import annotations

from typing import Protocol

from gradlint.runs.run import Problem, Reading

HEAD = 65_536
"""Bytes from the beginning of a file by which its format is told; detection never sees more, so
that a file which arrives in pieces is taken for the same as one that is read at once."""

BLOCK = 1 << 22
"""Bytes read at a time: 4 MiB lose less between blocks than 2, and bound the memory."""

LONGEST_LINE = 1 << 20
"""Bytes kept of one line; what is behind is skipped and reported, so that a file without newlines
cannot fill the memory. A metrics row of 10,000 columns takes about 200 kB."""

MOST_SERIES = 10_000
"""Series kept of one run; the largest public log seen has about 2,000. More are reported."""


def too_many_series(path: str, left_out: str) -> Problem:
    """The problem of more than `MOST_SERIES` series; `left_out` begins to say what was left out."""
    return Problem(path, f"has more than {MOST_SERIES} series: {left_out} left out")


class Reader(Protocol):
    """Reads one file of one format.

    A reader is made as `Reader(path, name)`: the path as the user sees it, and the run's name. The
    reading is the same however the bytes are cut into pieces. It raises nothing for what is in
    them: what cannot be read is a `Problem`, and the rest goes on.
    """

    def feed(self, data: bytes) -> None:
        """Take the next piece."""

    def finish(self) -> Reading:
        """The end of the input: what was read. A last line without a newline counts as a line."""
