"""The series, messages and settings that a reader meets -> a run."""

from __future__ import annotations

import numpy as np

from gradlint.runs.run import Curve, Message, Run, Steps, Values


class RunBuilder:
    """Collects the series, messages and metadata of one run."""

    def __init__(self) -> None:
        self._curves: dict[str, Curve] = {}
        self.messages: list[Message] = []
        self.metadata: dict[str, str] = {}
        self.counter = ""

    @property
    def empty(self) -> bool:
        """Whether no series was added yet."""
        return not self._curves

    def add(
        self,
        tag: str,
        steps: Steps,
        values: Values,
        *,
        walls: Values | None = None,
        records: Steps | None = None,
        axis: str = "step",
    ) -> None:
        """Add a series; the arrays are kept, so they must not change later.

        Without points there is no series. One of a name that is known goes on where that one ends:
        names may be equal once what cannot be encoded is replaced.
        """
        if not len(steps):
            return
        curve = Curve(tag, steps, values, walls, records, axis)
        former = self._curves.get(tag)
        self._curves[tag] = curve if former is None else _joined(former, curve)

    def build(self, name: str, path: str, format: str) -> Run:
        """The run of what was added."""
        return Run(
            name,
            path,
            format,
            self._curves,
            tuple(self.messages),
            metadata=self.metadata,
            counter=self.counter,
            files=(path,),
        )


def _joined(former: Curve, latter: Curve) -> Curve:
    walls: Values | None = None
    records: Steps | None = None
    if former.walls is not None and latter.walls is not None:
        walls = np.concatenate((former.walls, latter.walls))
    if former.records is not None and latter.records is not None:
        records = np.concatenate((former.records, latter.records))
    steps = np.concatenate((former.steps, latter.steps))
    values = np.concatenate((former.values, latter.values))
    return Curve(former.tag, steps, values, walls, records, former.axis)
