"""What the keys of a line stand under: a class, objects within objects, and calls."""

from __future__ import annotations

import re

from gradlint.runs.readers.text.line.keys import LONGEST_KEY, WRAPPER, key_of
from gradlint.runs.readers.text.line.words import measures, section_in

_CLASS = re.compile(
    r"\s*([A-Za-z][\w.-]{0,40}): "
    r"(?:precision|prec|recall)[:=] ?\S{1,20} (?:precision|prec|recall)[:=]",
    re.IGNORECASE,
)
"""A line of a report on classes, which begins with the name of one."""

_CALL, _GROUP = "call", "group"
"""What a bracket was opened for."""

_GROUPED = re.compile(r"(?:^| )([A-Za-z]\w*)\($")
"""Before a bracket on a line that measures: `GradNorm(P=0.2, V=118.6)` tells two."""

_CALLED = re.compile(r"[A-Za-z_]\w*\($")
_SPLIT_IN_PARENS = re.compile(
    r"(?<!\w)(\w{1,40}) ?\((train\w*|val\w*|eval\w*|test\w*|dev)\)", re.IGNORECASE
)


class Scopes:
    """The brackets that are open, from left to right, of a line that says `text`."""

    def __init__(self, text: str) -> None:
        named = _CLASS.match(text)
        self._names: list[str] = [named[1]] if named and not section_in(named[1]) else []
        self._calls: list[str] = []
        self._quoted = False

    @property
    def called(self) -> bool:
        """Whether a call is open, or a quotation of code: what stands in it are no measures."""
        return self._quoted or _CALL in self._calls

    @property
    def name(self) -> str:
        """What stands before a key here, with strokes between; "" if nothing does."""
        return "/".join(filter(None, self._names))

    def follow(self, before: str, measured: bool) -> str:
        """`before` with its split in front, once account is kept of the brackets in it.

        `measured`: something on the line was measured before.
        """
        self._quoted ^= before.count("`") % 2 == 1
        if not ("(" in before or ")" in before or "{" in before or "}" in before):
            return before
        before = _SPLIT_IN_PARENS.sub(r"\2 \1", before)
        for at, char in enumerate(before):
            if char == "(":
                opened = before[max(0, at - LONGEST_KEY) : at + 1]
                group = _GROUPED.search(opened)
                if group and measured and measures(group[1]):
                    self._calls.append(_GROUP)
                    self._names.append(group[1])
                else:
                    called = _CALLED.search(opened) and not WRAPPER.search(opened)
                    self._calls.append(_CALL if called else "")
            elif char == ")" and self._calls:
                if self._calls.pop() == _GROUP and self._names:
                    self._names.pop()
            elif char == "{":
                # What stands before the outermost brace is a label, and no name of the program's.
                name = before[max(0, at - LONGEST_KEY) : at]
                self._names.append(key_of(name)[0] if self._names else "")
            elif char == "}" and self._names:
                self._names.pop()
        return before
