"""What of a file could not be read -> problems, however many places there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from gradlint.runs.readers.tfevents.framing import (
    HEADER_DAMAGED,
    MALFORMED,
    NOTHING,
    PAYLOAD_DAMAGED,
    TOO_LONG,
    TRUNCATED,
    Loss,
)
from gradlint.runs.run import Problem

_MOST_SHOWN = 20
"""Places, and tags, reported one by one: enough to see where the trouble is. More are counted."""

_COPY_AGAIN = "copy the file again from where it was written; the rest was read"
_HELP = {
    HEADER_DAMAGED: _COPY_AGAIN,
    PAYLOAD_DAMAGED: _COPY_AGAIN,
    MALFORMED: "check what wrote the file; the rest was read",
    TOO_LONG: "log large tensors in separate events",
    NOTHING: "copy the file again, or exclude it if it is of another kind",
    TRUNCATED: "read the file again when the run is over",
}


class Damage:
    """The places of a file that were skipped over, added in its order."""

    def __init__(self) -> None:
        self._shown: list[Loss] = []
        self._more = 0
        self._more_lost = 0

    def add(self, loss: Loss) -> None:
        """One place; places of one kind that touch each other are one."""
        if self._shown and not self._more:
            last = self._shown[-1]
            if last.kind == loss.kind and last.offset + last.lost == loss.offset:
                self._shown[-1] = replace(last, lost=last.lost + loss.lost)
                return
        if len(self._shown) < _MOST_SHOWN:
            self._shown.append(loss)
        else:
            self._more += 1
            self._more_lost += loss.lost

    def problems(self, path: str, tail: Loss | None) -> list[Problem]:
        """One problem a place; `tail` is what is left over at the end of the file."""
        found = [_problem(path, loss) for loss in self._shown]
        if self._more:
            message = f"{self._more} more damaged places: {self._more_lost} bytes skipped"
            found.append(Problem(path, message, lost=self._more_lost, help=_COPY_AGAIN))
        if tail is not None:
            found.append(_problem(path, tail))
        return found


def _problem(path: str, loss: Loss) -> Problem:
    partial = loss.kind == TRUNCATED
    end = "" if partial else ", skipped"
    message = f"{loss.kind}: {loss.lost} bytes at offset {loss.offset}{end}"
    help = _HELP[loss.kind]
    return Problem(path, message, offset=loss.offset, lost=loss.lost, help=help, partial=partial)


def _counted(values: int) -> str:
    return "1 value is not a single number" if values == 1 else f"{values} values are not numbers"


class Unread:
    """Values that were met where single numbers were due, counted by tag."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._others = 0

    def add(self, tag: str) -> None:
        """One such value."""
        if tag in self._counts or len(self._counts) < _MOST_SHOWN:
            self._counts[tag] += 1
        else:
            self._others += 1

    def problems(self, path: str) -> list[Problem]:
        """One problem a tag."""
        counts = [(f"`{tag}` is", count) for tag, count in self._counts.items()]
        if self._others:
            counts.append(("other tags are", self._others))
        help = "log single numbers as scalars"
        return [
            Problem(
                path,
                f"{tags} logged as a scalar, but {_counted(count)}",
                help=help,
            )
            for tags, count in counts
        ]
