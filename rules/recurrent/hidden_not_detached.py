"""# Hidden state carried into the next training iteration with its graph."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import CarriedState, Finding, report, rule, spell


@rule("GL104", "error", symptoms={"loss-nan": 0.2, "gradient-explosion": 0.4})
def check(state: CarriedState) -> Iterator[Finding]:
    """Report a state that is fed back across `backward` without being detached."""
    yield report(
        state.call,
        f"`{spell(state.call)}` gets a hidden state of the previous iteration with its graph "
        "attached: `backward` has freed that graph and raises, or with `retain_graph` it grows "
        "with every iteration",
        help="cut the graph at the start of the iteration, e.g. `hidden = hidden.detach()`, "
        "for an LSTM `hidden = tuple(h.detach() for h in hidden)`",
        notes=[(state.backward, "this backward pass runs into the previous iteration")],
    )
