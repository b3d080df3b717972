"""# Gradients are clipped while they are still multiplied by the loss scale."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import SCALED_CLIP, Finding, Transition, report, rule, spell


@rule("GL205", "error", symptoms={"not-learning": 0.8, "vanishing-gradients": 0.5})
def check(transition: Transition) -> Iterator[Finding]:
    """Report a clip of scaled gradients that nothing unscaled."""
    if transition.kind != SCALED_CLIP:
        return
    backward = transition.other
    yield report(
        transition.deed,
        f"`{spell(transition.deed)}` clips gradients that are still multiplied by the loss scale "
        "(65536 at the start), so the threshold is that many times too small",
        help="call `scaler.unscale_(optimizer)` between `backward()` and the clip",
        notes=[(backward, "the scaled loss is differentiated here")] if backward else [],
    )
