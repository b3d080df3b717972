"""What was learnt of a line, to be used for every later line of the same text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(slots=True)
class Metric:
    """One number of a layout that is a metric.

    Attributes:
        index: its position among the numbers of the line.
        tag: its series.
        divisor: position of what it is divided by (`9825/10000`), -1 if nothing.
        factor: what it is multiplied with, so that the series keeps its unit.
        strong: believed where it stands once on a line that says where the training is.
        clock: an epoch, which is the line's place unless others of the log are fractions.
    """

    index: int
    tag: str
    divisor: int = -1
    factor: float = 1.0
    strong: bool = True
    clock: bool = False


@dataclass(slots=True)
class Layout:
    """Which numbers of a line are what; positions are -1 for what the line does not have.

    Attributes:
        epoch, step, batch: positions of the progress marks.
        counter: the last word of what the step is called.
        step_unit: what the step is multiplied with (`1.5k`).
        total: position of the number of batches or steps behind a `/`, -1 if it is not printed.
        rank: the rank printed before the line as a word, and `rank_index` as a bare number.
        marked: whether the line says where the training is, be it by a fraction of an epoch.
        running: a progress line whose values are means so far, to be replaced by the next.
        bar: a progress bar.
        begins: the header of an epoch, alone on its line (`Epoch 3/20`).
        section: a split of the data that is announced for the lines that follow.
        evaluated: the split, if the line's own metrics are those of an evaluation.
        columns: the names of columns that follow.
        matrix: the names of values that follow on the next line.
        speaks: such a line may be a message of trouble.
        pattern: what matches such lines and captures all their numbers, once it is worth it.
        seen: how many such lines there were until then.
        recalls: the next line repeats the best place there was (`best iteration is:`).
        announced: the same by a sentence, which counts for lines without any mark of their own.
    """

    metrics: list[Metric] = field(default_factory=list)
    epoch: int = -1
    step: int = -1
    counter: str = ""
    step_unit: int = 1
    batch: int = -1
    total: int = -1
    rank: int = 0
    rank_index: int = -1
    marked: bool = False
    running: bool = False
    bar: bool = False
    begins: bool = False
    section: str = ""
    evaluated: str = ""
    announced: str = ""
    recalls: bool = False
    columns: tuple[str, ...] = ()
    matrix: tuple[str, ...] = ()
    speaks: bool = False
    pattern: re.Pattern[str] | None = None
    seen: int = 0

    @property
    def useful(self) -> bool:
        """Whether anything can be learnt from such a line."""
        return bool(
            self.metrics
            or self.epoch >= 0
            or self.step >= 0
            or self.section
            or self.announced
            or self.recalls
            or self.columns
            or self.matrix
        )
