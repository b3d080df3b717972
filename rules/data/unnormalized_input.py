"""# Inputs reach the network unscaled."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Feed, Finding, Severity, report, rule


@rule("GL301", "warning", symptoms={"not-learning": 0.6, "loss-diverges": 0.6, "loss-nan": 0.5})
def check(feed: Feed) -> Iterator[Finding]:
    """Report raw pixel values, or raw columns of a table, that are trained on."""
    if not feed.raw:
        return
    what = f"`{feed.what}`" if feed.what else "the input"
    if feed.kind == "table":
        yield report(
            feed.call,
            f"{what} comes from a table and reaches the network with its columns unscaled",
            help="scale the columns, e.g. with `StandardScaler` fitted on the training part",
            notes=[(feed.source, "read here")],
            severity=Severity.INFO,
        )
        return
    yield report(
        feed.call,
        f"{what} holds raw image values up to {feed.reach:g} and reaches the network unscaled",
        help="scale it to about 1 first, e.g. `x.astype('float32') / 255`, or with a `Rescaling` "
        "layer or transform",
        notes=[(feed.source, "the values come from here")],
    )
