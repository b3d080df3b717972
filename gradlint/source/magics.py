"""A cell with IPython magics -> Python lines, as many, at the same places."""

from __future__ import annotations

import re

from gradlint.source.parsing import Failure, parse_text

# Cell magics whose body is Python that runs in this kernel's namespace; every other body is text.
_PYTHON_CELLS = frozenset(
    {
        *("capture", "debug", "prun", "px", "python", "python3", "time", "timeit"),
        # From extensions: profilers and experiment trackers around a cell.
        *(
            "heat",
            "lprun",
            "memit",
            "mprun",
            "notify",
            "pyinstrument",
            "scalene",
            "snakeviz",
            "wandb",
        ),
    }
)
_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_LINE_MAGIC = re.compile(r"(\s*)[%!?/,;]")
_TIMED = re.compile(r"(\s*)(%time\s+|%timeit\s+)([^-\s].*)$")
_ASSIGNED = re.compile(r"(\s*[A-Za-z_][\w.,\s\[\]'\"]*?=\s*)[%!]")
_HELP = re.compile(r"(\s*)(?=\S)[^#'\"]*\?\s*$")
# IPython runs these without a percent sign where no variable of that name exists.
_AUTOMAGIC = re.compile(
    r"(\s*)(?:pip|conda|mamba|cd|ls|ll|cat|mkdir|rmdir|rm|cp|mv|pwd|clear|head|tail|less|more|man)"
    r"(?![\w(=.,:\[])(?!\s*[=(.,:\[])"
)
_TOKEN = re.compile(
    r"""(?P<triple>(?:'''|\"\"\"))|(?P<quote>['"])|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<comment>\#)"""
)
_STRING_END = {
    quote: re.compile(r"(?:\\.|[^\\])*?" + quote, re.DOTALL) for quote in ("'''", '"""', "'", '"')
}


def neutralised(lines: list[str]) -> list[str]:
    """`lines` of one cell with every magic turned into Python that does nothing."""
    result: list[str] = []
    rest = 0
    while rest < len(lines):
        cell = _CELL_MAGIC.match(lines[rest])
        if cell is None:
            if lines[rest].strip():
                break
            result.append(lines[rest])
            rest += 1
            continue
        result.append("pass")
        rest += 1
        if cell.group(1) not in _PYTHON_CELLS:
            return result + [""] * (len(lines) - rest)
    return result + _without_line_magics(lines[rest:])


def _without_line_magics(lines: list[str]) -> list[str]:
    result: list[str] = []
    scanner = _Scanner()
    continued = False
    for line in lines:
        if continued:
            result.append("")
            continued = line.rstrip().endswith("\\")
            continue
        if scanner.inside:
            result.append(line)
            scanner.feed(line)
            continue
        replacement = _replacement(line)
        if replacement is None:
            result.append(line)
            scanner.feed(line)
        else:
            result.append(replacement)
            continued = line.rstrip().endswith("\\")
    return result


def _replacement(line: str) -> str | None:
    """What stands for a line that holds a magic, or None for a line of Python."""
    timed = _TIMED.match(line)
    if timed is not None and not isinstance(parse_text(timed.group(3)), Failure):
        # The statement stays, at its own columns: `%time x = f()` -> `pass; x = f()`.
        indent, magic, statement = timed.groups()
        return f"{indent}{'pass;'.ljust(len(magic))}{statement}"
    for pattern in (_LINE_MAGIC, _AUTOMAGIC):
        found = pattern.match(line)
        if found is not None:
            return f"{found.group(1)}pass"
    assigned = _ASSIGNED.match(line)
    if assigned is not None:
        # An unknown call: the value is not known, and must not look known.
        return f"{assigned.group(1)}get_ipython()"
    found = _HELP.match(line)
    return f"{found.group(1)}pass" if found is not None else None


class _Scanner:
    """Whether the next line begins inside a string, a bracket or a continued statement."""

    __slots__ = ("_continued", "_depth", "_string")

    def __init__(self) -> None:
        self._string = ""
        self._depth = 0
        self._continued = False

    @property
    def inside(self) -> bool:
        """True where a line start is not a statement start."""
        return bool(self._string) or self._depth > 0 or self._continued

    def feed(self, line: str) -> None:
        """Read one line of Python."""
        at = 0
        self._continued = line.endswith("\\")
        while at < len(line):
            if self._string:
                end = _STRING_END[self._string].match(line, at)
                if end is None:
                    # A one-line string ends with its line unless the line is continued.
                    if len(self._string) == 1 and not line.endswith("\\"):
                        self._string = ""
                    return
                self._string = ""
                at = end.end()
                continue
            token = _TOKEN.search(line, at)
            if token is None:
                return
            at = token.end()
            kind = token.lastgroup
            if kind == "comment":
                self._continued = False
                return
            if kind in ("triple", "quote"):
                self._string = token.group()
            elif kind == "open":
                self._depth += 1
            else:
                self._depth = max(self._depth - 1, 0)
