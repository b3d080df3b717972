"""Displays and comprehensions -> lists, tuples and dictionaries."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradlint.model.interpret import assignment
from gradlint.model.interpret.items import MOST_ITEMS, MOST_UNROLLED, item_of, items_of
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
            assignment.update(interp, result, value)
        else:
            assignment.store_item(interp, result, interp.evaluate(key_node, frame), value)
    return result


def comprehension(
    interp: Core, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame
) -> Value:
    """A list, set or generator comprehension."""
    found: list[Value] = []
    exact = _each(interp, node, frame, lambda inner: found.append(interp.evaluate(node.elt, inner)))
    return Seq(found, _KINDS[type(node)], node, frame.module, exact)


def dictionary_comprehension(interp: Core, node: ast.DictComp, frame: Frame) -> Value:
    """A dictionary comprehension."""
    found = Map({}, node, frame.module)

    def store(inner: Frame) -> None:
        key = interp.evaluate(node.key, inner)
        assignment.store_item(interp, found, key, interp.evaluate(node.value, inner))

    if not _each(interp, node, frame, store):
        found.exact = False
    return found


def _each(
    interp: Core,
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
    frame: Frame,
    take: Callable[[Frame], None],
) -> bool:
    """Go through what a comprehension iterates over: item by item where that is a display.

    Returns:
        Whether it was; else what is taken once stands for any number of items.
    """
    inner = Frame(frame.module, frame, frame.function, frame.self_value, frame.cls)
    first = node.generators[0]
    iterable = interp.evaluate(first.iter, frame)
    if len(node.generators) == 1 and not first.ifs:
        known = items_of(iterable, MOST_UNROLLED)
        if known is not None:
            for value in known:
                assignment.assign(interp, first.target, value, inner)
                take(inner)
            return True
    for index, generator in enumerate(node.generators):
        over = iterable if index == 0 else interp.evaluate(generator.iter, inner)
        if isinstance(over, Apply | Seq):
            interp.trace.append(Loop([], over, node, frame.module))
        assignment.assign(
            interp, generator.target, item_of(interp.knowledge, over, node, frame.module), inner
        )
        for test in generator.ifs:
            interp.evaluate(test, inner)
    take(inner)
    return False


_KINDS: dict[type[ast.expr], str] = {
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.GeneratorExp: "generator",
}
