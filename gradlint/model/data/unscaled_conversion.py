"""Conversions to floating point that were meant to scale, and leave pixels at 0..255."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.data import dataset_items, ranges
from gradlint.model.data.origin import RAW
from gradlint.model.data.origins import Origins
from gradlint.values.at_call import AtCall
from gradlint.values.graph import constant
from gradlint.values.kinds import Apply

if TYPE_CHECKING:
    from gradlint.model.program import Program


@dataclass(slots=True, eq=False, repr=False)
class UnscaledConversion(AtCall):
    """A conversion to floating point that leaves 0..255, where what follows expects 0..1.

    `expects` is the normalization that follows (None: the conversion itself was meant to scale).
    """

    call: Apply
    expects: Apply | None


def unscaled_conversions(program: Program) -> Iterator[UnscaledConversion]:
    """Conversions of pixels to floating point after which they are still 0..255."""
    seen: set[int] = set()
    for apply in program.calls_in("data"):
        fact = program.knowledge.roles["data"][apply.fn]
        if id(apply.node) in seen:
            continue
        found = None
        if fact["kind"] == "composition":
            found = _in_chain(apply, program)
        elif fact.get("takes-floats-as-scaled") and apply.args:
            found = _of_floats(apply, program)
        if found is not None and id(found.call.node) not in seen:
            seen.update((id(apply.node), id(found.call.node)))
            yield found


def _in_chain(apply: Apply, program: Program) -> UnscaledConversion | None:
    """`[ToImage(), ToDtype(float32), Normalize(0.5, 0.5)]`: whole numbers, cast, normalized."""
    knowledge = program.knowledge
    steps = dataset_items.composed(apply, knowledge) or []
    whole = False
    cast: Apply | None = None
    for step in steps:
        if not isinstance(step, Apply) or not step.complete:
            return None
        fact = knowledge.roles["data"].get(step.fn)
        if fact is None:
            continue
        if fact.get("gives-integers"):
            whole = True
        elif fact.get("effect") == "convert":
            scale = knowledge.argument(step, fact, "scale")
            dtype = knowledge.argument(step, fact, "dtype")
            if scale is not None and constant(scale) is not False:
                return None
            if dtype is None or ranges.dtype_kind(dtype) != "float":
                return None
            cast = step
        elif fact.get("effect") == "normalize":
            mean = dataset_items.mean_of(knowledge.argument(step, fact, "mean"))
            if whole and cast is not None and mean is not None and abs(mean) <= 1:
                return UnscaledConversion(cast, step)
            return None
        else:
            return None
    return None


def _of_floats(apply: Apply, program: Program) -> UnscaledConversion | None:
    """`convert_image_dtype` of floats: they are taken for 0..1 already, and stay 0..255."""
    target = apply.argument(1, "dtype")
    if target is None or ranges.dtype_kind(target) != "float":
        return None
    if apply.node is not None and any(isinstance(part, ast.IfExp) for part in ast.walk(apply.node)):
        # A choice between floating point types says that a cast is meant, not a scaling.
        return None
    found = Origins(program.knowledge).of(apply.args[0])
    if found is None or found.integer is not False or found.reach < RAW:
        return None
    return UnscaledConversion(apply, None) if found.kind == "image" else None
