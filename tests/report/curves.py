"""Excerpts and findings of training logs, made for the reports."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gradlint.finding import Excerpt, Finding, Note, Severity, Span, Window

NAN = math.nan

HEALTHY = [2.5 * math.exp(-step / 60) + 0.3 + 0.05 * math.sin(step * 1.7) for step in range(121)]
DYING = [*HEALTHY[:61], 9.0, 40.0, 300.0, *[NAN] * 57]


def excerpt_of(values: Sequence[float], start: int, end: int, *, first: int = 0) -> Excerpt:
    """`values` as an excerpt of one column each, from step `first`."""
    finite = tuple(value if math.isfinite(value) else NAN for value in values)
    return Excerpt(
        steps=tuple(float(first + index) for index in range(len(values))),
        low=finite,
        high=finite,
        last=float(first + len(values) - 1),
        start=start,
        end=end,
        bad=tuple(index for index, value in enumerate(values) if not math.isfinite(value)),
    )


def finding_of(
    message: str,
    window: Window | None,
    *,
    line: int = 0,
    severity: Severity = Severity.ERROR,
    path: str = "runs/lstm/metrics.csv",
    code: str = "TL101",
    help: str = "",
    notes: tuple[Note, ...] = (),
) -> Finding:
    """A finding as the engine gives it."""
    return Finding(
        Span(line, 1, line, 1),
        message,
        help=help,
        notes=notes,
        severity=severity,
        code=code,
        name={"TL101": "nan-in-metric", "TL201": "loss-spike", "TL001": "unreadable-log"}[code],
        path=path,
        window=window,
    )


def window_of(
    values: Sequence[float],
    start: int,
    end: int,
    *,
    first: int = 0,
    run: str = "lstm/seed 3",
    series: str = "train/loss",
    axis: str = "step",
    evidence: Mapping[str, float | int | str] | None = None,
) -> Window:
    """The window of an event in `values`, from point `start` to point `end`."""
    excerpt = excerpt_of(values, start, end, first=first)
    return Window(run, series, first + start, first + end, axis, evidence or {}, excerpt)


NAN_FINDING = finding_of(
    "`train/loss` is NaN from step 413 on, in 57 of the 57 values since",
    window_of(
        DYING,
        64,
        120,
        first=349,
        evidence={"step": 413, "last_healthy_step": 412, "last_healthy_value": 300.0},
    ),
    line=414,
    help="restart from a checkpoint before step 409 with a smaller learning rate or with clipped"
    " gradients",
    notes=(Note("`grad_norm` left its range 4 values earlier"),),
)

SPIKE_FINDING = finding_of(
    "`train/loss` jumps to 32.9 at step 412",
    window_of(
        [*HEALTHY[:60], 32.9, 14.0, 5.0, *HEALTHY[63:]],
        60,
        62,
        first=352,
        run="runs/lstm/metrics.csv",
        evidence={"step": 412.0, "loss": 32.9, "robust_z": 1270.4, "cause": "unknown"},
    ),
    severity=Severity.WARNING,
    code="TL201",
)

UNREADABLE = finding_of("no metric was found", Window(), path="notes.txt", code="TL001")

HOSTILE = finding_of(
    "named \x1b[2J\u202e",
    Window("\x1b]0;x\x07", "\u202etag\n", 5, 9, "epoch", {"\x1b[1m": "\x1b[2m"}),
    path="evil\x1b[31m.csv",
    severity=Severity.INFO,
)

SHORT_FINDING = finding_of(
    "`val_loss` is NaN", window_of([0.9, 0.7, 0.5, NAN, NAN], 3, 4, series="val_loss", axis="epoch")
)

FINDINGS = [NAN_FINDING, SPIKE_FINDING, UNREADABLE, HOSTILE, SHORT_FINDING]
