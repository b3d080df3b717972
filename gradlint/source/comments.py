"""A program text -> the suppression comments in it."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from gradlint.finding import Span
from gradlint.source.text import SourceFile

_DIRECTIVE = re.compile(
    r"#\s*gradlint:\s*(?P<verb>ignore-file|ignore)(?![\w-])"
    # A list whose bracket is another one, or was forgotten, is still a list: read as a bare
    # `ignore` it would hide all.
    r"(?P<list>\s*\[(?:[^\]#]*\]|[\w-]*(?:\s*,\s*[\w-]+)*)"
    r"|\s*\(\s*[\w-]+(?:\s*,\s*[\w-]+)*\s*\)|[\s:=]*\b[GT]L\d+\b(?:[\s,]+[GT]L\d+\b)*)?"
)
_KEY = re.compile(r"[^\s,:=\[\]()]+")
_NOQA = re.compile(r"#\s*noqa\b(?:\s*:\s*(?P<codes>[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*))?", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]+\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Directive:
    """One suppression comment.

    `keys` are the rules it names, as written, each with its place; `bare` says that it names none
    and has no brackets either, so that it means every rule. `span` is the directive itself,
    `extent` what to delete to be rid of it: the reason and the space before, or its whole line.
    """

    span: Span
    extent: Span
    text: str
    keys: tuple[tuple[str, Span], ...]
    bare: bool
    whole_file: bool
    own_line: bool
    noqa: bool


def directives(source: SourceFile) -> list[Directive]:
    """The suppression comments of `source`, in order; never raises."""
    return [
        directive
        for line, column, comment in _comments(source)
        for directive in _in_comment(source, line, column, comment)
    ]


def _comments(source: SourceFile) -> Iterator[tuple[int, int, str]]:
    """Line (from 1), column (from 0) and text of every comment that looks like a directive."""
    lines = iter(source.lines)
    try:
        for token in tokenize.generate_tokens(lambda: next(lines) + "\n"):
            if token.type == tokenize.COMMENT:
                text = token.string
                if "gradlint:" in text or "noqa" in text.lower():
                    yield token.start[0], token.start[1], text
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError, SystemError):
        # The file does not tokenize from here on; the comments before it still count. (The
        # tokenizer of Python 3.12 and 3.13 raises SystemError for a NUL byte.)
        return


def _in_comment(source: SourceFile, line: int, column: int, comment: str) -> Iterator[Directive]:
    before = source.lines[line - 1][:column]
    own_line = not before.strip()
    indent = source.span(line, 0, line, 0).column - 1 if source.cells else 0
    for found in _DIRECTIVE.finditer(comment):
        listed = found.group("list")
        start = column + found.start() + 1 + indent
        keys = []
        if listed is not None:
            offset = column + found.start("list") + 1 + indent
            keys = [
                (key.group(), Span(line, offset + key.start(), line, offset + key.end()))
                for key in _KEY.finditer(listed)
            ]
        after = comment.find("#", found.end())
        end = len(comment) if after < 0 else after
        yield Directive(
            span=Span(line, start, line, start + found.end() - found.start()),
            extent=_extent(
                source, line, column + found.start() + indent, column + end + indent, after < 0
            ),
            text=found.group(),
            keys=tuple(keys),
            bare=listed is None,
            whole_file=found.group("verb") == "ignore-file",
            own_line=own_line,
            noqa=False,
        )
    for found in _NOQA.finditer(comment):
        codes = found.group("codes")
        span = Span(line, column + found.start() + 1, line, column + found.end() + 1)
        listed_codes = _CODE.findall(codes) if codes else []
        yield Directive(
            span=span,
            extent=span,
            text=found.group(),
            keys=tuple((code.upper(), span) for code in listed_codes),
            bare=codes is None,
            whole_file=False,
            own_line=own_line,
            noqa=True,
        )


def _extent(source: SourceFile, line: int, start: int, end: int, to_line_end: bool) -> Span:
    """What to delete: columns `start` to `end` (from 0), or the line if nothing else is on it."""
    text = source.line(line)
    if not to_line_end:
        return Span(line, start + 1, line, end + 1)
    kept = text[:start].rstrip()
    if kept:
        return Span(line, len(kept) + 1, line, len(text) + 1)
    if line < len(source.lines) and source.position(line + 1)[0] == source.position(line)[0]:
        return Span(line, 1, line + 1, 1)
    return Span(line, 1, line, len(text) + 1)
