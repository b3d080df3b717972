"""Lines, tables and documents -> a terminal. The one module that knows rich.

rich says what the terminal can do: its width, its colours, NO_COLOR, FORCE_COLOR, TERM, COLUMNS.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TextIO

from rich.console import Console as RichConsole, ConsoleDimensions
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text
from rich.theme import Theme

from gradlint.report.layout import Line, Piece, Table

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, JustifyMethod, RenderResult
    from rich.markdown import Markdown
    from rich.syntax import Syntax, SyntaxTheme

_WIDEST = 140
"""Columns of a page at most: sentences over the whole width of a large screen are hard to read."""

_READABLE = 100
"""Columns of a document at most."""

_NARROWEST = 20
"""Columns that are left for text beside a long lead, at least."""

_CODE_INDENT = 2
"""Columns that code in a document stands in from the left."""

_CODE_HANG = 8
"""Columns that the rest of a line of code stands in from its beginning: more than a block does."""

_FENCE = re.compile(r"^```(\w+) (bad|good|fixed)\b.*$", re.MULTILINE)

# Colours that the terminal's own theme sets, and no backgrounds. Of them red and magenta stand out
# on black and on white alike; yellow is lost on white and blue on black; cyan and green are pale on
# the white of older themes, so no sentence is written in them.
_THEME = Theme(
    {
        "error": "bold red",
        "warning": "bold magenta",
        "info": "bold cyan",
        "note": "cyan",
        "strong": "bold",
        "frame": "dim",
        "markdown.h1": "bold",
        "markdown.h2": "bold magenta",
        "markdown.code": "bold",
        "markdown.link_url": "underline",
    }
)


class Console:
    """A terminal that lines and tables are drawn on."""

    def __init__(self, stream: TextIO) -> None:
        self._rich = _rich(stream)
        self._rich.width = min(self._rich.width, _WIDEST)

    @property
    def columns(self) -> int:
        """Columns to fill."""
        return self._rich.width

    @property
    def encoding(self) -> str:
        """The encoding whose characters can be drawn.

        The Linux console has no braille in its font, whatever its encoding.
        """
        return "cp437" if os.environ.get("TERM") == "linux" else self._rich.encoding

    def draw(self, parts: Iterable[Line | Table]) -> None:
        """Write lines and tables, one below the other."""
        with self._rich:  # all that is printed is written at once
            for part in parts:
                if isinstance(part, Table):
                    columns = self.columns
                    self._rich.width = max(columns, part.narrowest)
                    self._rich.print(_table(part), crop=False)
                    self._rich.width = columns
                else:
                    self._rich.print(self._text(part), no_wrap=True, overflow="ignore", crop=False)

    def document(self, markdown: str) -> None:
        """Write a Markdown document, its code highlighted."""
        self._rich.print(_page(markdown), width=min(self.columns, _READABLE))

    def _text(self, line: Line) -> Text:
        lead, text, hang = map(self._assembled, (line.lead, line.text, line.hang))
        if not text:
            return lead
        room = max(self.columns - max(lead.cell_len, hang.cell_len), _NARROWEST)
        rows = text.wrap(self._rich, room)
        for row in rows:
            row.rstrip()
        return Text("\n").join((hang if number else lead) + row for number, row in enumerate(rows))

    def _assembled(self, pieces: Sequence[Piece]) -> Text:
        text = Text()
        for content, style in pieces:
            if style == "code" and self._python is not None:
                code = self._python.highlight(content)
                code.right_crop(1)  # the line break that the lexer adds
                text.append_text(code)
            else:
                text.append(content, "" if style == "code" else style)
        return text

    @cached_property
    def _python(self) -> Syntax | None:
        """What highlights Python; None where there are no colours."""
        if self._rich.color_system is None or self._rich.no_color:
            return None
        from rich.syntax import Syntax

        return Syntax("", "python", theme=_code_theme())


class Progress:
    """A line on standard error that is written over, and gone in the end."""

    def __init__(self) -> None:
        console = _rich(sys.stderr)
        self._room = console.width - len("- ")
        # A spinner that every encoding has.
        self._status = console.status("", spinner="line", spinner_style="none")
        if not console.is_dumb_terminal:
            self._status.start()

    def show(self, text: str) -> None:
        """Write `text` (without control characters) in place of what was there."""
        line = Text(text)
        line.truncate(self._room)
        self._status.update(line)

    def close(self) -> None:
        """Take the line away."""
        self._status.stop()


def _rich(stream: TextIO) -> RichConsole:
    # User text is no markup, no emoji, and nothing to be highlighted.
    console = RichConsole(file=stream, theme=_THEME, markup=False, emoji=False, highlight=False)
    if console.is_dumb_terminal:
        # rich takes it for one of 80 columns; but a pane of an editor has a size as well.
        console.size = ConsoleDimensions(*get_terminal_size())
    return console


def _table(table: Table) -> Padding:
    grid = RichTable(
        box=None,
        show_header=bool(table.heads),
        header_style="frame",
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
    for column, head in enumerate(table.heads or [""] * len(table.rows[0])):
        justify: JustifyMethod = "right" if column in table.right else "left"
        grid.add_column(head, justify=justify, overflow="fold")
    for row in table.rows:
        grid.add_row(*map(Text, row))
    return Padding(grid, (0, 0, 0, table.indent))


def _page(markdown: str) -> Markdown:
    from rich.markdown import CodeBlock, Heading, Markdown
    from rich.syntax import Syntax

    class LeftHeading(Heading):
        """rich centres some headings, which ones depends on its version."""

        def __rich_console__(self, console: RichConsole, options: ConsoleOptions) -> RenderResult:
            yield self.text

    class Code(CodeBlock):
        """rich wraps long lines at the margin, where they look like statements that follow."""

        def __rich_console__(self, console: RichConsole, options: ConsoleOptions) -> RenderResult:
            code = Syntax("", self.lexer_name, theme=self.theme).highlight(self.text.plain)
            code.rstrip()
            for line in code.split("\n", allow_blank=True):
                yield from _code_rows(line, console, options.max_width)

    class Page(Markdown):
        elements = {**Markdown.elements, "heading_open": LeftHeading, "fence": Code}

    # rich drops what stands behind the language of a fence: whether it is a bad example.
    named = _FENCE.sub(r"*\2*\n\n```\1", markdown)
    return Page(named, code_theme=_code_theme(), hyperlinks=False)  # type: ignore[arg-type]


def _code_rows(line: Text, console: RichConsole, columns: int) -> Iterator[Text]:
    """A line of code, indented; what is too long for the page goes on further to the right."""
    lead = Text(" " * _CODE_INDENT)
    if lead.cell_len + line.cell_len <= columns:
        yield lead + line
        return
    within = len(line.plain) - len(line.plain.lstrip())
    hang = Text(" " * (lead.cell_len + within + _CODE_HANG))
    rows = line[within:].wrap(console, max(columns - hang.cell_len, _NARROWEST))
    lead.append(" " * within)
    for row in rows:
        row.rstrip()
        yield lead + row
        lead = hang


@cache
def _code_theme() -> SyntaxTheme:
    """Few colours for code, of those in `_THEME`."""
    from pygments import token  # type: ignore[import-untyped]
    from rich.style import Style
    from rich.syntax import ANSISyntaxTheme

    return ANSISyntaxTheme(
        {
            token.Token: Style(),
            token.Comment: Style(dim=True, italic=True),
            token.Keyword: Style(color="magenta"),
            token.Operator.Word: Style(color="magenta"),
            token.String: Style(color="green"),
        }
    )
