"""# Binary cross-entropy is fed the wrong kind of value."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Finding, LossCall, report, rule

UNBOUNDED_OUTPUTS = ("linear", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus")


@rule("GL502", "error", symptoms={"not-learning": 0.7, "loss-nan": 0.5})
def check(loss: LossCall) -> Iterator[Finding]:
    """Report a sigmoid before a loss with logits, or logits before a loss of probabilities."""
    if loss.kind != "binary-cross-entropy":
        return
    name = loss.name.rpartition(".")[2]
    if loss.expects == "logits":
        sigmoid = loss.certainly("sigmoid")
        if sigmoid is not None:
            yield report(
                loss.apply,
                f"`{name}` expects logits and gets the output of a sigmoid: sigmoid is applied "
                "twice, so the loss can't get low and its gradients vanish",
                help="feed it the logits, and apply sigmoid only where probabilities are read",
                notes=[(sigmoid.apply, "sigmoid is applied here")] if sigmoid.apply else [],
            )
    if loss.expects == "probabilities":
        for function in UNBOUNDED_OUTPUTS:
            output = loss.certainly(function)
            if output is not None:
                made = "raw logits" if function == "linear" else f"the output of `{function}`"
                yield report(
                    loss.apply,
                    f"`{name}` expects probabilities and gets {made}",
                    help=_repair(loss),
                    notes=[(output.apply, "the prediction is made here")] if output.apply else [],
                )


def _repair(loss: LossCall) -> str:
    if loss.library == "torch":
        return "use `BCEWithLogitsLoss`, or apply a sigmoid first"
    return "pass `from_logits=True` to the loss, or end the network with a sigmoid"
