"""# Ungated recurrent network trained over long sequences."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Finding, TrainedRecurrence, report, rule

DEFAULT_RADIUS = 0.577
"""Spectral radius of torch's default recurrent matrix, U(-1/sqrt h, 1/sqrt h): 1/sqrt 3 (measured
0.566 to 0.600 for 32 to 512 units)."""


@rule("GL103", "warning", symptoms={"vanishing-gradients": 0.8, "not-learning": 0.6})
def check(network: TrainedRecurrence, *, min_steps: int = 50) -> Iterator[Finding]:
    """Report a trained vanilla RNN whose sequences are known to be long."""
    steps = network.steps
    if steps is None or steps < min_steps:
        return
    for layer in network.layers:
        if layer.gated:
            continue
        left = DEFAULT_RADIUS**steps
        start = (
            f": torch's default start leaves about {left:.0e} of the gradient"
            if layer.apply.fn.startswith("torch")
            else ""
        )
        yield report(
            layer.apply,
            f"`{layer.name}` has no gates and is trained over {steps} steps, so what it should "
            f"learn from early steps vanishes{start}",
            help="use an LSTM or a GRU, or train on shorter pieces of the sequence",
        )
