"""A stretch of a curve -> a small picture of characters.

The picture is made of dots, several to a character: braille has 2 x 4, blocks and ASCII 1 x 2. A
column of the excerpt becomes a vertical stroke from its least to its greatest value, joined to the
next one, so that an outlier of a single point is seen however many points there are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gradlint.finding import Excerpt
from gradlint.numbers import number, whole
from gradlint.report.layout import Piece

ROWS = 8
"""Rows of a plot: a curve's shape shows in 32 braille dots, and two findings fit on a screen."""

WIDEST = 70
"""Columns of a plot, at most."""

_NARROWEST = 16
"""Columns of a plot, at least, however narrow the page."""

_CELLS_PER_POINT = 3
"""Columns that one point may take: five points stretched over a page look like a trend."""

_DECADES = 2.0
"""A curve that spans more than this many powers of ten is drawn on a logarithmic scale: on a
linear one, a healthy loss beside a spike of a hundred times its size is a line at the bottom."""


_SHARED = 2 * WIDEST
"""Columns on an axis that several curves share: two dots of braille a character."""

_AROUND = 4
"""Columns of a further curve before and after its event that are shown at least: one that is
logged seldom is a curve and not a point."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A set of characters to draw with: `across` x `down` dots each, the character by its dots.

    `bits` gives for each dot, row by row, its bit in the index of a character.
    """

    across: int
    down: int
    bits: tuple[tuple[int, ...], ...]
    characters: str


BRAILLE = Glyphs(
    2,
    4,
    ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80)),
    " " + "".join(map(chr, range(0x2801, 0x2900))),
)
BLOCKS = Glyphs(1, 2, ((1,), (2,)), " \u2580\u2584\u2588")
ASCII = Glyphs(1, 2, ((1,), (2,)), " '.:")


def glyphs_for(encoding: str | None) -> Glyphs:
    """The finest set of characters that `encoding` has."""
    for glyphs in (BRAILLE, BLOCKS):
        try:
            glyphs.characters.encode(encoding or "ascii")
        except (LookupError, UnicodeError):
            continue
        return glyphs
    return ASCII


