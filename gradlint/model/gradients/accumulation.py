"""Skeletons -> whether a step is taken once for several backward passes."""

from __future__ import annotations

from collections.abc import Callable

from gradlint.model.gradients.effects import GradientEffect
from gradlint.model.gradients.event_tree import Cycle, Fork, Inlined, Node, cycles, effects_in

IsStep = Callable[[GradientEffect], bool]


def steps_by_count(nodes: list[Node], is_step: IsStep) -> bool:
    """Whether every step stands under a test that counts (`i % n == 0`)."""
    found = []
    stack = [(node, False) for node in nodes]
    while stack:
        node, counted = stack.pop()
        if isinstance(node, Fork):
            inside = counted or node.counts
            stack.extend((child, inside) for child in (*node.then, *node.otherwise))
        elif isinstance(node, Cycle | Inlined):
            stack.extend((child, counted) for child in node.body)
        elif isinstance(node, GradientEffect) and is_step(node):
            found.append(counted)
    return bool(found) and all(found)


def steps_outside_its_loop(nodes: list[Node], effect: GradientEffect, is_step: IsStep) -> bool:
    """Whether the innermost loop around a effect takes no step, and one around that does."""
    around = [
        cycle for cycle in cycles(nodes) if any(other is effect for other in effects_in([cycle]))
    ]
    if len(around) < 2:
        return False
    inner, outer = around[-1], around[-2]
    return not any(map(is_step, effects_in([inner]))) and any(map(is_step, effects_in([outer])))
