"""# Unbounded activation in the state path of a recurrent layer."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Finding, Recurrence, Severity, report, rule, spell


@rule("GL101", "warning", symptoms={"loss-nan": 0.9, "gradient-explosion": 0.9, "loss-spike": 0.5})
def check(layer: Recurrence) -> Iterator[Finding]:
    """Report a recurrent layer whose state can grow without limit."""
    if not layer.unbounded:
        return
    steady = layer.identity_start and layer.clipped is True
    value = layer.activation_value
    notes = []
    if value is not None and value.node is not layer.apply.node:
        notes.append((value, "the activation is set here"))
    yield report(
        layer.apply,
        f"`{layer.name}` uses `{layer.activation}` in its state path, which has no upper bound: "
        "the state can grow with every step until it overflows",
        help=(
            f"leave out `{spell_parameter(layer)}` so that the default tanh bounds the state; "
            "gradient clipping does not, because the forward pass itself overflows"
        ),
        notes=notes,
        severity=Severity.INFO if layer.family == "gru" or steady else None,
    )


def spell_parameter(layer: Recurrence) -> str:
    """The argument that sets the activation, as the library names it."""
    name = str(layer.fact.get("activation-parameter", "activation"))
    value = spell(layer.activation_value)
    return f"{name}={value}" if value else name
