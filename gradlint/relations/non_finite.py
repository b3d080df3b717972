"""Points of a series that are NaN or infinite -> since when, how bad, and beside which others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradlint.finding import Severity
from gradlint.relations.overflows import Overflows
from gradlint.runs.kinds import Kind
from gradlint.runs.run import Curve

NAMED = 5
"""Series that a note names; a detector with many heads has hundreds."""


@dataclass(frozen=True, slots=True)
class NonFinite:
    """A series and its points that are NaN or infinite.

    Attributes:
        curve: the series.
        bad: the points, as indices of its arrays; intp, shape (n,), n at least 1.
        severity: how bad that is.
    """

    curve: Curve
    bad: NDArray[np.intp]
    severity: Severity

    @property
    def first(self) -> int:
        """The step of the first of them."""
        return int(self.curve.steps[self.bad[0]])

    @property
    def order(self) -> tuple[int, int]:
        """Sorts the worst to the front, and of these the earliest."""
        return -self.severity, self.first

    @property
    def healthy(self) -> int | None:
        """The last finite point before them, None if there is none."""
        before = np.flatnonzero(self.curve.finite[: self.bad[0]])
        return int(before[-1]) if len(before) else None

    def evidence(self, name: str) -> dict[str, float | int | str]:
        """How many of the values they are, under `name`, and what was logged before them."""
        curve, good = self.curve, self.healthy
        found: dict[str, float | int | str] = {"values": len(curve), name: len(self.bad)}
        if good is not None:
            found["last healthy step"] = int(curve.steps[good])
            found["last healthy value"] = float(curve.values[good])
        return found

    def notes(self, others: Sequence[NonFinite], name: str, scaled: bool) -> list[str]:
        """Why a gradient norm did no harm, and which others are `name` as well.

        `scaled`: whether the run scales its loss.
        """
        said = []
        if self.curve.role.kind is Kind.GRADIENT_NORM and self.severity is Severity.INFO:
            said.append(
                "loss scaling skips such steps, which is how it finds its scale"
                if scaled
                else "the loss stayed finite: the step was skipped or did no harm"
            )
        if others:
            names = ", ".join(f"`{it.curve.tag}`" for it in others[:NAMED])
            more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
            said.append(f"also {name}: {names}{more}")
        return said


def of_gradient_norm(curve: Curve, bad: NDArray[np.intp], overflows: Overflows) -> NonFinite:
    """The points of a gradient norm that did harm; if none did, all of them, as a remark."""
    harmful = bad[~overflows.survived(curve)[bad]]
    if len(harmful):
        return NonFinite(curve, harmful, Severity.ERROR)
    return NonFinite(curve, bad, Severity.INFO)
