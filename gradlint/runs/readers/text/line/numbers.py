"""Where the numbers of a line are, and what they are worth."""

from __future__ import annotations

import math
import re

_REST = r"(?:\d{0,2}(?:,\d\d\d){1,6}(?!,?\d)|\d*)(?:\.\d*)?"
_WINDOWS = r"\.#(?:INF|IND|[QS]?NAN)0*(?!\w)"
"""What C's runtime on Windows prints behind a 1 for a number that is not finite."""

SPLIT = re.compile(
    # The first character is named, so that the search skips to it at C speed; what stands before
    # it must not be part of a word (`res2`, `top-1`, `Acc@1`) or of a longer number (`1.2.3`).
    r"([-+.0-9nNiI](?<![\w.@].)(?<!\w-.)(?:"
    rf"(?:(?<=[0-9])|(?<=[-+])\d){_WINDOWS}|"
    rf"(?:(?<=[0-9]){_REST}|(?<=\.)\d+|(?<=[-+])(?:\d{_REST}|\.\d+))(?:[eE][-+]?\d+)?"
    r"|(?<=[-+])(?:nan|NaN|NAN|inf|Inf|INF|[iI]nfinity)(?!\w)"
    r"|(?<=[nN])[aA][nN](?!\w)|(?<=[iI])(?:nf|NF|nfinity)(?!\w)))",
    re.ASCII,
).split
"""A line -> text, number, text, ..., text. Literal nan and inf are numbers where they stand alone:
`nanms` and `detect_nan` are not."""

PLAIN = r"([-+]?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|(?:nan|NaN|NAN|inf|Inf|INF|[iI]nfinity)(?!\w)))"
"""The numbers that need no second look, for a pattern of a whole line; all that it matches are
numbers for `SPLIT` too, and for `float`."""

_UNIT = re.compile(
    r"(%|ms|us|µs|ns|s|sec|secs|seconds|m|min|h|it/s|s/it|[kKMGTB]|[KMGT]i?B|[kmgt]b|x)"
    r"(?:/[A-Za-z]+)?(?![A-Za-z0-9_])"
)

_SCALES = {
    "ns": ("time", 1e-9),
    "us": ("time", 1e-6),
    "µs": ("time", 1e-6),
    "ms": ("time", 1e-3),
    "s": ("time", 1.0),
    "sec": ("time", 1.0),
    "k": ("count", 1e3),
    "K": ("count", 1e3),
    "M": ("count", 1e6),
    "G": ("count", 1e9),
    "B": ("count", 1e9),
    "T": ("count", 1e12),
    "KB": ("bytes", 1e3),
    "MB": ("bytes", 1e6),
    "GB": ("bytes", 1e9),
    "KiB": ("bytes", 2.0**10),
    "MiB": ("bytes", 2.0**20),
    "GiB": ("bytes", 2.0**30),
}
"""Units that change within one series as it grows: `900ms`, then `1.2s`."""

COUNT_UNITS = {"k": 1_000, "K": 1_000, "M": 1_000_000}
"""What a count may be shortened with: `step 1.5k`."""


def unit_of(after: str) -> tuple[str, int] | None:
    """The unit that `after` begins with and its length; None if what came before is not a number.

    `2541M` and `2 cats` are numbers, `3x3` and `128d` are not.
    """
    if not after or not (after[0].isalnum() or after[0] in "_%"):
        return "", 0
    match = _UNIT.match(after)
    return (match[1], match.end()) if match else None


_TIMED = re.compile(
    r" ?(?:(?:[mun]?s|secs?|seconds?|mins|minutes?|hrs?|hours?)(?=$|[,;|)\]]| [^\s=:])"
    r"|(?:min|h)(?=$| ?[,;|)\]]))",
    re.ASCII,
)
"""What makes a time of the number before it; `min` before another word may be the least of it."""


def is_time(after: str) -> bool:
    """Whether a number is a time by its unit, with which `after` begins, perhaps behind a blank."""
    return _TIMED.match(after) is not None


_MOST_UNITS = 50_000
"""Names whose units are remembered; there are never as many series."""


class Units:
    """Keeps each series in the unit in which it was printed first."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}

    def factor(self, tag: str, unit: str) -> float:
        """What a value of `tag` printed with `unit` is multiplied with."""
        if len(self._first) > _MOST_UNITS and tag not in self._first:
            return 1.0
        first = _SCALES.get(self._first.setdefault(tag, unit))
        here = _SCALES.get(unit)
        if first is None or here is None or first[0] != here[0]:
            return 1.0
        return here[1] / first[1]


def value_of(text: str) -> float:
    """The value of a number that `SPLIT` found."""
    try:
        return float(text)
    except ValueError:
        if "#" in text:
            size = math.inf if "INF" in text else math.nan
            return -size if text[0] == "-" else size
        return float(text.replace(",", ""))


def count_of(text: str) -> int | None:
    """The whole number that `text` is: `1,000`, `20.0` and `1e5` are, `0.5` and `nan` are not."""
    try:
        return int(text)
    except ValueError:
        value = value_of(text)
        return int(value) if value.is_integer() else None
