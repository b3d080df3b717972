"""# The learning-rate scheduler steps before the optimizer."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import EARLY_SCHEDULE, Finding, Transition, receiver, report, rule


@rule("GL403", "warning")
def check(transition: Transition) -> Iterator[Finding]:
    """Report a scheduler step that precedes the first optimizer step on every path."""
    if transition.kind != EARLY_SCHEDULE:
        return
    name = receiver(transition.deed.call, "the scheduler")
    step = transition.other
    yield report(
        transition.deed,
        f"`{name}.step()` runs before the first optimizer step, so the first value of the "
        "schedule is skipped",
        help="step the scheduler after the optimizer, at the end of the loop body",
        notes=[(step, "the optimizer steps here")] if step else [],
    )
