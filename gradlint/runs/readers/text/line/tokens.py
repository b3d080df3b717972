"""The numbers of a line, each with the text before it and its unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradlint.runs.readers.text.line.keys import key_of
from gradlint.runs.readers.text.line.numbers import unit_of
from gradlint.runs.readers.text.line.words import measures

_NOTHING = re.compile(
    r"\b(?:of|no|for|num|any|or|and|with|if|without|found|to|a|had) $|^\s*$", re.I
)
"""Before `nan`: the word is not a value (`number of nan iterations: 0`)."""

_GLUED = re.compile(r"[A-Za-z]{2}\w{0,60} ?[:=]")
"""Behind a number with a point: the next key, without anything between (`tf=0.50lr=0.001`)."""


_SIGNS = frozenset(":=([{|,;\t")
"""Before a value; a NaN behind a blank alone may be a word of a sentence."""

_WORDS_BEHIND = re.compile(r"(?: [A-Za-z][\w'/-]*)+(?= ?$)")

WHOLE = re.compile(r"[+]?\d[\d,]*(?:\.0*)?$")
"""A whole number, of which one may be a position."""

ARROW = re.compile(r"(?:-+|=+)>|→")
"""Between an older value and a newer one."""

MORE = re.compile(r", ?[^\s)\]]")
"""Behind a number in brackets: the list goes on, unlike the tuple of one `(0.1,)`."""


@dataclass(slots=True)
class Token:
    """A number of the line, the text since the number before it, and its unit."""

    index: int
    before: str
    text: str
    unit: str


def tokens_in(line: str, parts: Sequence[str], start: int) -> Iterator[Token]:
    """The numbers from `start` on; parts of words and versions go to the text between them."""
    offset, before, strip = 0, "", 0
    begun = False
    for at in range(1, len(parts), 2):
        begin = offset + len(parts[at - 1])
        gap = parts[at - 1][strip:] if begun else line[start:begin]
        offset = begin + len(parts[at])
        strip = 0
        if begin < start:
            continue
        begun = True
        before += gap
        after = parts[at + 1]
        unit = None if _NOTHING.search(before) and parts[at][-1:].isalpha() else unit_of(after)
        if unit is None and "." in parts[at] and _GLUED.match(after):
            unit = "", 0
        listed = "," in parts[at] and before[-1:] in ("[", "(")
        if unit is None or listed or (after[:1] == "." and after[1:2].isdigit()):
            before += parts[at]
            continue
        yield Token(at // 2, before, parts[at], unit[0])
        before, strip = "", unit[1]


def is_word(token: Token, key: str, parts: Sequence[str]) -> bool:
    """Whether a NaN is a word of a sentence, and not the value of `key`.

    Behind a blank alone it may say of what kind the next thing is: of `fix nan loss at step 3`,
    `loss` belongs to the NaN; of `x nan y 3`, `y` is a key. A name in backticks is spoken of.
    """
    if not token.text.isalpha():
        return False
    if "`" in token.before:
        return True
    if token.before.rstrip()[-1:] in _SIGNS or measures(key):
        return False
    after = parts[2 * token.index + 2]
    words = _WORDS_BEHIND.match(after)
    following = key_of(after)[0] if 2 * token.index + 3 < len(parts) else ""
    return words is not None and words[0].strip() != following


def is_place(pair: Sequence[Token]) -> bool:
    """Whether two numbers are a position in brackets and its total: `[ 10/390`."""
    return (
        len(pair) == 2
        and pair[0].before.strip() in ("[", "(")
        and pair[1].before.strip() == "/"
        and all(WHOLE.match(one.text) and not one.unit for one in pair)
    )
