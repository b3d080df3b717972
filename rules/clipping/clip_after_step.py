"""# Gradients are clipped after the step that applied them."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import LATE_CLIP, Finding, Transition, report, rule, spell


@rule("GL203", "error", symptoms={"gradient-explosion": 0.9, "loss-nan": 0.8, "loss-spike": 0.7})
def check(transition: Transition) -> Iterator[Finding]:
    """Report a clip between the step and the next clearing."""
    if transition.kind != LATE_CLIP:
        return
    cleared = transition.other
    yield report(
        transition.deed,
        f"`{spell(transition.deed)}` runs after the step: the gradients are applied unclipped, "
        "and what is clipped is thrown away",
        help="move it to between `backward()` and the optimizer's step",
        notes=[(cleared, "the clipped gradients are cleared here")] if cleared else [],
    )
