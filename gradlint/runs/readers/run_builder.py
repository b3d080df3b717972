"""Points as they are met -> the arrays of a run, without a Python object kept for each."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

import numpy as np

from gradlint.runs.run import Curve, Message, Run, Steps, Values

_NAN = float("nan")


class _Points:
    """The points of one tag: finished blocks, and the single points after them."""

    __slots__ = ("axis", "blocks", "records", "steps", "values", "walls")

    def __init__(self, axis: str) -> None:
        self.axis = axis
        self.blocks: list[tuple[Steps, Values, Values | None, Steps | None]] = []
        self.clear()

    def clear(self) -> None:
        self.steps = array("q")
        self.values = array("d")
        self.walls = array("d")
        self.records = array("q")

    def seal(self) -> None:
        """Turn the single points into a block."""
        if self.steps:
            walls = np.frombuffer(self.walls, np.float64)
            records = np.frombuffer(self.records, np.int64)
            self.blocks.append(
                (
                    np.frombuffer(self.steps, np.int64),
                    np.frombuffer(self.values, np.float64),
                    None if np.isnan(walls).all() else walls,
                    records if records.any() else None,
                )
            )
            self.clear()


class RunBuilder:
    """Collects the points, messages and metadata of one run."""

    def __init__(self) -> None:
        self._points: dict[str, _Points] = {}
        self.messages: list[Message] = []
        self.metadata: dict[str, str] = {}

    @property
    def empty(self) -> bool:
        """Whether no point was added yet."""
        return not self._points

    def add(
        self,
        tag: str,
        step: int,
        value: float,
        *,
        record: int = 0,
        wall: float = _NAN,
        axis: str = "step",
    ) -> None:
        """Add one point; `record` is its line (from 1), 0 where there are no lines.

        A step outside int64 is clamped to its ends.
        """
        points = self._points.get(tag)
        if points is None:
            points = self._points[tag] = _Points(axis)
        points.steps.append(max(min(step, 2**63 - 1), -(2**63)))
        points.values.append(value)
        points.walls.append(wall)
        points.records.append(record)

    def extend(
        self,
        tag: str,
        steps: Steps,
        values: Values,
        *,
        walls: Values | None = None,
        records: Steps | None = None,
        axis: str = "step",
    ) -> None:
        """Add a block of points in order; the arrays are kept, so they must not change later.

        Without points there is no series.
        """
        if not len(steps):
            return
        points = self._points.get(tag)
        if points is None:
            points = self._points[tag] = _Points(axis)
        points.seal()
        points.blocks.append((steps, values, walls, records))

    def build(self, name: str, path: str, format: str, *, files: tuple[str, ...] = ()) -> Run:
        """The run. The builder is empty afterwards: each tag's blocks go as its curve is built."""
        curves: dict[str, Curve] = {}
        for tag in list(self._points):
            points = self._points.pop(tag)
            points.seal()
            curves[tag] = _curve(tag, points)
        metadata: Mapping[str, str] = self.metadata
        run = Run(name, path, format, curves, tuple(self.messages), (), metadata, files or (path,))
        self.messages, self.metadata = [], {}
        return run


def _curve(tag: str, points: _Points) -> Curve:
    blocks = points.blocks
    if len(blocks) == 1:
        steps, values, walls, records = blocks[0]
        return Curve(tag, steps, values, walls, records, points.axis)
    sizes = [len(block[0]) for block in blocks]
    total = sum(sizes)
    has_walls = any(block[2] is not None for block in blocks)
    has_records = any(block[3] is not None for block in blocks)
    steps = np.empty(total, np.int64)
    values = np.empty(total, np.float64)
    walls = np.full(total, _NAN) if has_walls else None
    records = np.zeros(total, np.int64) if has_records else None
    at = 0
    for size in sizes:
        block = blocks.pop(0)
        here = slice(at, at + size)
        steps[here], values[here] = block[0], block[1]
        if walls is not None and block[2] is not None:
            walls[here] = block[2]
        if records is not None and block[3] is not None:
            records[here] = block[3]
        at += size
    return Curve(tag, steps, values, walls, records, points.axis)
