"""Findings -> blocks with the source or the curve around them, for people to read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradlint.finding import Finding, Span, Window
from gradlint.report import Excerpts
from gradlint.report.characters import drawn as cells_of, escape
from gradlint.report.concise import place
from gradlint.report.layout import Line, Piece, Table

_LINES_OF_SPAN = 4
"""Lines shown of a span that runs over several."""

_MARGIN = 12
"""Columns kept left of the mark when a long line is clipped."""

_ELLIPSIS = "..."

_NARROWEST = 40
"""Columns of a page, at least."""

_ROOM_FOR_TEXT = 24
"""Columns beside a mark: if fewer are left, its text goes under it."""

_NAMES = 10
"""Columns for what stands left of a plot: ` -1.234e-5`."""

_BARE = 2
"""The same where there is no plot."""


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
    encoding: str = "utf-8",
    verbose: bool = False,
) -> Iterator[Line | Table]:
    """All findings as blocks, each followed by an empty line.

    What tells of one incident in a training log is one block, after a line for each run, and a
    remark that is made often is told once; of many runs there is no more than that line. `verbose`
    gives each finding a block of its own, those of an incident on one axis. Source lines and plots
    are at most `columns` wide, plots drawn with characters that `encoding` has.
    """
    page = _Page(excerpts, max(columns, _NARROWEST), encoding)
    findings = list(findings)
    if all(it.window is None for it in findings):
        for finding in findings:
            yield from page.block(finding)
            yield Line()
        return
    from gradlint.report import incidents, verdicts  # a check of programs has no use for them

    blocks = incidents.told_once(findings)
    if not verbose and len({incidents.place_of(it.finding) for it in blocks}) > verdicts.SCREENS:
        yield from verdicts.overview(findings)
        return
    yield from verdicts.verdicts(findings)
    if verbose:
        blocks = incidents.told_apart(findings)
    for block in blocks:
        remark = incidents.is_remark(block.finding) and not verbose
        yield from page.block(block.finding, block.others, brief=not verbose, drawn=not remark)
        yield Line()


class _Page:
    """How blocks are laid out: on what width, from what source."""

    def __init__(self, excerpts: Excerpts, columns: int, encoding: str) -> None:
        self._excerpts = excerpts
        self._columns = columns
        self._encoding = encoding

    def block(
        self,
        finding: Finding,
        others: Sequence[Finding] = (),
        *,
        brief: bool = False,
        drawn: bool = True,
    ) -> Iterator[Line]:
        """One finding; of `others`, which tell of the same incident, their sentences.

        Args:
            finding: what is told.
            others: what it stands for.
            brief: leave out the evidence that its message has already.
            drawn: with the curve, if it is one of a training log.
        """
        label = finding.level.label
        said = f" {finding.name}: {escape(finding.message)}"
        yield Line((), [(f"{label}[{finding.code}]", label), (said, "strong")], [("  ", "")])
        if finding.window is None:
            gutter, body, remarks = self._program(finding)
        else:
            gutter, body, remarks = self._log(finding, finding.window, brief=brief, drawn=drawn)
        yield from body
        remarks += _also(others)
        if finding.help:
            remarks.append(("help", finding.help))
        for kind, text in remarks:
            lead = [(f"{' ' * gutter} = ", "frame"), (f"{kind}: ", "strong")]
            hang = " " * (gutter + 3 + len(kind) + 2)
            yield Line(lead, [(escape(text), "")], [(hang, "")])

    def _program(self, finding: Finding) -> tuple[int, list[Line], list[tuple[str, str]]]:
        """The gutter's width, the source around a finding, and what else there is to say."""
        first = _Mark(finding.span, "", True)
        groups = {self._group(finding.path, finding.span): (finding.path, [first])}
        remarks = []
        for note in finding.notes:
            if note.span is None:
                remarks.append(("note", note.message))
                continue
            path = note.path or finding.path
            group = groups.setdefault(self._group(path, note.span), (path, []))
            group[1].append(_Mark(note.span, note.message, False))
        gutter = self._gutter(groups.values())
        lines: list[Line] = []
        for index, (path, marks) in enumerate(groups.values()):
            cell, line = self._excerpts.position(path, marks[0].span.line)
            where = place(escape(path), cell, line, marks[0].span.column)
            lines.append(_located(gutter, ":::" if index else "-->", where))
            lines += self._excerpt(path, marks, gutter, finding.level.label)
        return gutter, lines, remarks

    def _log(
        self, finding: Finding, window: Window, *, brief: bool, drawn: bool
    ) -> tuple[int, list[Line], list[tuple[str, str]]]:
        """The same for a finding of a training log: its curve instead of its source."""
        from gradlint.report import event, plot  # a check of programs has no use for them

        rows: list[plot.Row] = []
        if drawn and window.excerpt is not None:
            rows = plot.plot(
                window.excerpt,
                columns=self._columns - _NAMES - 3,
                glyphs=plot.glyphs_for(self._encoding),
                label=finding.level.label,
            )
        # The same for all plots of a page: those of one incident are read side by side.
        gutter = _NAMES if rows else _BARE
        where, context = event.place(finding), event.context(finding, window)
        lines = [_located(gutter, "-->", f"{where} ({context})" if context else where)]
        lines += [
            Line([(f"{row.name:>{gutter}}", ""), (" | ", "frame"), *row.pieces]) for row in rows
        ]
        # That a second file has the same curve is of no use to one who looks for what is wrong.
        notes = [it for it in finding.notes if it.path is None or not brief]
        remarks = [("note", note.message) for note in notes]
        measured = event.evidence(window, finding.message if brief else "")
        return gutter, lines, [("evidence", measured), *remarks] if measured else remarks

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
        self, path: str, marks: Sequence[_Mark], gutter: int, label: str
    ) -> Iterator[Line]:
        shown = self._shown_lines(path, marks)
        if not shown:
            return
        bar = Line([(f"{' ' * gutter} |", "frame")])
        yield bar
        before = shown[0]
        for number in shown:
            if number > before + 1:
                yield Line([(_ELLIPSIS.ljust(gutter), "frame")])
            before = number
            on_line = [mark for mark in marks if mark.span.line == number]
            yield from self._source_line(path, number, on_line, gutter, label)
        yield bar

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
    ) -> Iterator[Line]:
        source = self._excerpts.line(path, number) or ""
        cells, columns = cells_of(source.rstrip())
        room = self._columns - gutter - 3
        stretches = [_stretch(mark, columns) for mark in marks]
        start = _window(stretches, columns[-1], room)
        shown = self._excerpts.position(path, number)[1]
        yield Line([(f"{shown:>{gutter}} | ", "frame"), *_clipped(cells, columns, start, room)])
        bar = (f"{' ' * gutter} | ", "frame")
        for mark, (first, last) in zip(marks, stretches, strict=True):
            left = max(first - start, 0)
            size = max(min(last - start, room) - left, 1)
            carets = ("^" * size, label) if mark.primary else ("-" * size, "note")
            lead, hang = [bar, (" " * left, ""), carets], left + size + 1
            text = [(escape(mark.text), "")]
            if not mark.text:
                yield Line(lead)
            elif hang <= room - _ROOM_FOR_TEXT:
                yield Line([*lead, (" ", "")], text, [bar, (" " * hang, "")])
            else:
                yield Line(lead)
                under = [bar, (" " * min(left, max(room - 40, 0)), "")]
                yield Line(under, text, under)


