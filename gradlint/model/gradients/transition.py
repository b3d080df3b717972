"""What the gradient lifecycle forbids, a type each: a rule subscribes to the one it means."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradlint.model.gradients.effects import GradientEffect
    from gradlint.values.kinds import Module


@dataclass(slots=True, eq=False, repr=False)
class Transition:
    """A forbidden transition that some path shows and no path contradicts.

    `effect` is the one at fault, `other` the one that makes it wrong (None: not one alone).
    """

    effect: GradientEffect
    other: GradientEffect | None

    @property
    def node(self) -> ast.AST:
        """The place at fault."""
        return self.effect.node

    @property
    def module(self) -> Module:
        """The file of that place."""
        return self.effect.module


class EarlyClip(Transition):
    """A clip on cleared gradients, before the backward pass (`other`) that computes them."""

    __slots__ = ()


class LateClip(Transition):
    """A clip on gradients that were applied and are cleared next (by `other`)."""

    __slots__ = ()


class ScaledClip(Transition):
    """A clip while the gradients are multiplied by the loss scale (since `other`)."""

    __slots__ = ()


class RepeatedClip(Transition):
    """A clip at every micro-batch of an accumulation: once more before each `other`."""

    __slots__ = ()


class LostGradients(Transition):
    """A clearing between a backward pass and the step (`other`) that was to apply it."""

    __slots__ = ()


class StaleStep(Transition):
    """A step that applies the sum of all gradients so far: nothing in its loop clears them."""

    __slots__ = ()


class EarlySchedule(Transition):
    """A scheduler's step before the first step (`other`) of its optimizer."""

    __slots__ = ()
