"""Data pipelines: where the values that reach a network come from, and whether anything scaled them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model import acts, networks
from gradlint.model.losses import SHAPE_METHODS
from gradlint.source.values import (
    Apply,
    Const,
    Join,
    Map,
    Method,
    Seq,
    Symbol,
    Value,
    constant,
    number,
    walk,
)

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.program import Program

SMALLEST_RANGE = 100.0
"""Dividing by less than this does not bring 0-255 to O(1)."""

_TRANSPARENT_METHODS = SHAPE_METHODS | frozenset(
    """astype batch shuffle prefetch cache repeat take skip copy ravel numpy from_numpy
    tensor float int long byte resize convert pin_memory rolldims __getitem__""".split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Feed:
    """Values that reach a network in training.

    `source` is the call that they come from; `range` what its values span; `kind` is `image` or
    `table`; `call` the call that feeds them.
    """

    call: Apply
    source: Apply
    range: float
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from, unscaled on the way; `what` is how the program speaks of it."""

    source: Apply
    range: float
    kind: str


def origin(value: Value | None, knowledge: Knowledge, depth: int = 0) -> Origin | None:
    """The unscaled source of a value; None where it is scaled, or nothing is known."""
    if value is None or depth > 60:
        return None
    if isinstance(value, Join):
        found = [origin(option, knowledge, depth + 1) for option in value.options()]
        return found[0] if all(item is not None for item in found) else None
    if isinstance(value, Seq):
        if value.items and value.exact:
            return origin(value.items[0], knowledge, depth + 1)
        return None
    if isinstance(value, Method):
        return _attribute_origin(value, knowledge)
    if not isinstance(value, Apply):
        return None
    if value.inner is not None:
        return origin(value.inner, knowledge, depth + 1)
    fn = value.fn
    if fn == "[]":
        return _item_origin(value, knowledge, depth)
    if fn == "iter":
        return _iterated(value.args[0], knowledge, depth)
    if fn in ("+", "-"):
        return _shifted(value, knowledge, depth)
    if fn[:1] == ".":
        return _method_origin(value, knowledge, depth)
    fact = knowledge.roles["data"].get(fn)
    if fact is not None:
        if fact.get("transparent") and value.args:
            return origin(value.args[0], knowledge, depth + 1)
        if "range" in fact and not fact.get("pairs") and not fact.get("transform"):
            if not value.complete:
                return None
            return Origin(value, float(fact["range"]), "image")
    return None


def _shifted(value: Apply, knowledge: Knowledge, depth: int) -> Origin | None:
    """A constant added or taken away centres values and does not scale them: silent, not certain."""
    return None


def _item_origin(value: Apply, knowledge: Knowledge, depth: int) -> Origin | None:
    base, key = value.args
    indices = _indices(value)
    root = indices[0]
    if isinstance(root, Apply):
        fact = knowledge.roles["data"].get(root.fn)
        if fact is not None and fact.get("pairs") and not root.args:
            path = indices[1]
            if len(path) >= 2 and path[1] == 0:
                return Origin(root, float(fact["range"]), "image")
            return None
        if fact is not None and fact.get("splits"):
            return None
    if isinstance(base, Apply) and base.fn == "iter":
        return _iterated(base.args[0], knowledge, depth, constant(key))
    return origin(base, knowledge, depth + 1)


def _indices(value: Apply) -> tuple[Value, list[object]]:
    """The value that is indexed, and the constant indices in the order they are applied."""
    path: list[object] = []
    current: Value = value
    while isinstance(current, Apply) and current.fn == "[]":
        path.append(constant(current.args[1]))
        current = current.args[0]
    return current, list(reversed(path))


def _attribute_origin(value: Method, knowledge: Knowledge) -> Origin | None:
    """`dataset.data` goes around the transform that would have scaled it."""
    if value.name in ("data", "train_data", "test_data") and isinstance(value.receiver, Apply):
        fact = knowledge.roles["data"].get(value.receiver.fn)
        if fact is not None and fact.get("dataset") == "image":
            return Origin(value.receiver, 255.0, "image")
    return None


def _method_origin(value: Apply, knowledge: Knowledge, depth: int) -> Origin | None:
    name = value.fn[1:]
    if name in _TRANSPARENT_METHODS:
        return origin(value.receiver, knowledge, depth + 1)
    if name in ("data", "train_data", "test_data") and isinstance(value.receiver, Apply):
        method = Method(value.receiver, name, value.node, value.module)
        return _attribute_origin(method, knowledge)
    if name in ("flow", "flow_from_directory", "flow_from_dataframe"):
        return _generated(value, knowledge, depth)
    return None


