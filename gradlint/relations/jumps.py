"""The jumps of a series of a run -> where they are, and the numbers that tell of them."""

from __future__ import annotations

from collections.abc import Sequence

from gradlint.curves.jump import Jump
from gradlint.runs.run import Curve


def jump_span(curve: Curve, jumps: Sequence[Jump]) -> tuple[int, int]:
    """First and last point of some jumps, as indices of the curve's arrays."""
    return int(curve.points[jumps[0].start]), int(curve.points[jumps[-1].end])


def jump_evidence(curve: Curve, jump: Jump) -> dict[str, float | int | str]:
    """How high a jump goes, where, and from what."""
    return {"peak": jump.top, "peak step": curve.step(jump.peak), "before": jump.base}
