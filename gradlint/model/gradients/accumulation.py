"""Skeletons -> whether a step is taken once for several backward passes."""

from __future__ import annotations

from collections.abc import Callable

from gradlint.model.gradients.effects import Deed
from gradlint.model.gradients.event_tree import Bone, Call, Cycle, Fork, cycles, deeds

IsStep = Callable[[Deed], bool]


def steps_by_count(bones: list[Bone], is_step: IsStep) -> bool:
    """Whether every step stands under a test that counts (`i % n == 0`)."""
    found = []
    stack = [(bone, False) for bone in bones]
    while stack:
        bone, counted = stack.pop()
        if isinstance(bone, Fork):
            inside = counted or bone.counts
            stack.extend((child, inside) for child in (*bone.then, *bone.otherwise))
        elif isinstance(bone, Cycle | Call):
            stack.extend((child, counted) for child in bone.body)
        elif isinstance(bone, Deed) and is_step(bone):
            found.append(counted)
    return bool(found) and all(found)


def steps_outside_its_loop(bones: list[Bone], deed: Deed, is_step: IsStep) -> bool:
    """Whether the innermost loop around a deed takes no step, and one around that does."""
    around = [cycle for cycle in cycles(bones) if any(other is deed for other in deeds([cycle]))]
    if len(around) < 2:
        return False
    inner, outer = around[-1], around[-2]
    return not any(map(is_step, deeds([inner]))) and any(map(is_step, deeds([outer])))
