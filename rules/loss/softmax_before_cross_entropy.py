"""# Softmax output is fed to a loss that applies softmax itself."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Finding, LossCall, Severity, report, rule


@rule("GL501", "error", symptoms={"not-learning": 0.8, "vanishing-gradients": 0.4})
def check(loss: LossCall) -> Iterator[Finding]:
    """Report a cross-entropy on logits that is given probabilities."""
    if loss.kind != "cross-entropy" or loss.expects != "logits":
        return
    name = loss.name.rpartition(".")[2]
    softmax = loss.certainly("softmax")
    if softmax is not None:
        yield report(
            loss.apply,
            f"`{name}` expects logits and gets the output of a softmax: softmax is applied twice, "
            "which flattens the loss and its gradients",
            help="feed it the logits, and apply softmax only where probabilities are read",
            notes=[(softmax.apply, "softmax is applied here")] if softmax.apply else [],
        )
    redundant = loss.certainly("log_softmax")
    if redundant is not None:
        yield report(
            loss.apply,
            f"`{name}` applies log-softmax itself, so the one before it changes nothing",
            help="leave out the log-softmax, or use the negative log-likelihood loss",
            notes=[(redundant.apply, "log-softmax is applied here")] if redundant.apply else [],
            severity=Severity.INFO,
        )