_GENERATOR_SCALES = (
    "rescale",
    "samplewise_center",
    "samplewise_std_normalization",
    "featurewise_center",
    "featurewise_std_normalization",
    "preprocessing_function",
)


def _generated(value: Apply, knowledge: Knowledge, depth: int) -> Origin | None:
    """Batches of an ImageDataGenerator: raw unless it was told to scale."""
    generator = value.receiver
    if not isinstance(generator, Apply) or not generator.complete:
        return None
    fact = knowledge.roles["data"].get(generator.fn)
    if fact is None or not fact.get("generator") or len(generator.args) > 6:
        return None
    for name in _GENERATOR_SCALES:
        given = generator.kwargs.get(name)
        if given is not None and not (isinstance(given, Const) and not given.value):
            return None
    if any(number(argument) or constant(argument) for argument in generator.args):
        return None
    if value.fn == ".flow":
        return origin(value.argument(0, "x"), knowledge, depth + 1)
    return Origin(generator, 255.0, "image")


def _iterated(
    value: Value, knowledge: Knowledge, depth: int, index: object = 0
) -> Origin | None:
    """An item of a loader or a dataset: the image of a pair, where its transform is known."""
    if isinstance(value, Method):
        return None
    if not isinstance(value, Apply):
        return None
    fact = knowledge.roles["data"].get(value.fn)
    if fact is not None and fact.get("loader"):
        return _iterated(
            knowledge.argument(value, fact, "dataset") or Seq([]), knowledge, depth + 1, index
        )
    if fact is not None and fact.get("dataset") == "image" and index == 0:
        if "range" in fact:
            return Origin(value, float(fact["range"]), "image") if value.complete else None
        transform = knowledge.argument(value, fact, "transform")
        return _transformed(value, transform, knowledge)
    if value.fn == "torch.utils.data.TensorDataset" and isinstance(index, int):
        if index < len(value.args):
            return origin(value.args[index], knowledge, depth + 1)
        return None
    if value.fn[:1] == "." and value.fn[1:] in _TRANSPARENT_METHODS and value.receiver is not None:
        return _iterated(value.receiver, knowledge, depth + 1, index)
    if value.fn in ("tensorflow.data.Dataset.from_tensor_slices",) and value.args:
        inner = value.args[0]
        if isinstance(inner, Seq) and isinstance(index, int) and index < len(inner.items):
            return origin(inner.items[index], knowledge, depth + 1)
        return None
    return None


def _transformed(
    dataset: Apply, transform: Value | None, knowledge: Knowledge
) -> Origin | None:
    """An image dataset: raw where every transform is known and none of them scales."""
    steps = transforms(transform, knowledge)
    if not steps:
        return None
    unscaled = False
    for step in steps:
        fact = knowledge.roles["data"].get(step.fn) if isinstance(step, Apply) else None
        if fact is None:
            if isinstance(step, Apply) and step.fn.startswith("torchvision.transforms."):
                leaf = step.fn.rpartition(".")[2]
                if leaf.startswith(("Random", "Center", "Resize", "Pad", "Five", "Ten", "Gray")):
                    continue
            return None
        if fact.get("scales") or fact.get("normalizes"):
            return None
        if fact.get("converts") and isinstance(step, Apply):
            scale = knowledge.argument(step, fact, "scale")
            if scale is not None and constant(scale) is not False:
                return None
        if fact.get("range"):
            unscaled = True
    return Origin(dataset, 255.0, "image") if unscaled else None


def transforms(value: Value | None, knowledge: Knowledge) -> list[Value] | None:
    """The steps of a composed transform, in order; None where they are not all known."""
    if not isinstance(value, Apply):
        return None
    fact = knowledge.roles["data"].get(value.fn)
    if fact is None:
        return None
    if not fact.get("compose"):
        return [value]
    steps = knowledge.argument(value, fact, "transforms")
    if not isinstance(steps, Seq) or not steps.exact:
        return None
    found: list[Value] = []
    for step in steps.items:
        nested = transforms(step, knowledge)
        found.extend(nested if nested is not None else [step])
    return found


# -- sinks ------------------------------------------------------------------------------------

_FITS = frozenset({".fit", ".fit_generator", ".train_on_batch"})

_WEIGHTED = frozenset({"linear", "conv"})


def feeds(program: Program) -> Iterator[Feed]:
    """Unscaled data that reaches a network in training."""
    knowledge = program.knowledge
    compiled = {
        id(apply.receiver) for apply in program.applies if apply.fn == ".compile"
    }
    for apply in program.applies:
        if apply.fn in _FITS and apply.receiver is not None:
            if id(apply.receiver) in compiled:
                yield from _fitted(apply, apply.receiver, knowledge)
    yield from _differentiated(program)


