"""Findings -> blocks with the source or the curve around them, for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gradlint.finding import Finding, Span, Window
from gradlint.report import Excerpts
from gradlint.report.concise import place
from gradlint.report.terminal import Style, cut, drawn, escape, width, wrap

_LINES_OF_SPAN = 4
"""Lines shown of a span that runs over several."""

_MARGIN = 12
"""Columns kept left of the mark when a long line is clipped."""

_ELLIPSIS = "..."

_NAMES = 10
"""Columns for what stands left of a plot: `-1.234e-05`."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A stretch to underline: the finding's own (`primary`) or a related one, with its text."""

    span: Span
    text: str
    primary: bool


def render(
    findings: Iterable[Finding],
    excerpts: Excerpts,
    *,
    columns: int,
    color: bool = False,
    encoding: str = "utf-8",
) -> str:
    """All findings as blocks separated by blank lines, at most `columns` wide where text allows.

    Plots are drawn with characters that `encoding` has.
    """
    page = _Page(excerpts, max(columns, 40), Style(color=color), encoding)
    return "".join(page.block(finding) + "\n" for finding in findings)


class _Page:
    """How blocks are drawn: on what width, in what colours, from what source."""

    def __init__(self, excerpts: Excerpts, columns: int, style: Style, encoding: str) -> None:
        self._excerpts = excerpts
        self._columns = columns
        self._style = style
        self._encoding = encoding

    def block(self, finding: Finding) -> str:
        head = self._head(finding.level.label, finding)
        if finding.window is None:
            gutter, body, texts = self._program(finding)
        else:
            gutter, body, texts = self._log(finding, finding.window)
        if finding.help:
            texts.append(("help", finding.help))
        for kind, text in texts:
            body += self._remark(gutter, kind, text)
        return "\n".join(head + body) + "\n"

    def _remark(self, gutter: int, kind: str, text: str) -> list[str]:
        lead = f"{' ' * gutter} {self._style.frame('=')} {self._style.bold(kind)}: "
        hang = gutter + 3 + len(kind) + 2
        rows = wrap(escape(text), self._columns - hang)
        return [lead + rows[0], *(" " * hang + row for row in rows[1:])]

    def _program(self, finding: Finding) -> tuple[int, list[str], list[tuple[str, str]]]:
        """The gutter's width, the source around a finding, and what else there is to say."""
        label = finding.level.label
        lines: list[str] = []
        first = _Mark(finding.span, "", True)
        groups = {self._group(finding.path, finding.span): (finding.path, [first])}
        remarks = []
        for note in finding.notes:
            if note.span is None:
                remarks.append(note.message)
                continue
            path = note.path or finding.path
            group = groups.setdefault(self._group(path, note.span), (path, []))
            group[1].append(_Mark(note.span, note.message, False))
        gutter = self._gutter(groups.values())
        for index, (path, marks) in enumerate(groups.values()):
            lines += self._excerpt(path, marks, gutter, label, ":::" if index else "-->")
        return gutter, lines, [("note", remark) for remark in remarks]

    def _log(
        self, finding: Finding, window: Window
    ) -> tuple[int, list[str], list[tuple[str, str]]]:
        """The same for a finding of a training log: its curve instead of its source."""
        from gradlint.report import event, plot  # a check of programs has no use for them

        style = self._style
        rows: list[plot.Row] = []
        if window.excerpt is not None:
            rows = plot.plot(
                window.excerpt,
                columns=self._columns - _NAMES - 3,
                glyphs=plot.glyphs_for(self._encoding),
                style=style,
                label=finding.level.label,
            )
        gutter = 1 + max([1, *(len(row.name) for row in rows)])
        first, *more = event.located(finding, window, self._columns - gutter - 3)
        lines = [f"{' ' * (gutter - 1)}{style.frame('-->')} {first}"]
        lines += [" " * (gutter + 3) + text for text in more]
        for row in rows:
            lines.append(f"{row.name:>{gutter}} {style.frame('|')} {row.cells}".rstrip())
        notes = [("note", note.message) for note in finding.notes]
        measured = event.evidence(window)
        return gutter, lines, [("evidence", measured), *notes] if measured else notes

    def _head(self, label: str, finding: Finding) -> list[str]:
        style = self._style
        tag, name = f"{label}[{finding.code}]", finding.name
        rows = wrap(f"{tag} {name}: {escape(finding.message)}", self._columns)
        # Colour goes on after wrapping: escape sequences have no width.
        first = rows[0].removeprefix(tag)
        rows[0] = style.severity(label, tag) + style.bold(first)
        return [rows[0], *(f"  {style.bold(row)}" for row in self._hanging(rows[1:]))]

    def _hanging(self, rows: Sequence[str]) -> list[str]:
        return wrap(" ".join(rows), self._columns - 2) if rows else []

    def _group(self, path: str, span: Span) -> tuple[str, int | None]:
        """What is drawn as one excerpt: a file, or a cell of a notebook."""
        return path, self._excerpts.position(path, span.line)[0]

    def _gutter(self, groups: Iterable[tuple[str, Sequence[_Mark]]]) -> int:
        highest = 1
        for path, marks in groups:
            for mark in marks:
                last = min(mark.span.end_line, mark.span.line + _LINES_OF_SPAN) + 1
                highest = max(highest, self._excerpts.position(path, last)[1])
        return len(str(highest)) + 1

    def _excerpt(
        self, path: str, marks: list[_Mark], gutter: int, label: str, arrow: str
    ) -> list[str]:
        style = self._style
        cell, line = self._excerpts.position(path, marks[0].span.line)
        where = place(escape(path), cell, line, marks[0].span.column)
        lines = [f"{' ' * (gutter - 1)}{style.frame(arrow)} {where}"]
        bar = f"{' ' * gutter} {style.frame('|')}"
        shown = self._shown_lines(path, marks)
        if not shown:
            return lines
        lines.append(bar)
        before: int | None = None
        for number in shown:
            if before is not None and number > before + 1:
                lines.append(style.frame(_ELLIPSIS.ljust(gutter)))
            before = number
            on_line = [mark for mark in marks if mark.span.line == number]
            lines += self._source_line(path, number, on_line, gutter, label)
        lines.append(bar)
        return lines

    def _shown_lines(self, path: str, marks: Sequence[_Mark]) -> list[int]:
        """Marked lines and one around each, where there is something on it, in the same cell."""
        wanted: set[int] = set()
        for mark in marks:
            first = mark.span.line
            if self._excerpts.line(path, first) is None:
                continue
            last = min(mark.span.end_line, first + _LINES_OF_SPAN - 1)
            wanted.update(range(first, last + 1))
            cell = self._excerpts.position(path, first)[0]
            for near in (first - 1, last + 1):
                text = self._excerpts.line(path, near) if near > 0 else None
                if text and text.strip() and self._excerpts.position(path, near)[0] == cell:
                    wanted.add(near)
        return sorted(number for number in wanted if self._excerpts.line(path, number) is not None)

    def _source_line(
        self, path: str, number: int, marks: Sequence[_Mark], gutter: int, label: str
    ) -> list[str]:
        style = self._style
        source = self._excerpts.line(path, number) or ""
        text, offsets = drawn(source.rstrip())
        room = self._columns - gutter - 3
        stretches = [_stretch(mark, source, offsets) for mark in marks]
        start = _window(stretches, width(text), room)
        visible = self._clipped(text, start, room)
        shown = self._excerpts.position(path, number)[1]
        head = f"{style.frame(f'{shown:>{gutter}} |')}"
        lines = [f"{head} {visible}".rstrip()]
        bar = f"{' ' * gutter} {style.frame('|')} "
        for mark, (first, last) in zip(marks, stretches, strict=True):
            left = max(first - start, 0)
            size = max(min(last - start, room) - left, 1)
            sign = "^" if mark.primary else "-"
            rows = self._label(mark.text, room, left + size + 1)
            drawing = sign * size
            colored = style.severity(label, drawing) if mark.primary else style.note(drawing)
            if rows and width(rows[0]) + left + size + 1 <= room:
                lines.append(f"{bar}{' ' * left}{colored} {style.note(rows[0])}")
                hang = left + size + 1
                rows = rows[1:]
            else:
                lines.append(f"{bar}{' ' * left}{colored}")
                hang = min(left, max(room - 40, 0))
                rows = wrap(escape(mark.text), room - hang) if mark.text else []
            lines += [f"{bar}{' ' * hang}{style.note(row)}" for row in rows]
        return lines

    def _label(self, text: str, room: int, hang: int) -> list[str]:
        if not text or room - hang < 24:
            return []
        return wrap(escape(text), room - hang)

    def _clipped(self, text: str, start: int, room: int) -> str:
        whole = width(text)
        if start == 0 and whole <= room:
            return text
        visible = cut(text, start, room)
        if start > 0:
            visible = _ELLIPSIS + cut(visible, len(_ELLIPSIS), room)
        if start + room < whole:
            visible = cut(visible, 0, room - len(_ELLIPSIS)) + _ELLIPSIS
        return visible


def _stretch(mark: _Mark, source: str, offsets: Sequence[int]) -> tuple[int, int]:
    """First and end terminal column of what is underlined on the mark's first line."""
    end = len(offsets) - 1
    first = min(mark.span.column - 1, end)
    last = end if mark.span.end_line > mark.span.line else min(mark.span.end_column - 1, end)
    return offsets[first], max(offsets[max(last, first)], offsets[first] + 1)


def _window(stretches: Sequence[tuple[int, int]], whole: int, room: int) -> int:
    """The terminal column at which a line that may be too long is shown from."""
    # A mark may stand one column behind the line, where something is missing.
    whole = max([whole, *(last for _, last in stretches)])
    if whole <= room or not stretches:
        return 0
    first, last = stretches[0]
    if last <= room - len(_ELLIPSIS):
        return 0
    # The beginning of the mark in any case; no further right than the line and the mark end.
    return max(min(first - _MARGIN, whole - room), 0)
