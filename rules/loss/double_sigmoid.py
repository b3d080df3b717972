"""# Sigmoid of a sigmoid on the way to the loss."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Finding, LossCall, report, rule


@rule("GL511", "error", symptoms={"not-learning": 0.8})
def check(loss: LossCall) -> Iterator[Finding]:
    """Report a prediction that went through two sigmoids."""
    outer = loss.certainly("sigmoid")
    if outer is None:
        return
    inner = loss.before(outer)
    if inner is None or inner.function != "sigmoid":
        return
    yield report(
        loss.apply,
        "the prediction goes through sigmoid twice: it stays between 0.5 and 0.73, and the loss "
        "can't get low",
        help="apply sigmoid once",
        notes=[
            (place.apply, text)
            for place, text in ((inner, "first sigmoid"), (outer, "second sigmoid"))
            if place.apply is not None
        ],
    )