def _fitted(apply: Apply, network: Value, knowledge: Knowledge) -> Iterator[Feed]:
    if scales_its_input(network, knowledge) is not False:
        return
    value = apply.argument(0, "x", "generator")
    found = origin(value, knowledge) or _iterated_feed(value, knowledge)
    if found is not None:
        yield Feed(apply, found.source, found.range, found.kind, _named(apply, 0))


def _iterated_feed(value: Value | None, knowledge: Knowledge) -> Origin | None:
    return _iterated(value, knowledge, 0) if value is not None else None


def _named(apply: Apply, position: int) -> str:
    import ast

    node = apply.node
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in ("x", "generator"):
                return ast.unparse(keyword.value)
        if position < len(node.args):
            return ast.unparse(node.args[position])
    return "the input"


_FIRST_SCALES = frozenset({"rescaling", "adapted", "normalization", "lambda", "embedding"})


def scales_its_input(network: Value, knowledge: Knowledge) -> bool | None:
    """Whether a Keras network scales what it is fed; None where that can't be told."""
    if isinstance(network, Join):
        found = {scales_its_input(option, knowledge) for option in network.options()}
        return found.pop() if len(found) == 1 else None
    if not isinstance(network, Apply):
        return None
    if network.fn == "keras.Model":
        return _graph_scales(network, knowledge)
    members = knowledge.members(network) if knowledge.holds_layers(network) else None
    if members is None:
        return None
    for layer in members:
        if not isinstance(layer, Apply):
            return None
        if knowledge.holds_layers(layer):
            return scales_its_input(layer, knowledge)
        fact = knowledge.fact("layer", layer.fn)
        if fact is None:
            if knowledge.fact("recurrent", layer.fn) or knowledge.fact("wrapper", layer.fn):
                return False
            return None
        if fact["kind"] in _FIRST_SCALES:
            return True
        if fact["kind"] in _WEIGHTED:
            return False
    return None


def _graph_scales(network: Apply, knowledge: Knowledge) -> bool | None:
    """A functional network: some layer with weights is fed its input through shapes only."""
    fact = knowledge.roles["container"][network.fn]
    output = knowledge.argument(network, fact, "outputs") or network.kwargs.get("output")
    if output is None:
        return None
    reached = False
    for node in walk(output):
        if isinstance(node, Apply) and node.fn == "()" and isinstance(node.receiver, Apply):
            layer = knowledge.fact("layer", node.receiver.fn)
            if layer is None:
                if knowledge.fact("recurrent", node.receiver.fn) is None and (
                    knowledge.fact("activation", node.receiver.fn) is None
                ):
                    return None
                continue
            if layer["kind"] in _FIRST_SCALES - {"normalization"}:
                return True
            if layer["kind"] in _WEIGHTED and node.args and _is_input(node.args[0], knowledge):
                reached = True
        elif isinstance(node, Apply) and node.fn not in ("keras.Input", "[]", "slice"):
            if not knowledge.makes_object(node):
                return None
    return False if reached else None


def _is_input(value: Value, knowledge: Knowledge) -> bool:
    while isinstance(value, Apply) and value.fn == "()" and isinstance(value.receiver, Apply):
        fact = knowledge.fact("layer", value.receiver.fn)
        if fact is None or fact["kind"] != "shape" or not value.args:
            return False
        value = value.args[0]
    return isinstance(value, Apply) and value.fn == "keras.Input"


def _differentiated(program: Program) -> Iterator[Feed]:
    """Layers with weights that are called on raw values on the way to a loss."""
    knowledge = program.knowledge
    seen: set[int] = set()
    for lifecycle in program.lifecycles:
        for deed in lifecycle.deeds:
            if deed.kind != acts.BACKWARD or deed.subject is None:
                continue
            for node in walk(deed.subject):
                if not isinstance(node, Apply) or node.fn != "()" or id(node) in seen:
                    continue
                seen.add(id(node))
                layer = node.receiver
                if not isinstance(layer, Apply) or not node.args:
                    continue
                fact = knowledge.fact("layer", layer.fn)
                if fact is None or fact["kind"] not in _WEIGHTED:
                    continue
                found = origin(node.args[0], knowledge)
                if found is not None and deed.call is not None:
                    yield Feed(deed.call, found.source, found.range, found.kind, "")


__all__ = ["Feed", "Map", "Symbol", "feeds", "networks", "transforms"]
