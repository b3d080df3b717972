"""Recurrent networks -> their sequences: how long, what is predicted, how losses are added up."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradlint.model.gradients.event_tree import condition_key
from gradlint.model.networks import layers
from gradlint.model.networks.handwritten_recurrence import is_recurrent_call
from gradlint.model.networks.layers import whole
from gradlint.model.networks.shapes import dimensions
from gradlint.values.graph import constant, number, walk
from gradlint.values.kinds import Apply, Const, Join, Seq, Unknown, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge


def uses_last_step_only(loss: Value, knowledge: Knowledge) -> bool:
    """Whether a loss sees a recurrent layer's sequence through its last step or its state alone."""
    last = whole_sequence = False
    inner_items: set[int] = set()
    for node in walk(loss):
        if not isinstance(node, Apply) or node.fn != "[]" or id(node) in inner_items:
            continue
        path: list[Value] = []
        current: Value = node
        while isinstance(current, Apply) and (
            current.fn == "[]" or knowledge.does(current.fn, "keeps-values")
        ):
            if current.fn == "[]":
                path.append(current.args[1])
                inner_items.add(id(current))
                current = current.args[0]
            else:
                current = current.receiver or Unknown()
        if not isinstance(current, Apply) or not is_recurrent_call(current, knowledge):
            continue
        first, rest = path[-1], path[:-1]
        if constant(first) == 1 or any(_is_last(key) for key in rest):
            last = True
        else:
            whole_sequence = True
    return last and not whole_sequence


def _is_last(key: Value) -> bool:
    if isinstance(key, Seq):
        return any(_is_last(item) for item in key.items)
    return bool(constant(key) == -1)


def summed(loss: Value, knowledge: Knowledge) -> bool:
    """Whether a loss adds up the losses of several steps of one loop: `loss += criterion(...)`."""
    if isinstance(loss, Join):
        return any(summed(option, knowledge) for option in loss.options())
    if isinstance(loss, Apply) and loss.inner is not None:
        return summed(loss.inner, knowledge)
    if isinstance(loss, Apply) and loss.fn == "/" and loss.args:
        return summed(loss.args[0], knowledge)
    if not isinstance(loss, Apply) or loss.fn != "+":
        return False
    terms: list[ast.AST | None] = []
    stack: list[Value] = [loss]
    while stack and len(terms) < 40:
        node = stack.pop()
        if isinstance(node, Apply) and node.fn == "+":
            stack.extend(node.args)
        elif isinstance(node, Apply):
            terms.append(node.node)
    return len(terms) != len({id(term) for term in terms})


def _symbolic(value: Value | None) -> str | None:
    """A size by what it is computed from, so that two uses of one size can be matched."""
    if value is None or (isinstance(value, Const) and value.value is None):
        return None
    return condition_key(value.options()[0])[0]


def predicts_own_vocabulary(value: Value, knowledge: Knowledge) -> bool:
    """Whether a network's output has the size of its input vocabulary: a language model.

    The size of an embedding, or of a one-hot input, is compared with the size of the output layer
    by what both are computed from; numbers below 20 are no vocabulary, nor is a size that the state
    has as well. A layer that makes the recurrence's input reads no state and is no output.
    """
    embedded: set[str] = set()
    read: set[str] = set()
    states: set[str] = set()
    outputs: list[tuple[str, str]] = []
    for part in layers.parts(value, knowledge):
        if not isinstance(part, Apply):
            continue
        fact = knowledge.fact("recurrent", part.fn)
        if fact is not None:
            size = knowledge.argument(part, fact, "input_size") or _features(part, knowledge)
            read.add(_symbolic(size) or "")
            states.add(_symbolic(knowledge.argument(part, fact, fact.get("units-parameter"))) or "")
            continue
        fact = knowledge.fact("layer", part.fn)
        if fact is not None and fact["kind"] == "embedding":
            size = part.argument(0, "num_embeddings", "input_dim")
            embedded.add(_symbolic(size) or "")
        elif fact is not None and fact["kind"] == "linear":
            size = knowledge.argument(part, fact, fact.get("units-parameter"))
            small = number(size)
            if small is None or small >= 20:
                takes = _symbolic(knowledge.argument(part, fact, "in_features")) or ""
                outputs.append((_symbolic(size) or "", takes))
    return any(
        size and (size in embedded or (size in read - states and takes in {"", *states}))
        for size, takes in outputs
    )


def _is_input(apply: Apply, knowledge: Knowledge) -> bool:
    fact = knowledge.fact("layer", apply.fn)
    return fact is not None and fact["kind"] == "input"


