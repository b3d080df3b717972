"""Lines of a program, of the tests of one, and of sums: what looks like a metric there is none."""

from __future__ import annotations

import re

_CODE = re.compile(
    r"\{[^{}\"']*:[.,>\d]*[a-z%]\}|%\.?\d*[dfsgei](?![\w/])(?<!\d[%][a-z])|\bprint\w*\(|\bself\.\w"
    r"|^\s*(?:def|class|async|assert|import|return|raise|del|elif|else|try|except|finally|lambda)\b"
    r"|^\s*(?:from \S+ import|if|for|while|with)\b.*:\s*(?:#.*)?$"
    r"|^\s*(?:#include|//|/\*|\"\"\"|@\w+|--\w)|\badd_argument\(|^[^;]*;\s*$|\{\s*$|\bhelp="
    r"|^\s*[\w.]+ [-+*/]?= [\w.]+(?:\[|\(|\.| [-+*/] )"
)
"""Lines of source code: runs print their own, with all that looks like metrics in it."""

_TESTED = re.compile(
    r"\.py::|<Function \w|^test .{1,200} \.\.\. |\[ {1,8}(?:RUN|OK|PASSED|FAILED) {1,8}\] |"
    r"^ *--- (?:PASS|FAIL|SKIP): |^(?:not )?ok \d+\b|\bHTTP/\d"
)
"""What the runners of unit tests print of a test, such as `test_loss[1]`, and of its arguments; and
what servers print of a request, with what its address asks for."""
_OF_TESTS = (".py::", "<Func", " ... ", "[ ", "--- ", "ok ", "HTTP/")
"""One of these is in all such lines: looking for them is quicker."""

_PROGRAM = re.compile(
    r"\s*(?:import \w[\w.]*(?: as \w+)?$|from [\w.]+ import |def \w+\(.*:$|class \w+.*:$|return\b|"
    r"if __name__ ==|self\.\w+ = )"
)

_SUM = re.compile(r"\d[\w%/)]{0,12}(?: [a-z/]{1,15}){0,2} [*+×÷] \(?\$?\d")
"""`62 km/h * 2 h = 124 km`: a number, perhaps a unit, and the next number behind a sign."""


def looks_programmed(line: str) -> bool:
    """Whether `line` may be source code, or tells of a test that was run, or of a request."""
    if any(map(line.__contains__, _OF_TESTS)) and _TESTED.search(line):
        return True
    return _CODE.search(line) is not None


def is_code(line: str) -> bool:
    """Whether `line` is a line of a program that nothing else looks like."""
    return _PROGRAM.match(line) is not None


def is_sum(line: str) -> bool:
    """Whether numbers are reckoned with on `line`, as a model does that answers a question."""
    return _SUM.search(line) is not None
