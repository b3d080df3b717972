"""What stands before the text of a line: rank, time and logger."""

from __future__ import annotations

import re

_RANK = re.compile(
    r"\s*(?:\[(?:[a-z]*rank|default|worker|proc|gpu|node)[ _:=-]?(\d{1,6})\]:?"
    r"|\[\d+,(\d{1,6})\]<(?:stdout|stderr)>:?"
    r"|\(\w+ (?:rank=(\d{1,6}), )?pid=\d+[^)]*\)"
    r"|(?:rank|worker)[ _:=-]?(\d{1,6})\s*[:|])\s*",
    re.IGNORECASE,
)
_BARE_RANK = re.compile(r"(\d{1,5}): ")
"""What `srun --label` writes."""

_CLOCK = r"\d\d?:\d\d:\d\d(?:[.,]\d+)?"
_LEVEL = r"(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL|debug|info|warning|error)"
_TIME = re.compile(
    r"[\[(]?(?:"
    rf"\d{{4}}[-/.]\d\d?[-/.]\d\d?[T ]{_CLOCK}(?:Z|[-+]\d\d:?\d\d)?(?: (?:UTC|GMT))?"
    rf"|\d\d?[-/.]\d\d?(?:[-/.]\d{{2,4}})?[ ,]+{_CLOCK}(?: [AP]M)?"
    rf"|(?:[A-Z][a-z]{{2}} )?[A-Z][a-z]{{2}} +\d\d? {_CLOCK}(?: \d{{4}})?"
    rf"|[IWEF]\d{{4}} {_CLOCK} +\d+ [^\s\]]+:\d+"
    rf"|{_CLOCK}"
    r")[\])]?(?:[\s:|,-]+|$)"
)
_LOGGER = re.compile(
    # `name - INFO`, `(name:120) INFO`, `host:0 module:120 INFO`
    rf"(?:\([\w.]{{1,60}}:\d+\) "
    rf"|[\w.-]{{1,60}}(?:(?: - | )|:\d{{1,6}} (?:[\w.-]{{1,60}}:\d{{1,6}} )?))?"
    rf"[\[(<]?{_LEVEL}[\])>]?"
    # `INFO:root:`, `INFO - a.b - `, `INFO a.b: `; a lone word may be the first key.
    r"(?::(?!Epoch)[A-Za-z_][\w.]{0,60}:(?![\s\d])|[\s:|-]+|$)"
    r"(?:(?:root|__main__|main|[A-Za-z_]\w*(?:\.\w+)+)(?::[\w<>]+)*(?: -(?: |$)|: |\] )"
    # loguru's `module:function:line - `; wandb's `MainThread:1234 `
    r"|[A-Za-z_][\w.]{0,60}:[\w<>.]{1,60}:\d+ -(?: |$)|\w{0,30}Thread(?:-\d+)?:\d+(?: |$))?"
)
_NAME = re.compile(r"(?:\[[A-Za-z_][\w.-]*(?::[\w()]+)*\]|[A-Za-z_]\w*\.py(?::\w+)*) ?(?:: |- )?")


def rank_of(line: str) -> tuple[int | None, int]:
    """The rank before the line, if a word says that it is one, and where the rest begins."""
    match = _RANK.match(line)
    if not match:
        return None, 0
    number = next((group for group in match.groups() if group), None)
    return (None if number is None else int(number)), match.end()


def bare_number(line: str, start: int) -> int:
    """Where the rest begins behind a bare `3: ` at `start`; `start` if there is none."""
    match = _BARE_RANK.match(line, start)
    return match.end() if match else start


def text_start(line: str, start: int) -> int:
    """Where the text begins behind times, levels, loggers and bracketed names from `start` on."""
    for _ in range(4):
        for pattern in (_TIME, _LOGGER):
            match = pattern.match(line, start)
            if match:
                start = match.end()
                break
        else:
            name = _NAME.match(line, start)
            if not name or name.end() == start:
                return start
            start = name.end()
    return start
