"""What a rule that judges training logs may use: runs, measures of curves, and events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gradlint.curves.alternation import turning_points as turning_points
from gradlint.curves.constancy import frozen_tail as frozen_tail
from gradlint.curves.constancy import longest_equal as longest_equal
from gradlint.curves.constancy import resolution as resolution
from gradlint.curves.excursions import Excursion as Excursion
from gradlint.curves.excursions import excursions as excursions
from gradlint.curves.levels import Levels as Levels
from gradlint.curves.levels import last_gain as last_gain
from gradlint.curves.levels import levels as levels
from gradlint.curves.robust import median_and_scale as median_and_scale
from gradlint.curves.robust import medians_of_three as medians_of_three
from gradlint.curves.robust import noise as noise
from gradlint.relations.jumps import jump_evidence as jump_evidence
from gradlint.relations.jumps import jump_span as jump_span
from gradlint.relations.learning_rate import rate_is_spent as rate_is_spent
from gradlint.relations.learning_rate import searches_rate as searches_rate
from gradlint.relations.loss_jumps import is_lone as is_lone
from gradlint.relations.loss_jumps import is_short_table as is_short_table
from gradlint.relations.loss_jumps import loss_excursions as loss_excursions
from gradlint.relations.loss_jumps import stays as stays
from gradlint.relations.loss_jumps import unplanned_jumps as unplanned_jumps
from gradlint.relations.non_finite import NonFinite as NonFinite
from gradlint.relations.non_finite import of_gradient_norm as of_gradient_norm
from gradlint.relations.norm_jumps import loss_doubles as loss_doubles
from gradlint.relations.norm_jumps import loss_falls as loss_falls
from gradlint.relations.norm_jumps import loss_follows as loss_follows
from gradlint.relations.overflows import Overflows as Overflows
from gradlint.relations.overflows import overflows as overflows
from gradlint.relations.subjects import *  # noqa: F403
from gradlint.runs.kinds import Kind as Kind
from gradlint.runs.kinds import Role as Role
from gradlint.runs.run import Curve
from gradlint.runs.run import Message as Message
from gradlint.sdk import *  # noqa: F403
from gradlint.sdk import Finding, Note, Severity, Span, Window


def event(
    curve: Curve,
    first: int,
    last: int,
    message: str,
    *,
    help: str = "",
    evidence: Mapping[str, float | int | str] | None = None,
    notes: Iterable[str] = (),
    severity: Severity | None = None,
) -> Finding:
    """A finding about points `first` to `last` (indices) of a series of a training log."""
    line = curve.line(first) or 1
    return Finding(
        span=Span(line, 1, line, 1),
        message=message,
        help=help,
        notes=tuple(map(Note, notes)),
        severity=severity,
        window=Window(
            series=curve.tag,
            start=int(curve.steps[first]),
            end=int(curve.steps[last]),
            axis=curve.axis,
            evidence=dict(evidence or {}),
        ),
    )