def _shape(apply: Apply, knowledge: Knowledge) -> tuple[Value | None, int]:
    """The input shape of a layer, and how many of its entries are neither time nor feature."""
    shape = apply.kwargs.get("input_shape") or apply.kwargs.get("shape")
    if shape is None and _is_input(apply, knowledge) and apply.args:
        shape = apply.args[0]
    if shape is not None:
        return shape, 0
    return apply.kwargs.get("batch_input_shape") or apply.kwargs.get("batch_shape"), 1


def _features(apply: Apply, knowledge: Knowledge) -> Value | None:
    shape, skipped = _shape(apply, knowledge)
    if isinstance(shape, Seq) and shape.exact and len(shape.items) == 2 + skipped:
        return shape.items[-1]
    return apply.kwargs.get("input_dim")


def steps_of(values: list[Value], knowledge: Knowledge) -> int | None:
    """The number of time steps, where an input shape or length says it."""
    for value in values:
        for part in layers.parts(value, knowledge):
            if not isinstance(part, Apply):
                continue
            fact = knowledge.fact("layer", part.fn)
            if fact is not None and fact["kind"] == "embedding":
                length = whole(part.kwargs.get("input_length"))
                if length is not None:
                    return length
            if _is_input(part, knowledge) or knowledge.fact("recurrent", part.fn) is not None:
                shape, skipped = _shape(part, knowledge)
                sizes = dimensions(shape, knowledge)
                if sizes is not None and len(sizes) == 2 + skipped and sizes[-2] is not None:
                    return sizes[-2]
    return None


def reduced_by_sum(loss: Value, knowledge: Knowledge) -> bool:
    """Whether an unbounded error is summed rather than averaged: `reduce_sum(square(y - t))`."""
    if not isinstance(loss, Apply):
        return False
    fact = knowledge.fact("reduction", loss.fn)
    if fact is None or fact["kind"] != "sum":
        return False
    return any(
        isinstance(node, Apply)
        and (
            node.fn == "**" or (knowledge.fact("reduction", node.fn) or {}).get("kind") == "square"
        )
        for node in walk(loss, 40)
    )


def unwrapped(layer: Value | None, knowledge: Knowledge) -> Apply | None:
    """A recurrent layer, alone or in a wrapper such as a bidirectional one."""
    while isinstance(layer, Apply):
        if knowledge.fact("recurrent", layer.fn) is not None:
            return layer
        fact = knowledge.fact("wrapper", layer.fn)
        if fact is None:
            return None
        layer = knowledge.argument(layer, fact, fact["signature"][0])
    return None


def stacked_depth(values: list[Value], knowledge: Knowledge) -> int:
    """How many recurrent layers run on top of each other: the longest chain in which the output
    sequence of one is the input of the next. A state that is handed over makes no chain, nor do the
    two directions of a bidirectional layer.
    """
    deepest = 1
    for value in values:
        for part in layers.parts(value, knowledge):
            if isinstance(part, Apply):
                deepest = max(deepest, _members_depth(part, knowledge))
        for node in walk(value):
            if isinstance(node, Apply) and node.fn == "()":
                deepest = max(deepest, _chain(node, knowledge, frozenset()))
    return deepest


def _depth(layer: Apply, knowledge: Knowledge) -> int:
    fact = knowledge.fact("recurrent", layer.fn)
    given = (
        knowledge.argument(layer, fact, fact.get("depth-parameter")) if fact is not None else None
    )
    return 1 if given is None else whole(given) or 1


def _members_depth(container: Apply, knowledge: Knowledge) -> int:
    fact = knowledge.fact("container", container.fn)
    if fact is None or not fact.get("chain"):
        return 0
    layers = (unwrapped(member, knowledge) for member in knowledge.members(container) or [])
    return sum(_depth(layer, knowledge) for layer in layers if layer is not None)


def _chain(call: Value | None, knowledge: Knowledge, seen: frozenset[int]) -> int:
    """Layers on the way back from a call through what it is given first; each layer once."""
    if not isinstance(call, Apply) or len(seen) > 24:
        return 0
    if call.fn == "()":
        layer = unwrapped(call.receiver, knowledge)
        if call.inner is not None:
            return _chain(call.inner, knowledge, seen)
        if layer is not None and id(layer) in seen:
            return 0
        own = _depth(layer, knowledge) if layer is not None else 0
        below = seen | {id(layer)} if layer is not None else seen | {id(call)}
        return own + _chain(next(iter(call.args), None), knowledge, below)
    if call.fn == "[]":
        if constant(call.args[1]) == 1:
            return 0
        return _chain(call.args[0], knowledge, seen | {id(call)})
    if knowledge.does(call.fn, "keeps-values"):
        return _chain(call.receiver, knowledge, seen | {id(call)})
    return 0
