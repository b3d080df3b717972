"""# Logarithm of a softmax taken in two steps."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Call, Finding, Severity, knowledge, logarithm, report, rule

SMALL_ENOUGH = 1e-12
"""An epsilon below this bounds the gradient only at 1e12 and more, which is no bound in float32
training: one such step moves a weight by more than its own size at any usual learning rate."""


@rule("GL503", "warning", symptoms={"loss-nan": 0.8, "loss-spike": 0.4})
def check(call: Call) -> Iterator[Finding]:
    """Report `log(softmax(x))`, which is -inf where `log_softmax(x)` is exact."""
    log = logarithm(call, knowledge())
    if log is None or log.function != "softmax":
        return
    if log.guard is not None and log.guard >= SMALL_ENOUGH:
        severity = Severity.INFO
        what = f"the epsilon {log.guard:g} biases the loss and bounds its gradient at {1 / log.guard:.0e}"
    else:
        severity = Severity.WARNING
        what = "it is -inf, with a NaN gradient, as soon as a probability underflows to 0"
    yield report(
        call,
        f"logarithm of a softmax in two steps: {what}",
        help="use `log_softmax` of the logits, or a loss that takes logits",
        notes=[(log.apply, "softmax is applied here")] if log.apply is not None else [],
        severity=severity,
    )