def _also(others: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """A sentence for each rule and series; of several the first, with their number."""
    told: dict[tuple[str, str], list[Finding]] = {}
    for it in others:
        told.setdefault((it.code, it.window.series if it.window else it.message), []).append(it)
    for first, *rest in told.values():
        often = f" ({1 + len(rest)} times)" if rest else ""
        yield f"also [{first.code}]", f"{first.message}{often}"


def _located(gutter: int, arrow: str, where: str) -> Line:
    lead = [(f"{' ' * (gutter - 1)}{arrow} ", "frame")]
    return Line(lead, [(where, "")], [(" " * (gutter + 3), "")])


def _stretch(mark: _Mark, columns: Sequence[int]) -> tuple[int, int]:
    """First and end column of what is underlined on the mark's first line."""
    end = len(columns) - 1
    first = min(mark.span.column - 1, end)
    last = end if mark.span.end_line > mark.span.line else min(mark.span.end_column - 1, end)
    return columns[first], max(columns[max(last, first)], columns[first] + 1)


def _window(stretches: Sequence[tuple[int, int]], whole: int, room: int) -> int:
    """The column from which a line that may be too long is shown."""
    # A mark may stand one column behind the line, where something is missing.
    whole = max([whole, *(last for _, last in stretches)])
    if whole <= room or not stretches:
        return 0
    first, last = stretches[0]
    if last <= room - len(_ELLIPSIS):
        return 0
    # The beginning of the mark in any case; no further right than the line and the mark end.
    return max(min(first - _MARGIN, whole - room), 0)


def _clipped(cells: Sequence[str], columns: Sequence[int], start: int, room: int) -> list[Piece]:
    """A source line from column `start` on, in `room` columns."""
    before = _ELLIPSIS if start > 0 else ""
    after = _ELLIPSIS if start + room < columns[-1] else ""
    first = bisect_left(columns, start + len(before))
    last = bisect_right(columns, start + room - len(after)) - 1
    # Half of a double-width character may be left of the cut.
    gap = " " * (columns[first] - start - len(before)) if first < len(columns) else ""
    return [(before + gap, "frame"), ("".join(cells[first:last]), "code"), (after, "frame")]
