"""Where values come from and what they span, and how whatever finds that is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from gradlint.values.graph import constant
from gradlint.values.kinds import Apply, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge

DEEPEST = 80
"""Operations followed back from a value: a stop for graphs that run in circles, not measured."""

RAW = 100.0
"""A magnitude that no initialisation is made for: pixels reach 255, and what was divided by less
than 2.55 still does not come near 1."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values come from and what they span by now.

    `kind` is `image` or `table` (the range of which is not known); `integer` says whether they are
    whole numbers (None: not known); `steps` are the operations that scaled them so far; `doubled`
    is the one that scaled what was scaled already.
    """

    source: Apply
    kind: str
    low: float
    high: float
    integer: bool | None = None
    steps: tuple[Apply, ...] = ()
    doubled: Apply | None = None

    @property
    def reach(self) -> float:
        """The largest magnitude."""
        return max(abs(self.low), abs(self.high))


def pixels(source: Apply, high: float, integer: bool | None = True) -> Origin:
    """Values of an image as they are stored."""
    return Origin(source, "image", 0.0, high, integer)


class Finder(Protocol):
    """Finds origins; datasets and arrays are followed by different files through it."""

    knowledge: Knowledge

    def of(
        self, value: Value | None, depth: int = 0, consumer: Apply | None = None
    ) -> Origin | None:
        """The origin of a value; None where nothing certain is known of it."""

    def fact(self, value: Value | None) -> Fact | None:
        """What is known of a call as a part of a data pipeline."""


def indices(value: Apply) -> tuple[Value, tuple[object, ...]]:
    """The value that is indexed, and the constant indices in the order they are applied."""
    path: list[object] = []
    current: Value = value
    while isinstance(current, Apply) and current.fn == "[]":
        path.append(constant(current.args[1]))
        current = current.args[0]
    return current, tuple(reversed(path))


def agreed(found: list[Origin | None]) -> Origin | None:
    """One origin for alternatives that span the same; of several raw ones the least."""
    origins = [item for item in found if item is not None]
    if not origins or len(origins) < len(found):
        return None
    least = min(origins, key=lambda item: item.reach)
    if len({(item.low, item.high) for item in origins}) > 1:
        if least.reach < RAW or any(item.kind != "image" for item in origins):
            return None
    if len({item.integer for item in origins}) > 1:
        return replace(least, integer=None)
    return least
