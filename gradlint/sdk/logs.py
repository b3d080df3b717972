"""What a rule that judges training logs may use: runs, measures of curves, and events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gradlint.curves.alternation import turning_points as turning_points
from gradlint.curves.constancy import (
    frozen_tail as frozen_tail,
    longest_equal as longest_equal,
    resolution as resolution,
)
from gradlint.curves.excursions import Excursion as Excursion, excursions as excursions
from gradlint.curves.growth import runaway as runaway, sizes_of_fifths as sizes_of_fifths
from gradlint.curves.jump import Jump as Jump
from gradlint.curves.levels import (
    BLOCKS as BLOCKS,
    Levels as Levels,
    left as left,
    levels as levels,
    rise as rise,
)
from gradlint.curves.robust import (
    RESOLVED as RESOLVED,
    median_and_scale as median_and_scale,
    medians_of_three as medians_of_three,
    wander as wander,
)
from gradlint.relations.agreement import Agreement as Agreement, agreements as agreements
from gradlint.relations.bursts import Burst as Burst, bursts as bursts
from gradlint.relations.games import LostGame as LostGame, lost_game as lost_game
from gradlint.relations.learning_rate import (
    rate_is_spent as rate_is_spent,
    searches_rate as searches_rate,
)
from gradlint.relations.loss_jumps import (
    is_lone as is_lone,
    is_short_table as is_short_table,
    stays as stays,
    unplanned_jumps as unplanned_jumps,
)
from gradlint.relations.motionless import motionless as motionless
from gradlint.relations.non_finite import (
    NonFinite as NonFinite,
    of_gradient_norm as of_gradient_norm,
)
from gradlint.relations.norm_jumps import (
    loss_doubles as loss_doubles,
    loss_falls as loss_falls,
    loss_follows as loss_follows,
)
from gradlint.relations.overflows import Overflows as Overflows, overflows as overflows
from gradlint.relations.progress import (
    Unimproved as Unimproved,
    unimproved as unimproved,
)
from gradlint.relations.schedules import (
    weight_jumps as weight_jumps,
    weight_raised as weight_raised,
)
from gradlint.relations.silent_series import (
    JUDGED as JUDGED,
    VITAL as VITAL,
    SilentSeries as SilentSeries,
    falls_silent as falls_silent,
    is_in_order as is_in_order,
    is_mostly_silent as is_mostly_silent,
    is_objective_lost as is_objective_lost,
    nan_counters as nan_counters,
    silent_series as silent_series,
    takes_turns as takes_turns,
)
from gradlint.relations.subjects import *  # noqa: F403
from gradlint.runs.kinds import Kind as Kind, Role as Role
from gradlint.runs.placeholders import regular_distance as regular_distance
from gradlint.runs.roles.names import words_of as words_of
from gradlint.runs.run import TRACEBACK as TRACEBACK, Curve, Message as Message
from gradlint.sdk import *  # noqa: F403
from gradlint.sdk import Finding, Note, Severity, Span, Window


def on_line(line: int | None) -> Span:
    """The place of a finding on a line of a log, from 1; on line 0 where it is on none.

    Event files and databases have no lines.
    """
    return Span(line or 0, 1, line or 0, 1)


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
    return Finding(
        span=on_line(curve.line(first)),
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


def jump_span(curve: Curve, jumps: Sequence[Jump]) -> tuple[int, int]:
    """First and last point of some jumps, as indices of the curve's arrays."""
    return int(curve.points[jumps[0].start]), int(curve.points[jumps[-1].end])


def jump_evidence(curve: Curve, jump: Jump) -> dict[str, float | int | str]:
    """How high a jump goes, where, and from what."""
    return {"peak": jump.top, "peak step": curve.step(jump.peak), "before": jump.base}
