"""# Gradients are never cleared between steps."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import STALE_STEP, Finding, Transition, receiver, report, rule


@rule("GL404", "error", symptoms={"loss-diverges": 0.9, "gradient-explosion": 0.8, "loss-nan": 0.6})
def check(transition: Transition) -> Iterator[Finding]:
    """Report a loop of backward and step in which nothing clears the gradients."""
    if transition.kind != STALE_STEP:
        return
    name = receiver(transition.deed.call)
    backward = transition.other
    yield report(
        transition.deed,
        "the gradients are never cleared in this loop: every step applies the sum of all "
        "gradients so far",
        help=f"call `{name}.zero_grad()` before `backward()`, or after the step",
        notes=[(backward, "gradients of each iteration are added here")] if backward else [],
    )
