"""Recurrences written by hand: layers that their own output comes back to, step after step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.values.graph import literal
from gradlint.values.kinds import Apply, Join, Seq, Value
from gradlint.values.trace import loops

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.program import Program


@dataclass(slots=True, eq=False, repr=False)
class HandWritten:
    """A recurrence written by hand: a layer whose output comes back to it in the next step.

    `bounded` is False where some way around the cycle meets no bounded activation; `gated` that
    every way around it meets a product; `steps` is the length of the loop, where it is known.
    """

    call: Apply
    layer: Apply
    bounded: bool
    gated: bool = False
    steps: int | None = None


def hand_written_layers(program: Program) -> list[HandWritten]:
    """The recurrences written by hand in a program: layers that their own output comes back to."""
    knowledge = program.knowledge
    found: dict[int, HandWritten] = {}
    for call in program.applies:
        layer = call.receiver
        if call.fn != "()" or not call.tracked or not isinstance(layer, Apply):
            continue
        fact = knowledge.roles["layer"].get(layer.fn)
        if fact is None or fact["kind"] != "linear" or id(layer) in found:
            continue
        bounded = _comes_back(call, knowledge)
        if bounded is not None:
            gated = not _reaches(call, knowledge, through_bounded=True, through_products=False)
            found[id(layer)] = HandWritten(call, layer, bounded, gated, _steps(call, program))
    return list(found.values())


def _steps(call: Apply, program: Program) -> int | None:
    """How often the loop around a call runs: `for step in range(100)`."""
    if not call.loops:
        return None
    for loop in loops([act for root in program.roots for act in root]):
        over = loop.iterable
        if loop.node is call.loops[-1][0] and isinstance(over, Apply):
            if over.fn == "builtins.range" and len(over.args) == 1:
                length = literal(over.args[0])
                return int(length) if length is not None else None
    return None


def _comes_back(call: Apply, knowledge: Knowledge) -> bool | None:
    """Whether a layer's own earlier output reaches it; True if only through bounded functions."""
    if not _reaches(call, knowledge, through_bounded=True):
        return None
    return not _reaches(call, knowledge, through_bounded=False)


def _reaches(
    call: Apply, knowledge: Knowledge, *, through_bounded: bool, through_products: bool = True
) -> bool:
    seen: set[int] = set()
    stack: list[Value] = list(call.args)
    while stack and len(seen) < 1500:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Seq):
            stack.extend(node.items)
        elif isinstance(node, Join):
            stack.extend(node.options())
        if not isinstance(node, Apply) or not node.tracked:
            continue
        if node.fn == "()" and node.receiver is call.receiver and node.node is call.node:
            return True
        if knowledge.does(node.fn, "cuts-graph") or node.fn in ("?", "iter"):
            continue
        if is_recurrent_call(node, knowledge):
            continue
        if not through_bounded and _is_bounded(node, knowledge):
            continue
        if not through_products and knowledge.operator(node.fn) == "*":
            continue
        if node.inner is not None:
            stack.append(node.inner)
        else:
            stack.extend(node.args)
            if node.fn[:1] == "." and node.receiver is not None:
                stack.append(node.receiver)
    return False


def is_recurrent_call(node: Apply, knowledge: Knowledge) -> bool:
    """Whether a call runs a recurrent layer or cell."""
    return isinstance(node.receiver, Apply) and (
        knowledge.fact("recurrent", node.receiver.fn) is not None
    )


def _is_bounded(node: Apply, knowledge: Knowledge) -> bool:
    return knowledge.applied(node) in knowledge.words["bounded"]