@dataclass(frozen=True, slots=True)
class _Scale:
    """Values -> heights between 0 and 1."""

    low: float
    high: float
    log: bool

    def height(self, value: float) -> float:
        # Halves, because the distance of two finite numbers may be infinite.
        low, high = self._at(self.low) / 2, self._at(self.high) / 2
        return (self._at(value) / 2 - low) / (high - low) if high > low else 0.5

    @property
    def middle(self) -> float:
        if self.log:
            return math.exp((math.log(self.low) + math.log(self.high)) / 2)
        return self.low / 2 + self.high / 2

    def _at(self, value: float) -> float:
        return math.log(value) if self.log else value


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a plot: what stands left of it, and its characters."""

    name: str
    pieces: tuple[Piece, ...]


def plot(excerpt: Excerpt, *, columns: int, glyphs: Glyphs, label: str) -> list[Row]:
    """The lines of the picture, at most `columns` wide; none if there is nothing to draw.

    The event's part of the curve and the marks below it are shown as the severity `label`; `!`
    above the curve marks what is NaN or infinite.
    """
    if not excerpt.steps:
        return []
    scale = _scale(excerpt)
    names = _names(scale)
    canvas = _Canvas(excerpt, min(max(columns, _NARROWEST), WIDEST), glyphs, scale)
    first, last = canvas.event
    rows = [Row("", ((_remarks(excerpt, scale), ""),))]
    if excerpt.bad:
        rows.append(Row("", _paint(canvas.bad, label, canvas.event)))
    if scale is not None:
        rows += [
            Row(names.get(number, ""), _paint(cells, label, canvas.event))
            for number, cells in enumerate(canvas.rows)
        ]
    rows.append(Row("", ((" " * first, ""), ("^" * (last - first + 1), label))))
    rows.append(Row("", ((_ruler(excerpt, canvas), ""),)))
    return rows


def _remarks(excerpt: Excerpt, scale: _Scale | None) -> str:
    remarks = ["log scale"] if scale is not None and scale.log else []
    if excerpt.bad:
        remarks.append("! is NaN or infinite")
    return ", ".join(remarks)


def _scale(excerpt: Excerpt) -> _Scale | None:
    low = min((value for value in excerpt.low if math.isfinite(value)), default=None)
    high = max((value for value in excerpt.high if math.isfinite(value)), default=None)
    if low is None or high is None:
        return None
    log = low > 0 and math.log10(high) - math.log10(low) > _DECADES
    return _Scale(low, max(low, high), log)


def _names(scale: _Scale | None) -> dict[int, str]:
    """What stands left of which row."""
    if scale is None:
        return {}
    if scale.low == scale.high:
        return {0: number(scale.low)}
    return {0: number(scale.high), ROWS // 2: number(scale.middle), ROWS - 1: number(scale.low)}


class _Canvas:
    """The dots of a plot, and the columns of characters that its parts take."""

    def __init__(self, excerpt: Excerpt, room: int, glyphs: Glyphs, scale: _Scale | None) -> None:
        self._glyphs = glyphs
        self._count = len(excerpt.steps)
        self.width = min(room, self._count * _CELLS_PER_POINT)
        self._dots = self.width * glyphs.across
        self.event = self._cells(excerpt.start)[0], self._cells(excerpt.end)[-1]
        marked = {cell for column in excerpt.bad for cell in self._cells(column)}
        self.bad = "".join("!" if cell in marked else " " for cell in range(self.width))
        # A curve with a single value has no shape to show.
        self._height = 1 if scale is None or scale.low == scale.high else ROWS
        self._bits = [[0] * self.width for _ in range(self._height)]
        if scale is not None:
            self._draw(excerpt, scale)
        self.rows = ["".join(glyphs.characters[bits] for bits in row) for row in self._bits]

    def _dot(self, column: int) -> int:
        """The dot that a column of the excerpt begins at."""
        return column * self._dots // self._count

    def _cells(self, column: int) -> range:
        """The characters that a column of the excerpt takes; neighbours may share one."""
        column = min(max(column, 0), self._count - 1)
        first = self._dot(column) // self._glyphs.across
        return range(first, max(self._dot(column + 1) // self._glyphs.across, first + 1))

    def _draw(self, excerpt: Excerpt, scale: _Scale) -> None:
        top = self._height * self._glyphs.down - 1
        before: tuple[int, int, int] | None = None
        for column, (low, high) in enumerate(zip(excerpt.low, excerpt.high, strict=True)):
            if not (math.isfinite(low) and math.isfinite(high)):
                if column in excerpt.bad:
                    before = None
                continue
            x = self._dot(column)
            bottom, peak = round(scale.height(low) * top), round(scale.height(high) * top)
            self._stroke(x, bottom, peak)
            if before is not None:
                self._join(before, (x, bottom, peak))
            before = x, bottom, peak

    def _join(self, left: tuple[int, int, int], right: tuple[int, int, int]) -> None:
        """A line between two strokes, from where they are nearest to each other."""
        start = min(max((right[1] + right[2]) // 2, left[1]), left[2])
        end = min(max(start, right[1]), right[2])
        across = right[0] - left[0]
        at = start
        if across == 0:
            self._stroke(right[0], min(start, end), max(start, end))
        for step in range(1, across + 1):
            to = start + round((end - start) * step / across)
            self._stroke(left[0] + step, min(at, to), max(at, to))
            at = to

    def _stroke(self, x: int, bottom: int, top: int) -> None:
        down, across = self._glyphs.down, self._glyphs.across
        for y in range(bottom, top + 1):
            row, line = divmod(self._height * down - 1 - y, down)
            self._bits[row][x // across] |= self._glyphs.bits[line][x % across]


def _paint(cells: str, label: str, event: tuple[int, int]) -> tuple[Piece, ...]:
    first, last = event
    return (cells[:first], ""), (cells[first : last + 1], label), (cells[last + 1 :], "")


def _ruler(excerpt: Excerpt, canvas: _Canvas) -> str:
    """The first step, the event's and the last, each below its column if there is room for it."""
    first, last = whole(excerpt.steps[0]), whole(excerpt.last)
    line = first
    start = min(max(excerpt.start, 0), len(excerpt.steps) - 1)
    inner = whole(excerpt.steps[start])
    end = max(canvas.width - len(last), 0)
    at = canvas.event[0]
    if at > len(line) + 1 and at + len(inner) + 2 <= end:
        line = line.ljust(at) + inner
    if excerpt.last != excerpt.steps[0]:
        line = line.ljust(end) if len(line) < end else line + "  "
        line += last
    return line


def on_one_axis(excerpts: Sequence[Excerpt]) -> list[Excerpt]:
    """The excerpts over the steps of the first, or more where that shows too little of another.

    Columns then stand for equal numbers of steps; one in which nothing was logged has NaN.
    """
    root, *others = excerpts
    first = min([root.first, *(it.steps[max(it.start - _AROUND, 0)] for it in others)])
    last = max([root.last, *(_after(it) for it in others)])
    columns = min(max(len(it.steps) for it in excerpts), _SHARED)
    return [_over(it, first, last, columns) for it in excerpts]


def _after(excerpt: Excerpt) -> float:
    column = excerpt.end + _AROUND
    return excerpt.steps[column] if column < len(excerpt.steps) else excerpt.last


def _over(excerpt: Excerpt, first: float, last: float, columns: int) -> Excerpt:
    def column(step: float) -> int:
        share = (step - first) / (last - first) if last > first else 0.0
        return round(min(max(share, 0.0), 1.0) * (columns - 1))

    steps = [first + (last - first) * at / max(columns - 1, 1) for at in range(columns)]
    low, high, bad = [math.nan] * columns, [math.nan] * columns, set()
    for index, step in enumerate(excerpt.steps):
        if not first <= step <= last:
            continue
        at = column(step)
        # A comparison with NaN is false: it gives way to any number.
        low[at] = low[at] if low[at] <= excerpt.low[index] else excerpt.low[index]
        high[at] = high[at] if high[at] >= excerpt.high[index] else excerpt.high[index]
        if index in excerpt.bad:
            bad.add(at)
    start = column(excerpt.steps[excerpt.start])
    steps[start] = excerpt.steps[excerpt.start]
    end = column(excerpt.steps[excerpt.end])
    return Excerpt(tuple(steps), tuple(low), tuple(high), last, start, end, tuple(sorted(bad)))
