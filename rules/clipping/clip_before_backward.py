"""# Gradients are clipped before the backward pass that computes them."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import EARLY_CLIP, Finding, Transition, report, rule, spell


@rule("GL202", "error", symptoms={"gradient-explosion": 0.9, "loss-nan": 0.8, "loss-spike": 0.7})
def check(transition: Transition) -> Iterator[Finding]:
    """Report a clip that runs on cleared gradients."""
    if transition.kind != EARLY_CLIP:
        return
    backward = transition.other
    yield report(
        transition.deed,
        f"`{spell(transition.deed)}` runs before the backward pass, on cleared gradients: "
        "what is applied is not clipped",
        help="move it to directly before the optimizer's step, after `backward()`",
        notes=[(backward, "the gradients are computed here")] if backward else [],
    )
