"""What is wrong with the lines of a table, summarised: one `Problem` for each kind of fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gradlint.runs.run import Problem

_LISTED = 5
"""Line numbers that are named; more would fill a screen and help nobody."""


@dataclass(slots=True)
class _Fault:
    count: int = 0
    lines: list[int] = field(default_factory=list)
    sample: str = ""
    lost: int = 0


_SAYS = {
    "short": ("row has fewer cells than the header", "rows have fewer cells than the header"),
    "long": ("row has more cells than the header", "rows have more cells than the header"),
    "stray": ("line is not a row of the table", "lines are not rows of the table"),
    "cut": ("line is too long and was cut", "lines are too long and were cut"),
    "undecodable": ("line is not UTF-8", "lines are not UTF-8"),
    "nul": ("line contains NUL bytes", "lines contain NUL bytes"),
}
"""Kind -> what is said of one line and of several."""


class Faults:
    """Counts faults by kind."""

    def __init__(self) -> None:
        self._faults: dict[str, _Fault] = {}
        self.unfinished: int | None = None

    def add(self, kind: str, line: int, sample: str = "", lost: int = 0) -> None:
        """Note a fault of `kind` (a key of the table above) at `line`."""
        fault = self._faults.setdefault(kind, _Fault())
        fault.count += 1
        fault.lost += lost
        if len(fault.lines) < _LISTED:
            fault.lines.append(line)
        fault.sample = fault.sample or sample[:60]

    def problems(self, path: str) -> Iterator[Problem]:
        """The problems, in the order in which their kinds were first met."""
        for kind, fault in self._faults.items():
            one, several = _SAYS[kind]
            text = f"1 {one}" if fault.count == 1 else f"{fault.count} {several}"
            listed = ", ".join(map(str, fault.lines))
            more = ", ..." if fault.count > len(fault.lines) else ""
            text += f": line{'s' if fault.count > 1 else ''} {listed}{more}"
            if fault.sample:
                text += f", such as `{fault.sample}`"
            yield Problem(path, text, line=fault.lines[0], lost=fault.lost)
        if self.unfinished is not None:
            yield Problem(path, "the last row is not complete", line=self.unfinished, partial=True)
