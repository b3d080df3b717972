"""# Gradients are clipped at every micro-batch of an accumulated step."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import REPEATED_CLIP, Finding, Transition, report, rule, spell


@rule("GL207", "warning", symptoms={"not-learning": 0.2})
def check(transition: Transition) -> Iterator[Finding]:
    """Report a clip that runs again and again on a growing sum."""
    if transition.kind != REPEATED_CLIP or not transition.accumulates:
        return
    yield report(
        transition.deed,
        f"`{spell(transition.deed)}` runs at every micro-batch while gradients accumulate: "
        "the sum is shrunk again each time, so early micro-batches count less",
        help="clip once, under the condition of the optimizer's step and directly before it",
    )
