"""# Gradients are computed in a training loop and never applied."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Finding, UnusedBackward, report, rule, spell


@rule("GL406", "warning", symptoms={"not-learning": 1.0})
def check(unused: UnusedBackward) -> Iterator[Finding]:
    """Report a backward pass whose gradients no step uses."""
    yield report(
        unused.backward,
        f"`{spell(unused.backward)}` computes gradients in this loop and nothing applies them",
        help="call the optimizer's `step()` after `backward()`",
        notes=[(unused.optimizer, "this optimizer never steps")],
    )
