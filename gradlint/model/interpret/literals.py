"""Displays and comprehensions -> lists, tuples and dictionaries."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradlint.model.interpret import assignment
from gradlint.model.interpret.items import MOST_ITEMS, MOST_UNROLLED, item_of, items_of
from gradlint.values.graph import constant
from gradlint.values.kinds import Apply, Frame, Map, Seq, Value
from gradlint.values.trace import Loop

if TYPE_CHECKING:
    from gradlint.model.interpret.core import Core


def sequence(interp: Core, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Value:
    """A list, tuple or set display."""
    items: list[Value] = []
    exact = True
    for element_node in node.elts:
        if isinstance(element_node, ast.Starred):
            value = interp.evaluate(element_node.value, frame)
            known = items_of(value, MOST_ITEMS)
            if known is None:
                exact = False
                one = item_of(interp.knowledge, value, element_node, frame.module)
                known = list(value.items) if isinstance(value, Seq) else [one]
            items.extend(known)
        else:
            items.append(interp.evaluate(element_node, frame))
    kind = type(node).__name__.lower()
    return Seq(items, kind, node, frame.module, exact)


def dictionary(interp: Core, node: ast.Dict, frame: Frame) -> Value:
    """A dictionary display."""
    result = Map({}, node, frame.module)
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = interp.evaluate(value_node, frame)
        if key_node is None:
            if isinstance(value, Map):
                result.items.update(value.items)
                result.exact = result.exact and value.exact
            else:
                result.exact = False
            continue
        key = constant(interp.evaluate(key_node, frame))
        if isinstance(key, str | int):
            result.items[key] = value
        else:
            result.exact = False
    return result


def comprehension(
    interp: Core, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame
) -> Value:
    """A list, set or generator comprehension: over a known display item by item."""
    inner = comprehension_frame(frame)
    kind = "generator" if isinstance(node, ast.GeneratorExp) else "list"
    first = node.generators[0]
    iterable = interp.evaluate(first.iter, frame)
    known = (
        items_of(iterable, MOST_UNROLLED) if len(node.generators) == 1 and not first.ifs else None
    )
    if known is not None:
        found = []
        for value in known:
            assignment.assign(interp, first.target, value, inner)
            found.append(interp.evaluate(node.elt, inner))
        return Seq(found, kind, node, frame.module)
    for index, generator in enumerate(node.generators):
        over = iterable if index == 0 else interp.evaluate(generator.iter, inner)
        if isinstance(over, Apply | Seq):
            interp.trace.append(Loop([], over, node, frame.module))
        assignment.assign(
            interp, generator.target, item_of(interp.knowledge, over, node, frame.module), inner
        )
        for test in generator.ifs:
            interp.evaluate(test, inner)
    return Seq([interp.evaluate(node.elt, inner)], kind, node, frame.module, exact=False)


def comprehension_frame(frame: Frame) -> Frame:
    """The scope that a comprehension opens."""
    inner = Frame(frame.module, frame, frame.function, frame.self_value, frame.cls)
    inner.global_names = frame.global_names
    return inner


def dictionary_comprehension(interp: Core, node: ast.DictComp, frame: Frame) -> Value:
    """A dictionary comprehension: one value stands for all."""
    inner = comprehension_frame(frame)
    for generator in node.generators:
        over = interp.evaluate(generator.iter, inner)
        assignment.assign(
            interp, generator.target, item_of(interp.knowledge, over, node, frame.module), inner
        )
    interp.evaluate(node.key, inner)
    return Map({"*": interp.evaluate(node.value, inner)}, node, frame.module, exact=False)
