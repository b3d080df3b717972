"""What a rule says: a finding, where it is, how sure it is, and how to repair it.

A finding is called a diagnostic in JSON and in the language server protocol. Everything here is a
plain immutable value; nothing in this module reads a file or knows a rule.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


class Severity(enum.IntEnum):
    """How bad a finding is; ordered, so that `severity >= Severity.WARNING` reads as it should."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The name as it is written in output and configuration."""
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> Severity:
        """The severity named `label`.

        Raises:
            ValueError: `label` is not `info`, `warning` or `error`.
        """
        try:
            return cls[label.upper()]
        except KeyError:
            raise ValueError(f"`{label}` is not a severity") from None


class Confidence(enum.IntEnum):
    """How much of the evidence was seen rather than inferred."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def label(self) -> str:
        """The name as it is written in output."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text: lines and columns from 1, columns in code points, the end exclusive.

    Lines count in the file as it stands on disk; for a notebook in the text of all code cells
    joined by one newline. Line 0 is none: a log need not have lines.
    """

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that explains the finding, or a remark (no span)."""

    message: str
    span: Span | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A curve around an event, thinned to the columns of a plot without losing its extremes.

    Attributes:
        steps: the first step of each column.
        low: the least finite value of each column; NaN where it has none.
        high: the greatest finite value of each column; NaN where it has none.
        last: the last step that is covered.
        start: the first column of the event.
        end: its last column.
        bad: the columns that hold a NaN or an infinity.
    """

    steps: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    last: float
    start: int
    end: int
    bad: tuple[int, ...] = ()

    @property
    def first(self) -> float:
        """The first step that is covered."""
        return self.steps[0]


@dataclass(frozen=True, slots=True)
class Window:
    """Where a finding of a training log stands: its run, its series, its steps, its numbers.

    Attributes:
        run: the run's name.
        series: the tag of the series; empty if the finding is about the run or the file.
        start: the first step of the event; None if it has no step.
        end: the last step of the event.
        axis: what the steps count: `step`, `epoch` or `row`.
        evidence: the numbers behind the message, by name.
        excerpt: what to plot.
        incident: the number of the incident that the finding tells of, with others perhaps; 0 if it
            is about no event.
        before: the last step of the series before the event; None if it begins with it.
    """

    run: str = ""
    series: str = ""
    start: int | None = None
    end: int | None = None
    axis: str = "step"
    evidence: Mapping[str, float | int | str] = field(default_factory=dict)
    excerpt: Excerpt | None = field(default=None, compare=False, repr=False)
    incident: int = 0
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair: its description, its edits (of one file), whether it is safe to apply unasked."""

    message: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, at one place.

    `code`, `name` and `path` may be left empty by the rule; the engine stamps them. `severity`
    None stands for the rule's own. `path` is as the user gave it or relative to the working
    directory, with `/`. For notebooks `cell` is the index over all cells from 0 and `cell_line` the
    line inside that cell; `span` then counts over the joined code cells. For training logs `window`
    says where in the run it is, and `span` is the line of the record, 1 where there are no lines.
    """

    span: Span
    message: str
    help: str = ""
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None
    severity: Severity | None = None
    confidence: Confidence = Confidence.HIGH
    code: str = ""
    name: str = ""
    path: str = ""
    cell: int | None = None
    cell_line: int | None = None
    window: Window | None = None

    def stamped(self, *, code: str, name: str, severity: Severity, path: str) -> Finding:
        """This finding as its rule's: code, name, path and, where it has none, the severity."""
        return replace(
            self,
            code=code,
            name=name,
            path=self.path or path,
            severity=self.severity if self.severity is not None else severity,
        )

    @property
    def level(self) -> Severity:
        """The severity, once stamped.

        Raises:
            ValueError: the finding has not been stamped yet.
        """
        if self.severity is None:
            raise ValueError("the finding has no severity yet")
        return self.severity

    @property
    def fingerprint(self) -> str:
        """Identity that survives moved lines: code, path and message, as 16 hex digits."""
        import hashlib  # only baselines and reports ask, and OpenSSL is slow to load

        text = "\0".join((self.code, self.path, self.message))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Skip:
    """Something that was given up, and why: what `--show-skipped` prints."""

    path: str
    span: Span | None
    reason: str
    code: str = ""


def sort_key(finding: Finding) -> tuple[str, int, int, str]:
    """Order of output: path, line, column, code."""
    return (finding.path, finding.span.line, finding.span.column, finding.code)
