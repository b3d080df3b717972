"""Markdown -> its fenced blocks: what every suite that is written as a document is read with.

A fence opens with three backticks, its language and further words, and ends with three backticks:

    ```python bad
    loss.backward()  # error: GL406
    ```

What the words ask for, and what the comments inside mean, is up to the suite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADING = re.compile(r"#+ +(.*)")
_FILE = re.compile(r"^# file: (\S+)\n", re.MULTILINE)


@dataclass(frozen=True)
class Fence:
    """One fenced block.

    `kind` is the word after the language ("" without one) and `words` are those after it; `heading`
    is the nearest heading above ("" without one), `line` the 1-based line of the opening backticks,
    and `text` what is inside, each line with its line break.
    """

    language: str
    kind: str
    words: tuple[str, ...]
    heading: str
    line: int
    text: str

    def files(self, first: str) -> dict[str, str]:
        """The files that the text stands for: their names -> their texts, in order.

        A line `# file: name` begins another file; what stands before any such line is `first`.
        """
        head, *rest = _FILE.split(self.text)
        files = {first: head} if head.strip() else {}
        return files | dict(zip(rest[::2], rest[1::2], strict=True))


def fences(markdown: str) -> Iterator[Fence]:
    """The fenced blocks of a document that name a language, in order.

    Raises:
        ValueError: a fence is not closed.
    """
    heading = ""
    lines = iter(enumerate(markdown.splitlines(keepends=True), start=1))
    for number, line in lines:
        if found := _HEADING.match(line):
            heading = found.group(1).strip()
        elif line.startswith("```"):
            text = []
            for _, inside in lines:
                if inside.rstrip() == "```":
                    break
                text.append(inside)
            else:
                raise ValueError(f"the fence of line {number} is not closed")
            language, kind, *words = [*line[3:].split(), "", ""]
            if language:
                rest = tuple(filter(None, words))
                yield Fence(language, kind, rest, heading, number, "".join(text))
