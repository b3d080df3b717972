"""# Gradients are clipped while backpropagation is still running."""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk import Finding, Hook, Severity, report, rule


@rule("GL204", "warning", symptoms={"not-learning": 0.4, "gradient-explosion": 0.3})
def check(hook: Hook) -> Iterator[Finding]:
    """Report a hook that bounds a gradient on its way back."""
    if hook.target == "parameter":
        yield report(
            hook,
            "this hook clips each gradient element by element as it arrives: it works, but it "
            "changes the direction of the step, and accumulated gradients exceed the bound",
            help="clip once by the global norm between `backward()` and the step",
            severity=Severity.INFO,
        )
        return
    yield report(
        hook,
        "this hook clips the gradient in the middle of backpropagation: everything below is "
        "computed from the distorted value, and the parameters' gradients are not bounded by it",
        help="clip the parameters' gradients once, between `backward()` and the step",
    )
