"""# Gradients are cleared between the backward pass and the step."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import LOST_GRADIENTS, Finding, Transition, report, rule, spell


@rule("GL405", "error", symptoms={"not-learning": 1.0, "vanishing-gradients": 0.8})
def check(transition: Transition) -> Iterator[Finding]:
    """Report a clearing that throws away what the step was to apply."""
    if transition.kind != LOST_GRADIENTS:
        return
    step = transition.other
    yield report(
        transition.deed,
        f"`{spell(transition.deed)}` runs between the backward pass and the step: it throws the "
        "gradients away, and nothing is learned",
        help="move it before `backward()`, or after the step",
        notes=[(step, "this step has no gradients to apply")] if step else [],
    )
