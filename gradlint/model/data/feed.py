"""Training calls and losses -> the data that reaches the weights, and what it spans there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.data import dataset_items, ranges
from gradlint.model.data.origin import RAW, Origin
from gradlint.model.data.origins import Origins
from gradlint.model.gradients.effects import BACKWARD
from gradlint.model.gradients.lifecycles import lifecycles
from gradlint.values.graph import walk
from gradlint.values.kinds import Apply, Join, Method, Seq, Value
from gradlint.values.marks import FORWARD

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.program import Program


@dataclass(slots=True, eq=False, repr=False)
class Feed:
    """Values that reach the weights of a network in training.

    `call` feeds them; `source` is the call that they come from; `kind` is `image`, `table` or, for
    an array that a scaler was fitted on and did not scale, `scaler`; `reach` is their largest
    magnitude where they meet the first weights; `doubled` is the operation that scaled what was
    scaled before (`first` is the one before it), `network` the pretrained network that scales its
    input itself; `what` is how the program writes them.
    """

    call: Apply
    source: Apply
    kind: str
    reach: float
    what: str
    first: Apply | None = None
    doubled: Apply | None = None
    network: Apply | None = None

    @property
    def raw(self) -> bool:
        """Whether nothing scaled the values."""
        return self.doubled is None and self.reach >= RAW


@dataclass(frozen=True, slots=True)
class Arrival:
    """What reaches weights, and the network that rescales it, if that is what it reaches."""

    origin: Origin
    network: Apply | None = None


def feeds(program: Program) -> Iterator[Feed]:
    """Data that reaches weights in training, unscaled or scaled twice."""
    compiled = {id(apply.receiver) for apply in program.calls_of("compiles")}
    changed = _Changed(program)
    seen: set[int] = set()
    for call, what, arrival in _arrivals(program, compiled):
        origin = arrival.origin
        first = origin.steps[0] if origin.steps else None
        doubled = origin.doubled
        if arrival.network is not None:
            if not origin.steps or origin.reach > ranges.SCALED:
                continue
            doubled = origin.steps[-1]
        elif doubled is None and origin.reach < RAW:
            continue
        if id(call.node) in seen or origin.source.node is None:
            continue
        if changed.may_be(origin):
            continue
        seen.add(id(call.node))
        yield Feed(
            call, origin.source, origin.kind, origin.reach, what, first, doubled, arrival.network
        )


def _arrivals(program: Program, compiled: set[int]) -> Iterator[tuple[Apply, str, Arrival]]:
    knowledge = program.knowledge
    finder = Origins(knowledge)
    for apply in program.calls_of("trains"):
        if apply.receiver is None:
            continue
        graph = apply.attrs.get(FORWARD)
        if graph is not None:
            for arrival in _in_graph(graph, finder):
                yield apply, written(apply), arrival
        elif id(apply.receiver) in compiled:
            value = apply.argument(0, "x", "generator")
            for arrival in _fed(apply.receiver, value, knowledge):
                yield apply, written(apply), arrival
    for lifecycle in program.once(lifecycles):
        for effect in lifecycle.effects:
            if effect.kind == BACKWARD and effect.subject is not None and effect.call is not None:
                for arrival in _in_graph(effect.subject, finder):
                    yield effect.call, "", arrival
    for apply in program.calls_of("tape-gradients"):
        if apply.args:
            for arrival in _in_graph(apply.args[0], finder):
                yield apply, "", arrival


def written(apply: Apply) -> str:
    """How a training call writes what it feeds."""
    node = apply.node
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in ("x", "generator"):
                return ast.unparse(keyword.value)
        if node.args:
            return ast.unparse(node.args[0])
    return ""


# -- networks of layers -----------------------------------------------------------------------


def _fed(network: Value, value: Value | None, knowledge: Knowledge) -> Iterator[Arrival]:
    """What of `value` reaches the first weights of a Keras network."""
    if not isinstance(network, Apply):
        return
    inputs = _inputs(network, knowledge)
    if isinstance(inputs, Seq) and isinstance(value, Seq):
        yield from _into_several(network, inputs, value, knowledge)
        return
    finder = Origins(knowledge)
    found = finder.of(value) or dataset_items.item(finder, value, (0,), 0)
    if found is None:
        return
    weighted = weighted_by(network, knowledge)
    if weighted is not None:
        yield Arrival(found, network if weighted == "rescales" else None)
    elif network.fn in knowledge.roles["container"]:
        yield from _into(network, found, finder)


def _inputs(network: Apply, knowledge: Knowledge) -> Value | None:
    """What a functional network names as its inputs."""
    fact = knowledge.roles["container"].get(network.fn, {})
    return knowledge.argument(network, fact, "inputs") or network.kwargs.get("input")


def _output(network: Apply, knowledge: Knowledge) -> Value | None:
    fact = knowledge.roles["container"].get(network.fn, {})
    return knowledge.argument(network, fact, "outputs") or network.kwargs.get("output")


def _into(network: Apply, found: Origin, finder: Origins) -> Iterator[Arrival]:
    knowledge = finder.knowledge
    if knowledge.roles["container"][network.fn].get("chain"):
        members = knowledge.members(network)
        arrival = _along(members, found, finder) if members is not None else None
        if arrival is not None:
            yield arrival
        return
    inputs, output = _inputs(network, knowledge), _output(network, knowledge)
    if isinstance(inputs, Seq):
        if len(inputs.items) != 1:
            return
        inputs = inputs.items[0]
    if isinstance(inputs, Method) and isinstance(inputs.receiver, Apply):
        # `Model(base.input, head(base.output))`.
        weighted = weighted_by(inputs.receiver, knowledge)
        if weighted is not None:
            yield Arrival(found, inputs.receiver if weighted == "rescales" else None)
        return
    if isinstance(inputs, Apply) and output is not None:
        yield from _in_graph(output, Origins(knowledge, {id(inputs): found}))


def _into_several(
    network: Apply, inputs: Seq, value: Seq, knowledge: Knowledge
) -> Iterator[Arrival]:
    """A functional network with a list of inputs, fed a list."""
    output = _output(network, knowledge)
    if output is None or len(inputs.items) != len(value.items):
        return
    finder = Origins(knowledge)
    known: dict[int, Origin] = {}
    for symbolic, given in zip(inputs.items, value.items, strict=True):
        found = finder.of(given)
        if found is not None:
            known[id(symbolic)] = found
    if known:
        yield from _in_graph(output, Origins(knowledge, known))


def _along(members: list[Value], found: Origin | None, finder: Origins) -> Arrival | None:
    """Through the layers of a chain up to the first that has weights."""
    knowledge = finder.knowledge
    for layer in members:
        if found is None or not isinstance(layer, Apply):
            return None
        if layer.fn in knowledge.roles["container"]:
            return next(_into(layer, found, finder), None)
        weighted = weighted_by(layer, knowledge)
        if weighted is not None:
            return Arrival(found, layer if weighted == "rescales" else None)
        found = finder.through(found, layer)
    return None


def weighted_by(layer: Value | None, knowledge: Knowledge) -> str | None:
    """Whether a layer multiplies what it is fed with weights, or rescales it by itself first."""
    if not isinstance(layer, Apply):
        return None
    if knowledge.images.rescales(layer):
        return "rescales"
    if knowledge.images.expects_scaled(layer) or knowledge.fact("recurrent", layer.fn) is not None:
        return "weights"
    wrapped = knowledge.fact("wrapper", layer.fn)
    if wrapped is not None:
        return weighted_by(layer.args[0] if layer.args else None, knowledge)
    if layer.fn in knowledge.roles["container"]:
        return "weights" if _is_part_of_network(layer, knowledge) else None
    fact = knowledge.fact("layer", layer.fn)
    return "weights" if fact is not None and fact["kind"] in ("linear", "conv") else None


def _is_part_of_network(container: Apply, knowledge: Knowledge) -> bool:
    """Whether a container was filled with the layers of a network that does not scale."""
    unpacked = container.kwargs.get("*")
    if unpacked is None or container.args:
        return False
    return any(
        isinstance(node, Apply)
        and knowledge.does(node.fn, "gives-layers")
        and isinstance(node.receiver, Apply)
        and knowledge.images.expects_scaled(node.receiver)
        for node in walk(unpacked, 40)
    )


def _in_graph(value: Value, finder: Origins) -> Iterator[Arrival]:
    """Layers with weights in what a value was computed from, and what they were called on."""
    for node in walk(value):
        if not isinstance(node, Apply) or node.fn != "()" or not node.args:
            continue
        layer = node.receiver
        weighted = weighted_by(layer, finder.knowledge)
        if weighted is not None and isinstance(layer, Apply):
            found = finder.of(node.args[0])
            if found is not None:
                yield Arrival(found, layer if weighted == "rescales" else None)
        elif isinstance(layer, Apply) and layer.fn in finder.knowledge.roles["container"]:
            if node.inner is None:
                found = finder.of(node.args[0])
                if found is not None:
                    yield from _into(layer, found, finder)


# -- what else may have changed the values ----------------------------------------------------


class _Changed:
    """Values that some call may have changed in place."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._ids: set[int] | None = None

    def may_be(self, origin: Origin) -> bool:
        """Whether the source itself, or a part of it, may hold other values than were read."""
        if self._ids is None:
            self._ids = self._find()
        return id(origin.source) in self._ids

    def _find(self) -> set[int]:
        statements = self._bare_calls()
        found: set[int] = set()
        for apply in self.program.applies:
            targets: list[Value] = []
            if apply.fn[:1] == "." and apply.fn.endswith("_") and not apply.fn.endswith("__"):
                kept = self.program.knowledge.does(apply.fn, "keeps-values-in-place")
                if not kept and apply.receiver is not None:
                    targets.append(apply.receiver)
            out = apply.kwargs.get("out")
            if out is not None:
                targets.append(out)
            if id(apply.node) in statements and self._foreign(apply):
                targets.extend(apply.args)
            for target in targets:
                found.update(_held(target))
        return found

    def _bare_calls(self) -> set[int]:
        """Calls that stand as statements, so that they were made for their effect."""
        return {
            id(node.value)
            for node in ast.walk(self.program.module.tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        }

    def _foreign(self, apply: Apply) -> bool:
        if apply.fn == "?":
            return True
        if apply.fn == "()":
            layer = apply.receiver
            return not (isinstance(layer, Apply) and self.program.knowledge.makes_object(layer))
        package = apply.fn.partition(".")[0]
        return (
            bool(package)
            and package != "builtins"
            and not self.program.knowledge.is_library(package)
        )


def _held(value: Value) -> Iterator[int]:
    """A value and what it is a view or a part of; what a network made of it is another's."""
    stack = [value]
    for _ in range(60):
        if not stack:
            return
        current = stack.pop()
        yield id(current)
        if isinstance(current, Apply) and current.fn != "()":
            stack.extend(current.operands())
        elif isinstance(current, Seq):
            stack.extend(current.items)
        elif isinstance(current, Join):
            stack.extend(current.options())


__all__ = ["Feed", "feeds", "weighted_by", "written"]
